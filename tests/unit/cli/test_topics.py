"""What ``bootctl help TOPIC`` says, and the schema of the settings."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bootctl.cli import topics
from bootctl.config.settings import Settings, keys, variable
from bootctl.config.sources import load
from bootctl.errors import BootError, ExitCode, UsageError
from bootctl.output.events import EVENTS
from tests.support.docs import SETTINGS_SCHEMA

VALIDATOR = Draft202012Validator(topics.settings_schema())


@pytest.mark.parametrize("code", ExitCode)
def test_a_code_is_explained_with_what_to_do(code: ExitCode) -> None:
    said = topics.explained(str(int(code)))
    assert code.meaning[1:] in said
    assert topics.REMEDIES[code] in said
    assert ("Trying again can help." in said) == code.retryable


def test_a_signal_is_named() -> None:
    assert "SIGTERM" in topics.explained("143")
    assert "real-time" in topics.explained("168")


@pytest.mark.parametrize("event", [*EVENTS, "migrate.log", "verify.output"])
def test_an_event_is_explained(event: str) -> None:
    said = topics.explained(event)
    assert said.startswith(f"{event}\n")
    assert "fields: " in said


@pytest.mark.parametrize("key", [key for key, _ in keys()])
def test_a_setting_is_explained_by_its_key_and_its_variable(key: str) -> None:
    said = topics.explained(key)
    assert f"{variable(key)}," in said
    assert said.startswith(topics.explained(variable(key)))
    assert topics.explained(variable(key).lower()) == topics.explained(variable(key))


@pytest.mark.parametrize(
    ("topic", "nearest"), [("wait.timout", "wait.timeout"), ("migrate.aplied", "migrate.applied")]
)
def test_any_other_word_names_the_nearest(topic: str, nearest: str) -> None:
    with pytest.raises(UsageError) as raised:
        topics.explained(topic)
    assert nearest in raised.value.hint


def test_a_word_that_is_near_to_none_gets_no_suggestion() -> None:
    with pytest.raises(UsageError) as raised:
        topics.explained("frobnicate")
    assert "Did you mean" not in raised.value.hint


def test_a_number_that_is_no_code_is_told_those_that_are() -> None:
    with pytest.raises(UsageError) as raised:
        topics.explained("21")
    assert "17, 18, 20, 126" in raised.value.hint


@pytest.mark.parametrize("topic", ["9", "21", "300", "²", "", "-1"])
def test_a_number_that_is_no_code_is_an_error(topic: str) -> None:
    with pytest.raises(UsageError):
        topics.explained(topic)


def test_the_published_schema_is_the_code_s() -> None:
    assert json.loads(SETTINGS_SCHEMA.read_text()) == topics.settings_schema()
    Draft202012Validator.check_schema(topics.settings_schema())


def test_the_schema_describes_every_setting() -> None:
    schema = topics.settings_schema()
    for key, setting in keys():
        group, _, name = key.rpartition(".")
        reference = schema["properties"][group]["$ref"] if group else ""
        table = schema["$defs"][reference.rpartition("/")[2]] if group else schema
        assert table["properties"][name]["description"] == setting.description


TABLES: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"wait": {"timeout": 5, "targets": ["tcp://db:1"], "for": "database"}}, True),
    ({"wait": {"timeout": "5m", "targets": "tcp://db:1 tcp://db:2"}}, True),
    ({"wait": {"timeout": "5 minutes"}}, False),
    ({"wait": {"timeout": -1}}, False),
    ({"wait": {"timout": 5}}, False),
    ({"migrate": {"mode": "apply", "lock_timeout": "3s"}}, True),
    ({"migrate": {"mode": "sometimes"}}, False),
    ({"verify": {"ignore": ["legacy_*", {"kind": "index", "name": "a", "reason": "b"}]}}, True),
    ({"verify": {"ignore": [{"kind": "index", "nmae": "a"}]}}, False),
    ({"server": {"command": ["python", "-m", "app"], "processes": 2}}, True),
    ({"server": {"processes": 0}}, False),
    ({"orm": "alembic"}, True),
    ({"orm": "django"}, False),
    ({"nothing": 1}, False),
]


@pytest.mark.parametrize(("table", "valid"), TABLES)
def test_the_schema_takes_what_the_settings_take(
    tmp_path: Path, table: dict[str, Any], valid: bool
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool]\nbootctl = {_toml(table)}\n")
    assert VALIDATOR.is_valid(table) == valid
    if valid:
        assert isinstance(load(tmp_path).settings, Settings)
    else:
        with pytest.raises(BootError):
            load(tmp_path)


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
