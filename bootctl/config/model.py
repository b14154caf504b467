"""The settings as pydantic judges them: what is valid, what is said of the rest, and their JSON schema."""

import re
from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PositiveInt,
    SecretStr,
    ValidationError,
    WithJsonSchema,
    create_model,
    model_validator,
)
from pydantic import Field as Said
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from bootctl.config import addresses, lists
from bootctl.config.files import flattened
from bootctl.config.plain import LONGEST, UNITS
from bootctl.config.secret import Secret
from bootctl.config.setting import Level, group, name, setting
from bootctl.config.settings import Settings, keys, variable
from bootctl.errors import SettingsError

_DURATION = WithJsonSchema(
    {
        "anyOf": [
            {"type": "number", "minimum": 0},
            {"type": "string", "pattern": r"^\s*[0-9.]+\s*(ms|s|m|h)?\s*$"},
        ]
    }
)
_TEXTS = WithJsonSchema({"type": ["array", "string"], "items": {"type": "string"}})


def _seconds(value: Any) -> Any:
    match = re.fullmatch(r"\s*([0-9.]+)\s*(ms|s|m|h)\s*", value) if isinstance(value, str) else None
    return float(match[1]) * UNITS[match[2]] if match else value


def _lowered(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


class Ignored(BaseModel):
    """One entry of ``verify.ignore`` with what it may say: a kind, a pattern of names, a reason."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = lists.Ignored.kind
    name: Annotated[str, AfterValidator(lists.pattern)] = lists.Ignored.name
    reason: str = lists.Ignored.reason

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, value: Any) -> Any:
        if isinstance(value, dict) and not (value.get("kind") or value.get("name")):
            raise ValueError("an entry has a kind, a name or both, and may have a reason")
        return value


_Seconds = Annotated[float, BeforeValidator(_seconds), Said(ge=0), _DURATION]
_Entry = Annotated[Ignored | str, Said(union_mode="left_to_right")]
_TYPES: Mapping[Any, Any] = {
    Secret: SecretStr,
    "seconds": _Seconds,
    "timeout": Annotated[_Seconds, Said(gt=0, lt=LONGEST), _DURATION],
    "items": Annotated[tuple[str, ...], NoDecode, BeforeValidator(lists.items), _TEXTS],
    "patterns": Annotated[tuple[str, ...], NoDecode, BeforeValidator(lists.patterns), _TEXTS],
    "entries": Annotated[tuple[_Entry, ...], NoDecode, BeforeValidator(lists.entries)],
    "argv": Annotated[tuple[str, ...], NoDecode, BeforeValidator(lists.words), _TEXTS],
    "count": PositiveInt,
    "level": Annotated[Level, BeforeValidator(_lowered)],
    "address": Annotated[str, AfterValidator(addresses.checked)],
}


class _Group(BaseModel):
    # What validates a group is made as a part of what validates all settings, and not by itself too.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class _All(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="BOOTCTL__",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        frozen=True,
        extra="forbid",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only what ``sources.load`` merged: it asks the other sources itself, one by one."""
        return (init_settings,)


def _type(of: Field[Any]) -> Any:
    """Return the type of a setting as pydantic validates it."""
    found = setting(of)
    own = _TYPES.get(found.kind or found.type, found.type)
    return own | None if found.may_be_unset else own


def _fields(of: Any) -> dict[str, Any]:
    return {item.name: _field(item) for item in fields(of)}


def _field(of: Field[Any]) -> tuple[Any, Any]:
    if inner := group(of):
        model: Any = create_model(
            inner.__name__, __base__=_Group, __doc__=inner.__doc__, **_fields(inner)
        )
        return model, model.model_construct()
    alias = name(of) if name(of) != of.name else None
    return _type(of), Said(of.default, alias=alias, description=setting(of).description)


Model: Any = create_model("Settings", __base__=_All, __doc__=Settings.__doc__, **_fields(Settings))
"""``Settings``, as a model of pydantic's."""


def variables(found: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what pydantic makes of variables, by its dotted keys; ``None``: of the environment."""
    source = EnvSettingsSource(Model)
    if found is not None:
        source.env_vars = {key.lower(): value for key, value in found.items() if value}
    return flattened(source())


def settings(values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    """Return the settings with ``values`` by their dotted keys. Raises ``SettingsError``."""
    tree: dict[str, Any] = {}
    for key, value in values.items():
        *groups, last = key.split(".")
        node = tree
        for part in groups:
            node = node.setdefault(part, {})
        node[last] = value
    try:
        model = Model(**tree)
    except ValidationError as error:
        raise _invalid(error, origins) from None
    found: Settings = _values(model, Settings)
    return found


def _values(model: Any, of: Any) -> Any:
    """Return the values of a model, without pydantic's own types."""
    given = {}
    for item in fields(of):
        value, inner = getattr(model, item.name), group(item)
        given[item.name] = _values(value, inner) if inner else _value(value)
    return of(**given)


def _value(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return Secret(value.get_secret_value())
    if isinstance(value, Ignored):
        return lists.Ignored(value.kind, value.name, value.reason)
    return tuple(map(_value, value)) if isinstance(value, tuple) else value


def _invalid(error: ValidationError, origins: Mapping[str, str]) -> SettingsError:
    first = error.errors(include_input=False, include_url=False)[0]
    path = [str(part) for part in first["loc"]]
    key = ".".join(path[:2]) if ".".join(path[:2]) in dict(keys()) else path[0]
    return SettingsError(
        f"{key} is not valid: {first['msg'].removeprefix('Value error, ')}",
        hint=f"Correct {key} (from: {origins.get(key, 'default')}); "
        f"its variable is {variable(key)}.",
        setting=key,
        source=origins.get(key, "default"),
    )
