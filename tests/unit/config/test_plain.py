"""Settings that are seen to be valid without pydantic are what pydantic makes of them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bootctl.config import model, plain
from bootctl.config.secret import Secret
from bootctl.config.settings import Settings, keys
from bootctl.errors import SettingsError

KNOWN = dict(keys())
TEXTS = (
    *(
        "",
        " ",
        "0",
        "1",
        "-1",
        "1.5",
        "1e3",
        ".5",
        "5.",
        "00",
        "inf",
        "nan",
        "9999999999",
        "2147484",
    ),
    *("1s", "500ms", "30 s", "5m", "1h", "1d", "0ms", " 5s"),
    *("true", "false", "True", "on", "full", "FULL", "debug", "DEBUG", "auto", "off", "none"),
    *("a", "a,b", "a b", '["a", "b"]', "[1]", '["a', "'users'", "trigger:audit.*", "[", "users["),
    *("uvicorn main:app", "a 'b c'", "a 'b", '["a", 1]', '[{"kind": "trigger"}]'),
    *("0.0.0.0:8000", "8000", "[::1]:80/livez", ":70000", "/srv/a.toml", "postgresql://u:p@h/d"),
    *("\u00e9", "\ud800", "a\0b", "a\nb"),
)
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(TEXTS),
    st.text(max_size=8),
    st.integers(-3, 99),
    st.floats(),
    st.booleans(),
    st.none(),
    st.lists(st.sampled_from(TEXTS), max_size=3),
    st.lists(st.integers(), max_size=2),
)


def judged(values: dict[str, Any]) -> Settings | None:
    """What pydantic makes of them; ``None`` where it refuses them."""
    try:
        return model.settings(values, {})
    except SettingsError:
        return None


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from([*KNOWN]), VALUES, max_size=3))
def test_what_is_seen_to_be_valid_is_what_pydantic_makes_of_it(values: dict[str, Any]) -> None:
    found = plain.settings(values)
    assert found is None or found == judged(values)


@pytest.mark.parametrize("key", KNOWN)
def test_each_text_for_each_setting(key: str) -> None:
    for text in TEXTS:
        found = plain.settings({key: text})
        assert found is None or found == judged({key: text}), text


def test_what_is_usual_is_in_no_doubt() -> None:
    usual = {
        "orm": "alembic",
        "database.url": "postgresql://u:p@h/d",
        "wait.timeout": "90s",
        "wait.targets": "redis://cache, tcp://queue:5672",
        "wait.writable": "true",
        "migrate.lock_timeout": "5s",
        "verify.mode": "full",
        "verify.ignore": "legacy_*, trigger:audit.*",
        "verify.baseline": "drift.json",
        "server.command": "uvicorn main:app",
        "server.workers": "4",
        "server.startup_health": "0.0.0.0:8000",
        "log.level": "DEBUG",
        "tenants.names": ["a", "b"],
        "tenants.concurrency": 8,
        "lock.timeout": 5,
    }
    found = plain.settings(usual)
    assert found == judged(usual)
    assert found
    assert found.database.url == Secret("postgresql://u:p@h/d")


def test_variables_are_read_as_pydantic_reads_them(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "BOOTCTL__WAIT__FOR": "all",
        "bootctl__lock__timeout": "5",
        "BOOTCTL__SERVER__COMMAND": '["a", "b"]',
        "BOOTCTL__LOG__FILE": "",
        "BOOTCTL__DATABASE__URL": "mysql://h/d",
        "OTHER": "1",
        "orm": "none",
        "wait.timeout": "1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    expected = {
        "wait.for": "all",
        "lock.timeout": "5",
        "server.command": '["a", "b"]',
        "database.url": "mysql://h/d",
    }
    assert model.variables() == model.variables(variables) == expected
    assert plain.variables(variables) == expected


def test_no_pydantic_is_imported_for_what_is_usual(tmp_path: Path) -> None:
    code = (
        "import os, sys; os.environ['BOOTCTL__VERIFY__MODE'] = 'full'\n"
        "from pathlib import Path; from bootctl.config import sources\n"
        "assert sources.load(Path('.')).settings.verify.mode == 'full'\n"
        "print([name for name in sys.modules if name.startswith('pydantic')])"
    )
    done = subprocess.run(
        (sys.executable, "-c", code), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
