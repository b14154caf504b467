"""The only sink: its lines, what is removed from them, and what user code cannot do to it."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bootctl.config.settings import Log
from bootctl.errors import SettingsError
from bootctl.output import lines, log
from bootctl.output.redact import Redactor
from tests.support.given import group
from tests.support.processes.spawned import FIELDS, environment

Lines = Callable[[], list[str]]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """What was written since, line by line, with a redactor of the test's own."""
    texts: list[str] = []
    redactor = Redactor()
    redactor.add("canary-7")
    monkeypatch.setattr(log._terminal, "write", texts.append)
    monkeypatch.setattr(lines, "redactor", redactor)
    yield lambda: "".join(texts).split("\n")[:-1]
    log.close()


def options(**values: Any) -> Log:
    return group("log", **{"format": "json", **values})


def records(lines: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def script(code: str, **variables: str) -> list[dict[str, Any]]:
    """Every line on the stderr of a process that runs ``code``, which must be JSON."""
    done = run(code, **variables)
    assert done.returncode == 0, done.stderr
    return records(done.stderr.splitlines())


def run(code: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", "from bootctl.output import log\nlog.setup()\n" + code],
        env=environment(variables),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_a_line_is_flat_json_with_the_documented_fields(written: Lines) -> None:
    log.setup(options())
    log.event("wait.retry", "not ready", target="tcp://db:1", attempt=3)
    (line,) = records(written())
    assert line.keys() == {*FIELDS, "target", "attempt"}
    assert list(line)[:6] == ["time", "level", "event", "stage", "message", "run_id"]
    assert (line["level"], line["event"], line["stage"]) == ("info", "wait.retry", "wait")
    assert (line["message"], line["run_id"]) == ("not ready", lines.RUN_ID)
    assert (line["target"], line["attempt"]) == ("tcp://db:1", 3)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu"])
def test_the_time_is_utc_with_milliseconds(zone: str) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    (line,) = script('log.event("exec", "x")', TZ=zone)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert before <= datetime.fromisoformat(line["time"]) <= datetime.now(UTC)


def test_the_run_id_is_the_same_within_a_process_and_differs_between_them() -> None:
    code = 'log.event("exec", "x"); log.event("exec", "y")'
    first, second = script(code), script(code)
    assert first[0]["run_id"] == first[1]["run_id"]
    assert first[0]["run_id"] != second[0]["run_id"]


def test_secrets_are_removed_from_messages_and_nested_fields(written: Lines) -> None:
    log.setup(options())
    log.event(
        "wait.retry",
        "the canary-7 {message}",
        target="x canary-7",
        targets=[{"reason": "canary-7"}, ("canary-7",)],
        error=ValueError("canary-7"),
        path=Path("/canary-7"),
    )
    (text,) = written()
    assert "canary-7" not in text
    line = json.loads(text)
    assert line["message"] == "the *** {message}"
    assert line["targets"] == [{"reason": "***"}, ["***"]]


@pytest.mark.parametrize("before", [0, 65_530, 65_533, 65_536, 131_066, 131_069])
def test_a_long_text_is_cut_and_its_secrets_are_not(written: Lines, before: int) -> None:
    log.setup(options())
    text = "x" * before + "canary-7" + "y" * 1_000_000
    log.event("exec", text, command=[text], error=ValueError(text))
    (text,) = written()
    line = json.loads(text)
    for found in (line["message"], line["command"][0], line["error"]):
        assert len(found) < 66_000
        assert found.endswith(" ... (cut after 65,536 characters)")
        assert "can" not in found


@pytest.mark.parametrize(
    "text", ["{}", "{0} {x}", "<red>x</red>", "100%", "a\nb", "\x1b[31m", "é\u2028", "\udcff", ""]
)
def test_a_message_is_written_as_it_is(written: Lines, tmp_path: Path, text: str) -> None:
    log.setup(options(file=tmp_path / "boot.log"))
    log.event("exec", text, command=text)
    (line,) = records(written())
    assert (line["message"], line["command"]) == (text, text)
    log.setup(options())
    (line,) = records((tmp_path / "boot.log").read_text("utf-8").split("\n")[:-1])
    assert (line["message"], line["command"]) == (text, text)


def test_a_message_of_any_text_reaches_stderr() -> None:
    (line,) = script(r'log.event("exec", "\udcff é \u2028".replace("\u2028", ""))')
    assert line["message"] == "\udcff é "


@pytest.mark.parametrize(
    ("level", "logged"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("WARNING", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_lines_below_the_level_are_left_out(written: Lines, level: str, logged: list[str]) -> None:
    log.setup(options(level=level))
    for name in ("DEBUG", "INFO", "WARNING", "ERROR"):
        log.event("exec", name, level=name)
    assert [line["level"] for line in records(written())] == logged


@pytest.mark.parametrize(("name", "level"), [("nonsense", "info"), ("DEBUG", "debug")])
def test_before_the_settings_are_read_the_environment_decides(name: str, level: str) -> None:
    code = 'log.event("exec", "x", level="DEBUG"); log.event("exec", "y")'
    lines = script(code, BOOTCTL__LOG__LEVEL=name)
    assert lines[0]["level"] == level


def test_a_stage_names_what_runs_and_keeps_what_failed(written: Lines) -> None:
    log.setup(options())
    before = log.current_stage()
    with log.stage("wait"):
        assert log.current_stage() == "wait"
    assert log.current_stage() == before
    with pytest.raises(ValueError, match="x"), log.stage("migrate"):
        raise ValueError("x")
    assert log.current_stage() == "migrate"
    with log.stage("boot"):
        log.output("stdout", "hello")
    assert records(written())[0]["event"] == "boot.output"


def test_the_console_is_short_and_coloured(written: Lines) -> None:
    log.setup(options(format="console"))
    log.event("migrate.applied", "applied canary-7", revision="a1", duration_ms=12)
    log.event("boot.failed", "it failed", level="ERROR", hint="Correct it.", exit_code=14)
    text = "\n".join(written())
    assert "canary-7" not in text
    plain = re.sub(r"\x1b\[\d+m", "", text).split("\n")
    assert plain[0].split() == ["migrate.applied", "applied", "***", "12", "ms"]
    assert plain[1].split() == ["boot.failed", "it", "failed"]
    assert plain[2].strip() == "Correct it."
    assert text.count("\x1b[31m") == 1


def test_auto_is_json_where_stderr_is_no_terminal() -> None:
    (line,) = script('log.event("exec", "x")')
    assert line["message"] == "x"
    done = run('log.event("exec", "x")', BOOTCTL__LOG__FORMAT="console")
    assert done.stderr.startswith("\x1b[32mexec")


def test_auto_is_the_console_on_a_terminal() -> None:
    leader, follower = os.openpty()
    code = "from bootctl.output import log; log.setup(); log.event('exec', 'x')"
    subprocess.run([sys.executable, "-c", code], stderr=follower, env=environment(), check=True)
    os.close(follower)
    assert os.read(leader, 1000).startswith(b"\x1b[32mexec")
    os.close(leader)


LIBRARIES = """
import logging, warnings
def say():
    logging.getLogger("alembic.runtime.migration").warning("from alembic")
    logging.getLogger("some.library").error("from %s", "a library")
    log.event("exec", "from us")
"""


def test_records_of_libraries_come_through_the_same_sink() -> None:
    code = LIBRARIES + "with log.stage('migrate'): say(); warnings.warn('careful')"
    alembic, library, ours, warning = script(code)
    assert (alembic["event"], alembic["logger"]) == ("migrate.log", "alembic.runtime.migration")
    assert (library["message"], library["level"]) == ("from a library", "error")
    assert ours["event"] == "exec"
    assert "careful" in warning["message"]
    assert warning["level"] == "warning"


@pytest.mark.parametrize("level", ["info", "debug"])
def test_the_bookkeeping_of_libraries_is_left_out(level: str) -> None:
    code = (
        'import logging\nlogging.getLogger("sqlalchemy.engine").info("SELECT secret")\n'
        'logging.getLogger("sqlalchemy.engine").debug("row")\n'
        'logging.getLogger("library").info("detail")'
    )
    lines = script(code, BOOTCTL__LOG__LEVEL=level)
    assert [line["message"] for line in lines] == (["detail"] if level == "debug" else [])


def test_a_record_whose_arguments_do_not_fit_is_still_a_line() -> None:
    (line,) = script('import logging; logging.getLogger("x").error("%d", "text")')
    assert line["message"] == "%d"


def test_a_record_of_an_unknown_level_is_a_line() -> None:
    (line,) = script(
        'import logging; logging.addLevelName(35, "NOTICE"); logging.getLogger("x").log(35, "x")'
    )
    assert line["level"] == "info"


@pytest.mark.parametrize(("level", "shown"), [("info", False), ("debug", True)])
def test_a_traceback_is_a_field_at_the_level_debug_only(level: str, shown: bool) -> None:
    code = "import logging\ntry: 1/0\nexcept Exception: logging.getLogger('x').exception('failed')"
    (line,) = script(code, BOOTCTL__LOG__LEVEL=level)
    assert line["message"] == "failed"
    assert ("traceback" in line) is shown


FILE_CONFIG = """
import io, logging.config
logging.config.fileConfig(io.StringIO('''[loggers]
keys=root
[handlers]
keys=console
[formatters]
keys=plain
[logger_root]
level=DEBUG
handlers=console
[handler_console]
class=StreamHandler
args=(__import__("sys").stdout,)
formatter=plain
[formatter_plain]
format=%(message)s
'''))
"""
DICT_CONFIG = """
import logging.config
logging.config.dictConfig({"version": 1, "disable_existing_loggers": True, "root": {
    "handlers": ["c"], "level": "DEBUG"}, "handlers": {"c": {"class": "logging.StreamHandler"}}})
"""
BASIC_CONFIG = "import logging; logging.basicConfig(force=True, level='DEBUG')\n"
DISABLE = "import logging; logging.disable(logging.CRITICAL)\n"
LOGURU = "import sys, loguru; loguru.logger.remove(); loguru.logger.add(sys.stderr)\n"
LOGURU_OFF = "import loguru; loguru.logger.disable(''); loguru.logger.remove()\n"
LOGURU_CONFIGURED = "import loguru; loguru.logger.configure(handlers=[], patcher=lambda r: 1/0)\n"
reconfigured = pytest.mark.parametrize(
    "code",
    [FILE_CONFIG, DICT_CONFIG, BASIC_CONFIG, DISABLE, LOGURU, LOGURU_OFF, LOGURU_CONFIGURED],
    ids=["fileConfig", "dictConfig", "basicConfig", "disable", "loguru", "off", "configure"],
)


@reconfigured
def test_user_code_that_configures_logging_changes_none_of_our_lines(code: str) -> None:
    lines = script(f"log.event('exec', 'before')\n{code}\nlog.event('exec', 'after')")
    assert [line["message"] for line in lines] == ["before", "after"]


@reconfigured
def test_after_user_code_configured_logging_it_is_intercepted_again(code: str) -> None:
    lines = script(f"{LIBRARIES}\n{code}\nlog.intercept()\nsay()")
    assert [line["message"] for line in lines] == ["from alembic", "from a library", "from us"]


def test_a_logger_that_was_disabled_or_kept_its_lines_is_intercepted_again() -> None:
    code = """
import logging
own = logging.getLogger("some.library")
own.disabled, own.propagate = True, False
own.addHandler(logging.StreamHandler())
log.intercept(); log.intercept()
own.error("once")
"""
    assert [line["message"] for line in script(code)] == ["once"]


def test_what_a_project_logs_with_loguru_is_a_line_of_ours() -> None:
    code = "import loguru\nwith log.stage('migrate'): loguru.logger.info('hello {}', 'you')"
    (line,) = script(code)
    assert (line["event"], line["message"]) == ("migrate.log", "hello you")


def test_a_log_file_gets_the_same_lines(written: Lines, tmp_path: Path) -> None:
    path = tmp_path / "new" / "boot.log"
    log.setup(options(file=path, format="console"))
    log.event("exec", "canary-7 <red>x</red> {y}", command="canary-7")
    log.event("exec", "debug", level="DEBUG")
    log.setup(options())
    (line,) = records(path.read_text().splitlines())
    assert line["message"] == "*** <red>x</red> {y}"
    assert line["command"] == "***"
    assert line.keys() == {*FIELDS, "command"}


@pytest.mark.parametrize("compression", [None, "gz"])
def test_a_log_file_is_rotated(written: Lines, tmp_path: Path, compression: str | None) -> None:
    path = tmp_path / "boot.log"
    log.setup(options(file=path, rotation="1 kB", compression=compression))
    for number in range(30):
        log.event("exec", f"line {number}")
    log.setup(options())
    files = sorted(tmp_path.iterdir())
    assert len(files) > 2
    assert all(file.stat().st_size <= 1000 for file in files)
    suffixes = {file.suffix for file in files if file != path}
    assert suffixes == {f".{compression}" if compression else ".log"}


@pytest.mark.parametrize(
    "values",
    [
        {"file": "/proc/boot.log"},
        {"file": "/dev/null/boot.log"},
        {"file": "boot.log", "rotation": "sometimes"},
        {"file": "boot.log", "compression": "squeeze"},
        {"file": "."},
    ],
)
def test_a_log_file_that_cannot_be_used_is_a_settings_error(
    written: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, values: dict[str, str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"log\.file"):
        log.setup(options(**values))


def test_a_log_file_that_fails_later_leaves_the_lines_on_stderr_as_they_are(
    tmp_path: Path,
) -> None:
    code = (
        "import resource\nfrom pathlib import Path\nfrom bootctl.config.settings import Log\n"
        f"log.setup(Log(format='json', file=Path({str(tmp_path / 'log')!r})))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "log.event('exec', 'one'); log.event('exec', 'two')"
    )
    lines = [line for line in script(code) if line["event"] == "exec"]
    assert [line["message"] for line in lines] == ["one", "two"]


def test_the_verdict_is_left_where_kubernetes_reads_it(written: Lines, tmp_path: Path) -> None:
    path = tmp_path / "termination-log"
    path.touch()
    log.setup(options(termination_message=path))
    log.event("exec", "no verdict")
    assert path.read_text() == ""
    log.event(
        "boot.failed", "canary-7 é " * 2000, level="ERROR", hint="Do.", exit_code=14, more="x"
    )
    verdict = json.loads(path.read_text())
    assert verdict["exit_code"] == 14
    assert verdict["hint"] == "Do."
    assert verdict["message"].startswith("*** é")
    assert path.stat().st_size <= 4096


def test_a_line_has_one_time_wherever_it_is_written(
    written: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = log._terminal.write
    monkeypatch.setattr(log._terminal, "write", lambda text: (write(text), time.sleep(0.005)))
    files = [tmp_path / "termination-log", tmp_path / "boot.log"]
    files[0].touch()
    log.setup(options(termination_message=files[0], file=files[1]))
    log.event("boot.failed", "no", level="ERROR", hint="Do.", exit_code=14)
    texts = [*written(), *(path.read_text() for path in files)]
    assert len({line["time"] for line in records(texts)}) == 1


def test_a_missing_termination_file_is_not_made(written: Lines, tmp_path: Path) -> None:
    log.setup(options(termination_message=tmp_path / "none"))
    log.event("boot.failed", "x", level="ERROR", hint="y", exit_code=1)
    assert not list(tmp_path.iterdir())
    assert len(written()) == 1
