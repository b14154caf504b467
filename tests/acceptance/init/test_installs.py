"""Nothing that is documented or written installs bootctl by its name on an index, or a tool unpinned."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootctl import __version__
from bootctl.init.scaffold import files
from tests.support.paths import ROOT
from tests.support.processes.forked import bootctl

KINDS = ("docker", "compose", "make", "ci", "k8s")
INSTALL = re.compile(
    r"(?m)(?:\bpipx? (?:--python \S+ )?(?:install|wheel|download)|\buv (?:add|tool install|pip install)"
    r"|\bpip --python \S+ install|\bpoetry add|\bpdm add|\bconda install)\s+(.*)$"
)
RUN = re.compile(r"(?m)\b(?:uvx|pipx run|uv tool run)\s+(.*)$")
WORD = re.compile(r""""[^"]*"|'[^']*'|\S+""")
PLACE = re.compile(
    r"(?:\./|/|\$|vendor/|dist/|\.\[|\.$|https?://).*|.*\.whl(\[.*\])?$|.* @ https?://.*#sha256=.*"
)
PINNED = re.compile(r"[\w.-]+(\[[\w,]+\])?==[\w.]+")
IMAGE = re.compile(r"(?m)^\s*(?:image:|ARG BUILD=|- name:) ?((?:[\w.-]+/)*[a-z-]+:\S+)$")
ACTION = re.compile(r"(?m)uses: ([^.\s]\S*)$")
DOCUMENTED = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "Dockerfile", "Makefile")),
    *(
        path
        for folder in ("docs", "examples", "entrypoints")
        for path in (ROOT / folder).rglob("*")
    ),
]
PROJECTS = {
    "pyproject": ("pyproject.toml", ""),
    "uv": ("uv.lock", ""),
    "poetry": ("poetry.lock", ""),
    "requirements": ("requirements.txt", "fastapi\nuvicorn\nalembic\n"),
}


def installed(text: str) -> Iterator[str]:
    """What commands in a text install, without their options."""
    for command in [*INSTALL.findall(text.replace("\\\n", " ")), *RUN.findall(text)]:
        words = iter(WORD.findall(re.split(r"&&|;|#|`", command)[0]))
        for word in words:
            if word in ("-r", "-c", "-e", "--python", "--dest", "--wheel-dir"):
                next(words, None)
            elif word in ("--from", "--with"):
                yield next(words).strip("\"'")
            elif command in RUN.findall(text):
                break
            elif not word.startswith("-"):
                yield word.strip("\"'")


def wrong(text: str) -> list[str]:
    """What is installed by a name that is not pinned."""
    return [
        word for word in installed(text) if not PLACE.match(word) and not PINNED.fullmatch(word)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "pip install bootctl",
        "$ pip install 'bootctl[postgresql]'  # the driver",
        "uv pip install --python x -r pyproject.toml 'bootctl[mysql]'",
        "pip install uv",
        "uv add bootctl",
        "uvx --from poetry poetry export",
        "/opt/pip/bin/pip --python /opt/venv install -r a.txt bootctl[postgresql]",
    ],
)
def test_the_scan_finds_an_install_by_name(text: str) -> None:
    assert wrong(text)


def test_nothing_documented_installs_by_name() -> None:
    texts = {
        path: path.read_text(errors="replace")
        for path in DOCUMENTED
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {path: found for path, text in texts.items() if (found := wrong(text))} == {}


@pytest.mark.parametrize("kind", PROJECTS)
def test_nothing_that_init_writes_does(tmp_path: Path, kind: str) -> None:
    name, text = PROJECTS[kind]
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\ndependencies = ["redis"]\n')
    if name != "pyproject.toml":
        (tmp_path / name).write_text(text)
    result = bootctl("init", *KINDS, cwd=tmp_path)
    assert result.code == 0, result.stderr
    written = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*.*l")}
    written |= {name: (tmp_path / name).read_text() for name in ("Dockerfile", "bootctl.mk")}
    assert {path: found for path, text in written.items() if (found := wrong(text))} == {}
    assert "vendor/robyn_bootctl-" in written["Dockerfile"]
    assert wrong(result.stdout) == []
    everything = "\n".join(written.values())
    images, actions = IMAGE.findall(everything), ACTION.findall(everything)
    assert len(images) >= 4
    assert len(actions) == 2
    for named in images:
        assert re.search(r":v?\d+(\.\d+)+[\w.-]*$", named), named
    for named in actions:
        assert re.search(r"@v\d+\.\d+\.\d+$", named), named


def test_no_file_has_another_wheel_than_this_version_s() -> None:
    texts = [source.read_text() for kind in KINDS for source, _ in files(kind)]
    texts += [path.read_text() for path in DOCUMENTED if path.name == "README.md"]
    found = {name for text in texts for name in re.findall(r"robyn_bootctl-([\w.]+)-py3", text)}
    assert found == {__version__}
