"""``bootctl init``: what it shows, what it writes, and what it leaves alone."""

import os
import re
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from bootctl import __version__
from tests.acceptance.cli.test_bad_input import assert_says, without_privileges
from tests.support.paths import ROOT
from tests.support.processes import spawned
from tests.support.processes.forked import bootctl
from tests.support.processes.spawned import Result

slow = pytest.mark.slow

WHEEL = f"robyn_bootctl-{__version__}-py3-none-any.whl"
KINDS = ("docker", "compose", "make", "ci", "k8s")
CI = (
    ".github/workflows/bootctl.yaml",
    ".github/actions/bootctl/action.yaml",
    ".gitlab/bootctl.yaml",
)
NEXT = re.compile(r"(?s)next:\n(  .*\n)+\Z")
# Ends the process where it would put the nth file into its place.
KILLED = """\
import os
replace, left = os.replace, int(os.environ["KILLED_AFTER"])

def killed(*arguments, **options):
    global left
    if str(arguments[1]).startswith(os.getcwd()) and (left := left - 1) < 0:
        os.kill(os.getpid(), 9)
    replace(*arguments, **options)

os.replace = killed
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A service of which only the name is known."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    return root


def tree(root: Path) -> dict[str, tuple[bytes, int, int]]:
    """Every file: what it holds, its mode, and when it was written."""
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_file():
            status = path.stat()
            content = path.read_bytes(), stat.S_IMODE(status.st_mode), status.st_mtime_ns
            found[str(path.relative_to(root))] = content
    return found


def commands(result: Result) -> list[str]:
    """The commands that were printed last."""
    found = NEXT.search(result.stdout)
    assert found, result.stdout
    return [line.strip() for line in found[0].splitlines()[1:]]


def apply(diff: str, root: Path) -> None:
    """Do to ``root`` what ``diff`` says."""
    done = subprocess.run(
        ["git", "apply", "--unsafe-paths", f"--directory={root}"],
        input=diff,
        text=True,
        cwd="/",
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stderr}{diff}"


def test_without_a_kind_it_lists_them_and_writes_nothing(project: Path) -> None:
    before = tree(project)
    result = bootctl("init", cwd=project)
    assert result.code == 0
    listed = dict(line.split("\t") for line in result.stdout.splitlines())
    assert tuple(listed) == KINDS
    assert listed["make"] == "bootctl.mk"
    assert listed["ci"].split(", ") == [*CI]
    assert tree(project) == before


def test_it_writes_what_the_diff_shows(project: Path) -> None:
    other = shutil.copytree(project, project.with_name("other"))
    result = bootctl("init", *KINDS, cwd=project)
    assert result.code == 0, result.stderr
    written = [line["file"] for line in result.events("init.written")]
    assert {"Dockerfile", "compose.yaml", "bootctl.mk", *CI, *written} == {*tree(project)} - {
        "pyproject.toml"
    }
    assert len([name for name in written if name.startswith("k8s/")]) > 1
    assert NEXT.sub("", result.stdout).splitlines() == [f"new: {name}" for name in written]
    (fitted,) = result.events("init.fitted")
    assert fitted["health"] == ""
    assert "has no route that tells its health" in fitted["message"]
    apply(bootctl("init", *KINDS, "--diff", cwd=other).stdout, other)
    for name, (content, mode, _) in tree(project).items():
        assert (other / name).read_bytes() == content, name
        assert mode == 0o666 & ~os.umask(os.umask(0o22)), name


@slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_second_run_changes_nothing(project: Path, kind: str) -> None:
    first = bootctl("init", kind, cwd=project)
    before = tree(project)
    second = bootctl("init", kind, cwd=project)
    assert (first.code, second.code) == (0, 0), second.stderr
    assert second.stdout.startswith("nothing changes\nnext:\n")
    assert commands(second) == commands(first)
    kept = [line["file"] for line in second.events("init.kept")]
    assert kept == [line["file"] for line in first.events("init.written")]
    assert tree(project) == before


def test_docker_and_make_take_two_commands(project: Path) -> None:
    result = bootctl("init", "docker", "make", cwd=project)
    *wheel, image, up = commands(result)
    assert (image, up) == ("make -f bootctl.mk image", "make -f bootctl.mk up")
    assert wheel == [
        f"make -C {ROOT} wheel",
        f"mkdir -p vendor && cp {ROOT}/dist/{WHEEL} vendor/",
    ]
    (project / "vendor").mkdir()
    (project / "vendor" / WHEEL).touch()
    assert commands(bootctl("init", "docker", "make", cwd=project)) == [image, up]


def test_a_file_that_differs_is_kept_and_the_others_are_written(project: Path) -> None:
    (project / "bootctl.mk").write_text("mine:\n\techo mine")
    before = tree(project)
    alone = bootctl("init", "make", cwd=project)
    assert_says(alone, 2, "bootctl.mk", "--overwrite")
    assert "next:" not in alone.stdout
    assert tree(project) == before

    result = bootctl("init", "docker", "make", cwd=project)
    assert result.code == 0, result.stderr
    assert "-mine:\n-\techo mine\n\\ No newline at end of file\n" in result.stdout
    assert "kept, since edited: bootctl.mk (--overwrite" in result.stdout
    assert "new: Dockerfile\n" in result.stdout
    assert tree(project)["bootctl.mk"] == before["bootctl.mk"]

    done = bootctl("init", "docker", "make", "--overwrite", cwd=project)
    assert done.code == 0, done.stderr
    assert "$(BOOTCTL) migrate" in (project / "bootctl.mk").read_text()
    assert tree(project)["pyproject.toml"] == before["pyproject.toml"]


@slow
def test_the_diff_of_a_changed_file_can_be_applied(project: Path) -> None:
    bootctl("init", "make", cwd=project)
    path = project / "bootctl.mk"
    wanted = path.read_bytes()
    path.write_bytes(wanted.replace(b"docker", b"podman")[:-1])
    before = tree(project)
    shown = bootctl("init", "make", "--diff", cwd=project)
    assert shown.code == 0
    assert tree(project) == before
    apply(shown.stdout, project)
    assert path.read_bytes() == wanted

    path.write_bytes(b"mine")
    path.chmod(0o640)
    assert bootctl("init", "make", "--overwrite", cwd=project).code == 0
    assert tree(project)["bootctl.mk"][:2] == (wanted, 0o640)


def test_a_dry_run_writes_nothing(project: Path) -> None:
    before = tree(project)
    result = bootctl("init", *KINDS, "--diff", cwd=project)
    assert result.code == 0
    assert "+++ b/compose.yaml\n" in result.stdout
    assert "next:" not in result.stdout
    assert tree(project) == before


@slow
def test_a_file_that_is_not_utf_8_is_kept_or_overwritten(project: Path) -> None:
    path = project / "compose.yaml"
    path.write_bytes("# caf\xe9\r\n".encode("latin-1"))
    assert_says(bootctl("init", "compose", cwd=project), 2, "compose.yaml", "--overwrite")
    assert path.read_bytes() == b"# caf\xe9\r\n"
    result = bootctl("init", "compose", "--overwrite", cwd=project)
    assert result.code == 0
    assert r"-# caf\xe9" in result.stdout
    assert "services:" in path.read_text()


@slow
def test_no_secret_of_what_is_there_is_shown(project: Path) -> None:
    (project / ".env").write_text("SETTINGS__DATABASE__PASSWORD=app\n")
    (project / "compose.yaml").write_text(
        "a: postgresql://app:canary-one@db/app\nPOSTGRES_PASSWORD: 'canary-two'\n"
    )
    result = bootctl("init", "docker", "compose", "--diff", cwd=project)
    assert result.code == 0
    assert "canary" not in result.stdout + result.stderr
    assert "-POSTGRES_PASSWORD: '***'\n" in result.stdout
    assert "/app" in result.stdout  # what is no secret stays readable


@slow
@pytest.mark.parametrize("name", ["compose.yaml", ".github", ".github/workflows/bootctl.yaml"])
def test_a_link_that_leads_outside_is_refused(project: Path, name: str) -> None:
    outside = project.with_name("outside")
    outside.mkdir()
    target = outside / "file" if name.endswith(".yaml") else outside
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).symlink_to(target)
    before = tree(project)
    result = bootctl("init", "make", "compose", "ci", "--overwrite", cwd=project)
    assert_says(result, 3, name, "out of the project")
    assert [*outside.iterdir()] == []
    assert tree(project) == before


@slow
def test_a_link_that_leads_to_itself_is_refused(project: Path) -> None:
    (project / "compose.yaml").symlink_to("compose.yaml")
    assert_says(bootctl("init", "compose", cwd=project), 3, "compose.yaml", "circles")


@slow
def test_a_link_inside_the_project_is_followed(project: Path) -> None:
    (project / "deploy").mkdir()
    (project / "compose.yaml").symlink_to("deploy/compose.yaml")
    assert bootctl("init", "compose", cwd=project).code == 0
    assert (project / "compose.yaml").is_symlink()
    assert "services:" in (project / "deploy/compose.yaml").read_text()


@slow
def test_a_directory_in_the_place_of_a_file_is_named(project: Path) -> None:
    (project / "compose.yaml").mkdir()
    assert_says(
        bootctl("init", "compose", "--overwrite", cwd=project), 3, "compose.yaml", "irectory"
    )


@slow
def test_a_file_in_the_place_of_a_directory_is_named(project: Path) -> None:
    (project / "k8s").write_text("")
    before = tree(project)
    assert_says(bootctl("init", "make", "k8s", cwd=project), 3, "k8s/")
    assert tree(project) == before


@slow
@pytest.mark.parametrize("name", [".", ".gitlab"])
def test_a_directory_that_cannot_be_written_is_named(project: Path, name: str) -> None:
    (project / name).mkdir(exist_ok=True)
    (project / name).chmod(0o555)
    before = tree(project)
    try:
        result = without_privileges("init", "ci", "--overwrite", cwd=project)
    finally:
        (project / name).chmod(0o755)
    assert_says(result, 3, str(project / name), "cannot be written")
    assert tree(project) == before


@slow
def test_a_file_that_cannot_be_read_is_named(project: Path) -> None:
    (project / "app.py").touch(0o000)
    assert without_privileges("init", "docker", cwd=project).code == 0
    (project / "bootctl.mk").touch(0o000)
    assert_says(without_privileges("init", "make", cwd=project), 3, "bootctl.mk", "ermission")


@slow
@pytest.mark.parametrize("after", [0, 1])
def test_killed_in_between_it_leaves_whole_files(project: Path, after: int) -> None:
    shutil.copytree(project, reference := project.with_name("reference"))
    bootctl("init", "ci", cwd=reference)
    whole = {name: content for name, (content, *_) in tree(reference).items()}
    (project.with_name("hook")).mkdir()
    (project.with_name("hook") / "sitecustomize.py").write_text(KILLED)
    env = {"PYTHONPATH": str(project.with_name("hook")), "KILLED_AFTER": str(after)}
    killed = spawned.bootctl("init", "ci", cwd=project, env=env)
    assert killed.code == -signal.SIGKILL, killed.stderr
    there = {name: content for name, (content, *_) in tree(project).items()}
    assert len([name for name in CI if name in there]) == after
    assert {name: whole[name] for name in there if name in whole} == {
        name: there[name] for name in there if name in whole
    }
    assert bootctl("init", "ci", cwd=project).code == 0
    assert {name: content for name, (content, *_) in tree(project).items()} == whole


@slow
def test_what_users_get_wrong(project: Path) -> None:
    assert_says(bootctl("init", "docker", "helm", cwd=project), 2, "helm", "compose")
    assert_says(bootctl("init", "make", "--set", "orm=django", cwd=project), 3, "orm")
    (project / "pyproject.toml").write_text("[project\n")
    assert_says(bootctl("init", "make", cwd=project), 3, "pyproject.toml", "TOML")
    assert [*tree(project)] == ["pyproject.toml"]


@slow
def test_it_takes_the_project_s_path(project: Path, tmp_path: Path) -> None:
    result = bootctl("init", "make", "--project", str(project), cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert "IMAGE ?= shop\n" in (project / "bootctl.mk").read_text()
