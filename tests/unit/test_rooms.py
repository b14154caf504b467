"""The rooms are what CONTRIBUTING.md says, and are entered through the modules that they export."""

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / "bootctl"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
LAYERS = next(item["layers"] for item in CONTRACTS if item["name"] == "imports run one way")
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


def imported(path: Path) -> Iterator[tuple[str, str]]:
    """The rooms that a file imports from, and the module of each."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bootctl."):
            _, room, *rest = str(node.module).split(".")
            yield from [(room, rest[0])] if rest else [(room, name.name) for name in node.names]


def test_the_picture_is_the_contract() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    picture = re.search(r"(?s)<!-- rooms -->\n(.*?)<!-- end -->", text)
    assert picture is not None
    drawn = [line.split() for line in picture[1].splitlines()]
    assert drawn == [layer.split(" | ") for layer in LAYERS]
    assert len(drawn) <= 8


def test_every_room_is_in_a_layer() -> None:
    layered = {name for layer in LAYERS for name in layer.split(" | ")}
    assert layered == {*ROOMS, "errors"}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_has_one_sentence(room: str) -> None:
    said = importlib.import_module(f"bootctl.{room}").__doc__ or ""
    assert said.endswith(".")
    assert "\n" not in said.strip()


def test_a_room_is_entered_through_what_it_exports() -> None:
    inside = [
        f"{path.relative_to(PACKAGE)}: bootctl.{room}.{module}"
        for path in PACKAGE.rglob("*.py")
        for room, module in imported(path)
        if room in ROOMS and room != path.relative_to(PACKAGE).parts[0]
        if module not in importlib.import_module(f"bootctl.{room}").__all__
    ]
    assert inside == []


def test_what_the_glossary_names_exists() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text()
    code = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    for named in re.findall(r"`([\w./]+)`", glossary):
        if "/" in named:
            assert (PACKAGE / named).exists(), named
        else:
            assert re.search(rf"\b{re.escape(named.partition('.')[0])}\b", code), named


def test_files_that_contributors_are_sent_to_exist() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for named in re.findall(r"`((?:bootctl|tests|docs)/[\w./]+)`", text):
        if not re.search(r"NAME|ROOM", named):
            assert (ROOT / named).exists(), named
