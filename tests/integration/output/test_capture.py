"""What user code prints, by whatever means, becomes lines of the log."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.support.processes.prompt import promptly
from tests.support.processes.spawned import environment

PREAMBLE = """\
import os, subprocess, sys, time
from bootctl.output import log
from bootctl.output.capture import captured
log.setup()
"""


def run(code: str) -> tuple[str, list[dict[str, Any]]]:
    """The stdout of a process that runs ``code``, and its stderr, every line of it JSON."""
    done = subprocess.run(
        [sys.executable, "-c", PREAMBLE + code],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    ("statement", "stream"),
    [
        ("print('hello')", "stdout"),
        ("print('hello', end='')", "stdout"),
        ("sys.stdout.write('hello\\n')", "stdout"),
        ("sys.stderr.write('hello')", "stderr"),
        ("sys.__stdout__.write('hello')", "stdout"),
        ("os.write(1, b'hello')", "stdout"),
        ("os.write(2, b'hello\\r\\n')", "stderr"),
        ("os.system('echo hello')", "stdout"),
        ("subprocess.run(['sh', '-c', 'echo hello >&2'])", "stderr"),
        ("print('hello', file=sys.stderr)", "stderr"),
        ("__import__('ctypes').CDLL(None).write(1, b'hello', 5)", "stdout"),
    ],
)
def test_output_of_every_kind_is_a_line(statement: str, stream: str) -> None:
    stdout, lines = run(f"with log.stage('migrate'), captured():\n    {statement}")
    assert stdout == ""
    assert [(line["event"], line["message"], line["stream"]) for line in lines] == [
        ("migrate.output", "hello", stream)
    ]


def test_the_descriptors_are_restored() -> None:
    code = """
before = os.fstat(1), os.fstat(2), sorted(os.listdir("/dev/fd"))
for _ in range(3):
    with captured():
        print("inside")
assert (os.fstat(1), os.fstat(2), sorted(os.listdir("/dev/fd"))) == before
print("result")
log.event("exec", "after")
"""
    stdout, lines = run(code)
    assert stdout == "result\n"
    assert [line["message"] for line in lines] == ["inside"] * 3 + ["after"]


def test_the_descriptors_are_restored_after_a_failure() -> None:
    code = """
try:
    with captured():
        print("inside")
        raise KeyboardInterrupt
except KeyboardInterrupt:
    print("result")
"""
    stdout, lines = run(code)
    assert stdout == "result\n"
    assert [line["message"] for line in lines] == ["inside"]


def test_what_was_printed_before_is_no_line() -> None:
    stdout, lines = run("print('before', end='')\nwith captured():\n    print('inside')")
    assert stdout == "before"
    assert [line["message"] for line in lines] == ["inside"]


def test_nothing_is_lost_of_much_output() -> None:
    code = """
with captured():
    for number in range(5000):
        print(f"out {number} " + "x" * 100)
        print(f"err {number}", file=sys.stderr)
"""
    _, lines = run(code)
    for stream, prefix in (("stdout", "out"), ("stderr", "err")):
        numbers = [int(line["message"].split()[1]) for line in lines if line["stream"] == stream]
        assert numbers == list(range(5000)), prefix


def test_one_long_line_is_one_line() -> None:
    _, (line,) = run("with captured():\n    print('x' * 60_000)")
    assert line["message"] == "x" * 60_000


@pytest.mark.parametrize("end", ["", "\\n"])
def test_a_line_that_is_far_too_long_is_cut_and_says_so(end: str) -> None:
    code = "with captured():\n" + f"    print('x' * 20_000_000, end='{end}')\n    print('next')"
    _, (line, *rest) = run(code)
    assert len(line["message"]) < 70_000
    assert "cut after 65,536 characters" in line["message"]
    assert [item["message"] for item in rest] == (["next"] if end else [])


def test_bytes_that_are_no_text_and_empty_lines() -> None:
    code = r"with captured():" + "\n" + r"    os.write(1, b'\n  \na\xffb\n\x00c\n')"
    _, lines = run(code)
    assert [line["message"] for line in lines] == ["a\\xffb", "\x00c"]


def test_secrets_are_removed_from_what_is_printed() -> None:
    code = """
from bootctl.output.redact import redactor
redactor.add("canary-7")
with captured():
    print("the canary-7 sings")
    os.write(2, b"postgresql://app:canary-7@db")
"""
    _, lines = run(code)
    assert sorted(line["message"] for line in lines) == ["postgresql://app:***@db", "the *** sings"]


def test_a_child_left_in_the_background_is_not_waited_for() -> None:
    code = """
started = time.monotonic()
with captured():
    print("before")
    child = subprocess.Popen(["sleep", "20"])
assert time.monotonic() - started < 5, "waited for the child"
print("result")
child.kill(); child.wait()
"""
    with promptly():
        stdout, lines = run(code)
    assert stdout == "result\n"
    assert [line["message"] for line in lines] == ["before"]


def test_a_library_that_logs_while_captured_is_written_once() -> None:
    code = """
import logging
with log.stage("migrate"), captured():
    logging.getLogger("library").warning("logged")
    logging.basicConfig(force=True, format="%(message)s")
    logging.getLogger("library").warning("printed")
"""
    _, lines = run(code)
    assert [(line["event"], line["message"]) for line in lines] == [
        ("migrate.log", "logged"),
        ("migrate.output", "printed"),
    ]
