"""The rooms are what CONTRIBUTING.md says, and are entered through the modules that they export."""

import ast
import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from importlib.util import resolve_name
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / "bootctl"
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
GLOSSARY = (ROOT / "docs/glossary.md").read_text()
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
LAYERS = next(item["layers"] for item in CONTRACTS if item["name"] == "imports run one way")
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))

MODULES = ("errors", "values")
"""Those that are in no room, below all of them."""

Entry = tuple[str, str]
"""A room, and one of its modules."""


def entered(path: Path) -> Iterator[Entry]:
    """What a file imports of the rooms, its own included."""
    package = ".".join(path.relative_to(ROOT).parts[:-1])
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            names = [f"{module}.{alias.name}" for alias in node.names]
        for name in names:
            top, *rest = name.split(".")
            if top == "bootctl" and len(rest) > 1 and rest[0] in ROOMS:
                yield rest[0], rest[1]


def entered_from_outside() -> Iterator[tuple[Path, Entry]]:
    """Each import of one room's module in another room."""
    for path in PACKAGE.rglob("*.py"):
        own = path.relative_to(PACKAGE).parts[0]
        yield from ((path, entry) for entry in entered(path) if entry[0] != own)


def exported(room: str) -> set[str]:
    """The modules of a room that others may import."""
    return set(importlib.import_module(f"bootctl.{room}").__all__)


def test_the_picture_is_the_contract() -> None:
    picture = re.search(r"(?s)<!-- rooms -->\n(.*?)<!-- end -->", CONTRIBUTING)
    assert picture is not None
    drawn = [line.split() for line in picture[1].splitlines()]
    assert drawn == [layer.split(" | ") for layer in LAYERS]
    assert len(drawn) <= 8


def test_every_room_is_in_a_layer() -> None:
    layered = {name for layer in LAYERS for name in layer.split(" | ")}
    assert layered == {*ROOMS, *MODULES}


@pytest.mark.parametrize("room", [*ROOMS, *MODULES])
def test_a_room_s_sentence_is_its_own(room: str) -> None:
    said = inspect.getdoc(importlib.import_module(f"bootctl.{room}")) or ""
    sentence = said.split("\n\n")[0]
    assert sentence.endswith(".")
    assert f"| `{room}` | {sentence} |" in CONTRIBUTING
    assert said == sentence or room in MODULES


@pytest.mark.parametrize("room", ROOMS)
def test_to_enter_a_room_loads_none_of_its_modules(room: str) -> None:
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text())
    docstring, names = tree.body
    assert isinstance(docstring, ast.Expr)
    assert isinstance(names, ast.Assign)
    assert ast.unparse(names.targets[0]) == "__all__"


def test_a_room_is_entered_through_what_it_exports() -> None:
    private = [
        f"{path.relative_to(ROOT)} imports bootctl.{room}.{module}"
        for path, (room, module) in entered_from_outside()
        if module not in exported(room)
    ]
    assert private == [], "is it the right room? then add the module to its __all__"


def test_a_room_exports_what_another_one_imports_and_no_more() -> None:
    imported = {entry for _, entry in entered_from_outside()}
    assert {(room, module) for room in ROOMS for module in exported(room)} == imported


def test_tortoise_and_aerich_are_imported_in_their_folders_only() -> None:
    for path in PACKAGE.rglob("*.py"):
        if not {"tortoise", "aerich", "tortoise_common"} & {*path.relative_to(PACKAGE).parts}:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    assert not re.match(r"(from|import) (tortoise|aerich)\b", ast.unparse(node)), (
                        path
                    )


def test_the_glossary_is_sorted() -> None:
    words = re.findall(r"(?m)^\| ([\w ]+) \|", GLOSSARY)[1:]
    assert words == sorted(words)


@pytest.mark.parametrize("text", [CONTRIBUTING, GLOSSARY], ids=["contributing", "glossary"])
def test_files_that_are_named_exist(text: str) -> None:
    named = set(re.findall(r"`([\w.-]+/[\w./-]+)`", text))
    assert len(named) > 10
    for name in named:
        if not re.search(r"NAME|ROOM", name):
            assert (ROOT / name).exists() or (PACKAGE / name).exists(), name


def test_names_in_the_glossary_are_in_the_code() -> None:
    code = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    for named in re.findall(r"`(\w+)(?:\.\w+)*`", GLOSSARY):
        assert re.search(rf"\b{named}\b", code), named
