"""What a migration changes of the process reaches neither the rest of the boot nor the server."""

import resource
from pathlib import Path

import pytest

from tests.support.databases.fresh import Database
from tests.support.processes.forked import bootctl
from tests.support.projects.kits import Kit
from tests.support.projects.steps import Change, Python

IN_QUICK_SUITE = {"does": ["exits"], "call": ["os.execv('/bin/true', ['true'])"]}
CHANGES = """\
import locale, os, resource, signal, sys, tempfile
os.chdir(tempfile.gettempdir())
os.umask(0)
os.environ.clear()
os.environ["CHANGED"] = "by a migration"
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGUSR1, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGUSR2])
signal.setitimer(signal.ITIMER_VIRTUAL, 60)
locale.setlocale(locale.LC_ALL, "C")
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True)
"""
CHECKS = """\
import locale, os, signal
assert os.getcwd() == {root!r}, os.getcwd()
assert "CHANGED" not in os.environ and os.environ["KEPT"] == "as it was"
assert os.umask(0o22) == 0o22
assert locale.setlocale(locale.LC_ALL) != "C"
"""
STATE = """\
pwd; umask; echo "$CHANGED-$KEPT"; ulimit -c; grep -E "Sig(Blk|Ign)" /proc/self/status
ls /proc/self/fd | grep -v '^[012]$' | wc -l
"""


def test_the_next_migration_and_the_server_have_the_process_as_it_was(
    tmp_path: Path, sqlite: Database, kit: Kit
) -> None:
    project = kit.project(tmp_path, sqlite)
    project.migration("a2", "a1", Change.ADD_NAME, Python(CHANGES))
    project.migration("a3", "a2", Python(CHECKS.format(root=str(tmp_path))))
    project.models("name")
    kept = {"KEPT": "as it was", "LC_ALL": "C.UTF-8"}
    result = bootctl("run", "--", "sh", "-c", STATE, cwd=tmp_path, env=kept)
    assert result.code == 0, result.stderr
    core, _ = resource.getrlimit(resource.RLIMIT_CORE)
    folder, umask, variables, limit, *masks, descriptors = result.stdout.splitlines()
    assert (folder, umask, variables) == (str(tmp_path), "0022", "-as it was")
    assert limit == ("unlimited" if core == resource.RLIM_INFINITY else str(core // 512))
    assert [int(line.split()[1], 16) for line in masks] == [0, 0]
    assert descriptors == "1"  # the one that listed them


@pytest.mark.parametrize("inside", [False, True], ids=["its file", "its upgrade"])
def test_a_migration_that_goes_to_another_directory_has_the_projects_database(
    tmp_path: Path, kit: Kit, inside: bool
) -> None:
    project = kit.project(tmp_path, Database("sqlite", "app.db"))
    leaves = "import os\nos.chdir('/')"
    path = project.migration("a2", "a1", Change.ADD_NAME, Python(leaves if inside else "pass"))
    if not inside:
        path.write_text(f"{leaves}\n{path.read_text()}")
    project.models("name")
    for _ in range(2):
        result = bootctl("migrate", cwd=tmp_path)
        assert result.code == 0, result.stderr
    assert "users" in Database("sqlite", f"{tmp_path}/app.db").tables()


CHILDREN = {
    "goes on": "print('the child goes on')",
    "exits": "sys.exit(0)",
    "fails": "raise ValueError('in the child')",
}


@pytest.mark.parametrize("does", CHILDREN)
def test_a_child_that_a_migration_forks_ends_there(
    tmp_path: Path, sqlite: Database, kit: Kit, does: str
) -> None:
    project = kit.project(tmp_path, sqlite)
    forks = f"import os, sys\nif os.fork() == 0:\n    {CHILDREN[does]}"
    project.migration("a2", "a1", Change.ADD_NAME, Python(forks))
    project.models("name")
    served = tmp_path / "served"
    result = bootctl("run", "--", "sh", "-c", f"echo $$ >> {served}", cwd=tmp_path)
    assert result.code == 0, result.stderr
    assert len(served.read_text().splitlines()) == 1


@pytest.mark.parametrize("call", ["os.execv('/bin/true', ['true'])", "os.execlp('true', 'true')"])
def test_a_migration_does_not_become_another_program(
    tmp_path: Path, sqlite: Database, kit: Kit, call: str
) -> None:
    project = kit.project(tmp_path, sqlite)
    project.migration("a2", "a1", Change.CREATE_POSTS, Python(f"import os\n{call}"))
    result = bootctl("migrate", cwd=tmp_path)
    assert result.verdict["exit_code"] == 14
    assert "as it was before" in result.verdict["message"]
