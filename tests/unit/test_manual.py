"""The pages of the manual hold together: their links, files and menus, and what they show."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

import bootctl
from bootctl.cli import topics
from bootctl.cli.commands.tree import cli
from tests.support import docs, man, manual
from tests.support.manual import PAGES, name
from tests.support.paths import ENTRYPOINTS, ROOT

PACKAGE = Path(bootctl.__file__).parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FILES = re.compile(
    r"(?:bootctl|docs|entrypoints|examples|tests|\.ci)/[\w./-]+|[\w./-]*(?:constraints[\w-]*\.txt)"
)
each_page = pytest.mark.parametrize("page", PAGES, ids=name)


@each_page
def test_every_file_that_is_named_exists(page: Path) -> None:
    for code in manual.codes(page):
        if FILES.fullmatch(code) and not re.search("NAME|ROOM", code):
            assert (ROOT / code).exists() or (PACKAGE / code).exists(), code
    for block in manual.blocks(page):
        for named in re.findall(r"tests/[\w/]+\.py", block.reason):
            assert (ROOT / named).exists(), named


def test_every_folder_of_entrypoints_is_named() -> None:
    text = (ROOT / "docs/how-to/entrypoint-files.md").read_text()
    folders = {path.name for path in ENTRYPOINTS.iterdir() if path.is_dir()}
    assert set(re.findall(r"`entrypoints/(\w+)`", text)) == folders


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in manual.links(page):
        place, _, anchor = link.partition("#")
        if place.startswith(("http:", "https:")):
            continue
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        assert not anchor or anchor in manual.anchors(target), link


def test_every_page_is_in_the_navigation() -> None:
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]
    named = re.findall(r"[\w./-]+\.md", json.dumps(nav))
    pages = {name(page).removeprefix("docs/") for page in docs.PAGES if page != docs.README}
    assert sorted(named) == sorted({*pages, "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"})


def test_every_page_is_reached_from_the_readme() -> None:
    reached, ways = set(), [docs.README]
    while ways:
        page = ways.pop()
        reached.add(page)
        linked = {(page.parent / link.partition("#")[0]).resolve() for link in manual.links(page)}
        ways += [way for way in linked if way.suffix == ".md" and way not in reached]
    assert {*docs.PAGES} - reached == {ROOT / "docs/index.md"}


def test_extras_are_those_that_there_are() -> None:
    text = "\n".join(page.read_text() for page in docs.PAGES)
    extras = set(PROJECT["optional-dependencies"])
    named = set(re.findall(r"`(?:robyn-bootctl)?\[([a-z0-9]+)\]`", text)) - {"project"}
    assert named <= extras
    assert extras - named == {"docs", "example", "test"}


def test_targets_of_make_are_those_that_there_are() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):.*## ", (ROOT / "Makefile").read_text()))
    pages = (*docs.PAGES, ROOT / "CONTRIBUTING.md")
    codes = [code for page in pages for code in manual.codes(page)]
    codes += [
        item.line for page in pages for block in manual.blocks(page) for item in block.commands()
    ]
    text = "\n".join([*codes, *re.findall(r"(?m)^    (make .*)$", pages[-1].read_text())])
    named = {
        word
        for line in re.findall(r"(?<!compose )(?<!docker )\bmake ([a-z][a-z -]*)", text)
        for word in line.split()
    }
    assert targets - named == {"help"}
    assert {item for item in named if item not in targets} <= {"run", "migrate", "check", "status"}


@each_page
def test_every_command_that_is_shown_is_run_or_says_why_not(page: Path) -> None:
    elsewhere = "entrypoints" in page.parts or "examples" in page.parts  # run by their own tests
    for block in manual.blocks(page):
        assert block.language not in ("", "sh", "bash", "shell"), block.text
        if block.language == "console":
            assert block.commands(), block.text
            assert elsewhere or block.place or block.reason, f"{name(page)}:\n{block.text}"
        elif block.language == "text":
            assert not re.search(r"(?m)^\s*\$ ", block.text)


@each_page
def test_files_that_are_shown_can_be_read(page: Path) -> None:
    for block in manual.blocks(page):
        if block.language == "json":
            shown = json.loads(block.text)
            schema = json.loads(docs.CHECK_SCHEMA.read_text())
            assert "clean" not in shown or not list(Draft202012Validator(schema).iter_errors(shown))
        elif block.language in ("yaml", "yml"):
            yaml.safe_load(block.text)
        elif block.language == "toml":
            table = tomllib.loads(block.text)
            table = table.get("tool", {}).get("bootctl", table)
            assert list(Draft202012Validator(topics.settings_schema()).iter_errors(table)) == []
        elif block.language == "dockerfile":
            for form in re.findall(r"(?m)^(?:ENTRYPOINT|CMD) (.*)$", block.text):
                assert json.loads(form)


def test_the_wheel_s_page_is_its_own() -> None:
    readme = PROJECT["readme"]
    assert readme["content-type"] == "text/markdown"
    assert "](" not in re.sub(r"\]\(https?:", "", readme["text"]), (
        "a relative link leads nowhere there"
    )
    for line in re.findall(r"(?m)^    (bootctl .*)$", readme["text"]):
        assert shlex.split(line)[1] in cli.commands
    assert set(re.findall(r"`\[([a-z]+)\]`", readme["text"])) <= set(
        PROJECT["optional-dependencies"]
    )


def test_the_manual_page_is_the_code_s() -> None:
    assert man.PAGE.read_text() == man.page(), "run: python -m tests.support.docs"


def test_roff_takes_no_text_for_a_request() -> None:
    requests = {".TH", ".SH", ".SS", ".TP", ".PP", ".B"}
    for line in man.page().splitlines():
        assert not line.startswith("'")
        assert not line.startswith(".") or line.split()[0] in requests, line


def test_the_changelog_begins_with_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert re.search(r"(?m)^## (\S+)", text)[1] == bootctl.__version__  # type: ignore[index]
