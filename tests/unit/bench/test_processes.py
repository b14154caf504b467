"""A subject is run as a whole process, and is what its name says, or is left out and named."""

import sys
from pathlib import Path

import pytest

from tests.bench.figures import Comparison
from tests.bench.processes import FailedError, Scene, Subject, measured, shell

PROVED = 'import sys; print(\'{"event": "verify.clean"}\', file=sys.stderr)'


def python(name: str, code: str, root: Path, proof: str = "") -> Subject:
    return Subject(name, (sys.executable, "-c", code), root, proof=proof)


def test_the_peak_is_the_child_s_own_whatever_this_process_is(tmp_path: Path) -> None:
    here = bytearray(300_000_000)
    cost = python("small", "pass", tmp_path).run()
    assert 3 < cost.peak < 100 < len(here)
    assert cost.cpu > 0
    assert cost.wall > 0


def test_the_children_of_a_shell_are_measured_too(tmp_path: Path) -> None:
    big = f"{sys.executable} -c 'b\"x\" * 200_000_000'"
    cost = Subject("two", ("sh", "-c", f"true && {big} && true"), tmp_path).run()
    assert cost.peak > 200


def test_what_is_not_what_its_name_says_is_left_out_and_named(tmp_path: Path) -> None:
    subjects = [
        python("full", PROVED, tmp_path, "verify.clean"),
        python("cached", PROVED, tmp_path, "verify.cached"),
        python("peer", "pass", tmp_path),
    ]
    scene = Scene("shop", subjects, [Comparison("full", "peer"), Comparison("cached", "peer")])
    found = measured(scene, rounds=2)
    assert [line.ours for line in found.lines] == ["full"]
    assert {name: len(costs) for name, costs in found.raw.items()} == {"full": 2, "peer": 2}
    assert found.missing == ["cached: there is no verify.cached in its log"]


def test_a_run_that_is_something_else_than_the_others_is_told(tmp_path: Path) -> None:
    once = f"import os; os.mkdir('been') if not os.path.exists('been') else exit(); {PROVED}"
    subjects = [python("full", once, tmp_path, "verify.clean"), python("peer", "pass", tmp_path)]
    found = measured(Scene("shop", subjects, [Comparison("full", "peer")]), rounds=2)
    assert found.missing == ["full: 2 of 2 runs were something else"]


def test_a_command_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(FailedError, match=r"(?s)broken ended with 3.*why"):
        python("broken", "import sys; print('why', file=sys.stderr); sys.exit(3)", tmp_path).run()


def test_only_what_has_two_commands_needs_a_shell() -> None:
    assert shell("aerich upgrade") == ("aerich", "upgrade")
    assert shell("alembic upgrade head && alembic check")[:2] == ("sh", "-c")
