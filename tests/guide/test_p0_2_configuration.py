"""P0.2: configuration and environment safety."""

import ast
import importlib.util
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import yaml
from pydantic import BaseModel, SecretStr, ValidationError

from tests.support.services.examples import NAMES
from tests.support.services.practices import Edit, Practice, edited
from tests.support.services.source import Module, Service, service

_VARIABLE = re.compile(r"(?m)^#?(SETTINGS__\w+)=(.*)$")
_PLACE = re.compile(r"\w+://|\blocalhost\b|\b\d+\.\d+\.\d+\.\d+\b")
_ENVIRONMENT = ("os.environ", "os.getenv", "environ.", "getenv", "load_dotenv", "dotenv_values")


def one_model_reads_the_environment(project: Service) -> Iterator[str]:
    """No other code asks for a variable, and no other class is filled from them."""
    models = [m.name for m in project.modules for base in _bases(m) if base == "BaseSettings"]
    if models != ["config"]:
        yield f"settings models are in {models}"
    for module in project.modules:
        names = {name for name, _ in module.calls()} | set(module.imports())
        if any(name.startswith(_ENVIRONMENT) for name in names) or "os.environ" in module.text:
            yield f"{module.name} reads the environment"


def keys_are_nested_below_settings(project: Service) -> Iterator[str]:
    """``SETTINGS__GROUP__FIELD``, in the environment and in ``.env``."""
    known = settings_class(project).model_config
    if (known["env_prefix"], known["env_nested_delimiter"]) != ("SETTINGS__", "__"):
        yield "the variables are called otherwise"
    if Path(str(known["env_file"])).name != ".env":
        yield ".env is not read"


def every_field_is_in_the_example_of_env(project: Service) -> Iterator[str]:
    """And nothing else, each with its default."""
    given = _lines(project)
    fields = {name: _text(value) for name, value in defaults(project)}
    yield from (f"{name} is no field" for name in given.keys() - fields.keys())
    yield from (f"{name} is not in .env.example" for name in fields.keys() - given.keys())
    for name in given.keys() & fields.keys():
        if given[name].strip('"').lower() != fields[name].lower():
            yield f"{name} is {fields[name]!r} by default, not {given[name]!r}"


def compose_sets_fields(project: Service) -> Iterator[str]:
    """Each variable of the composed service fits its field."""
    variables = composed(project)
    fields = dict(defaults(project))
    yield from (f"{name} is no field" for name in variables.keys() - fields.keys())
    try:
        with mock.patch.dict(os.environ, {**variables}):
            settings_class(project)(_env_file=None)
    except ValidationError as error:
        yield str(error)


def places_are_settings(project: Service) -> Iterator[str]:
    """No host, address or URL is written into code; what is written of them are defaults."""
    for module in project.modules:
        if not module.name.startswith("config"):
            yield from (
                f"{module.name}: {text}" for text in _strings(module) if _PLACE.search(text)
            )


def settings_class(project: Service) -> Any:
    """The model of a service's settings, without the service."""
    name = f"config_of_{abs(hash(project.root))}"
    folder = project.code / "config"
    spec = importlib.util.spec_from_file_location(
        name, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        return module.Settings
    finally:
        for loaded in [loaded for loaded in sys.modules if loaded.startswith(name)]:
            del sys.modules[loaded]


def defaults(project: Service) -> Iterator[tuple[str, Any]]:
    """Every variable that is a field, and the default."""
    yield from _fields(settings_class(project)(_env_file=None), "SETTINGS__")


def composed(project: Service) -> dict[str, str]:
    """The settings of the service in ``compose.yaml``, with something for what must be given."""
    [service_] = (
        found
        for found in yaml.safe_load((project.root / "compose.yaml").read_text())[
            "services"
        ].values()
        if "build" in found
    )
    variables = {name: str(value) for name, value in service_["environment"].items()}
    filled = {name: re.sub(r"\$\{\w+:[-?][^}]*\}", "x" * 32, v) for name, v in variables.items()}
    return {name: value for name, value in filled.items() if name.startswith("SETTINGS__")}


def _fields(model: BaseModel, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _fields(value, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", value


def _text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return value if isinstance(value, str) else json.dumps(value)


def _lines(project: Service) -> dict[str, str]:
    return dict(_VARIABLE.findall((project.root / ".env.example").read_text()))


def _bases(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef):
            yield from (ast.unparse(base) for base in node.bases)


def _strings(module: Module) -> Iterator[str]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    texts = {
        ast.get_docstring(n, clean=False)
        for n in ast.walk(module.tree)
        if isinstance(n, documented)
    }
    for node in ast.walk(module.tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value not in texts
        ):
            yield node.value


PRACTICES = (
    Practice(
        one_model_reads_the_environment,
        (
            Edit(
                "cache",
                "import functools\n",
                "import functools\nimport os\n\nTTL = os.getenv('TTL')\n",
            ),
            Edit(
                "mailing",
                "from loguru import logger\n",
                "from os import environ\nfrom loguru import logger\n",
            ),
            Edit(
                "src/app/config/cache.py", "class Settings(Group)", "class Settings(BaseSettings)"
            ),
        ),
    ),
    Practice(
        keys_are_nested_below_settings,
        (
            Edit(
                "src/app/config/__init__.py",
                'env_nested_delimiter="__"',
                'env_nested_delimiter="_"',
            ),
            Edit("src/app/config/__init__.py", 'ROOT / ".env"', 'ROOT / "settings.env"'),
        ),
    ),
    Practice(
        every_field_is_in_the_example_of_env,
        (
            Edit(
                "src/app/config/cache.py",
                "    ttl_seconds: int = 60\n",
                "    ttl_seconds: int = 60\n    size: int = 9\n",
            ),
            Edit("src/app/config/cache.py", "ttl_seconds: int = 60", "ttl_seconds: int = 61"),
            Edit(".env.example", "#SETTINGS__DEBUG=false", "#SETTINGS__DEBUGGING=false"),
        ),
    ),
    Practice(
        compose_sets_fields,
        (
            Edit("compose.yaml", "SETTINGS__CACHE__HOST", "SETTINGS__REDIS__HOST"),
            Edit("compose.yaml", 'SETTINGS__CACHE__PORT: "6379"', "SETTINGS__CACHE__PORT: redis"),
            Edit(
                "compose.yaml", "${SETTINGS__AUTHENTICATION__TOKEN_SECRET:?set it in .env}", "short"
            ),
        ),
    ),
    Practice(
        places_are_settings,
        (
            Edit("cache", "host=known.host", 'host="localhost"'),
            Edit("mailing", "hostname=known.host", 'hostname="10.0.0.5"'),
        ),
    ),
)


def test_it_is_so(practice: Practice, name: str) -> None:
    assert list(practice.check(service(name))) == []


def test_it_is_seen_when_it_is_not(
    practice: Practice, edit: Edit, name: str, tmp_path: Path
) -> None:
    assert list(practice.check(edited(name, tmp_path, edit)))


@pytest.mark.parametrize("name", NAMES)
def test_production_refuses_the_secrets_of_development(name: str) -> None:
    settings = settings_class(service(name))
    with pytest.raises(ValidationError, match="production needs"):
        settings(_env_file=None, environment="production")


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_with_a_typing_error_is_refused(name: str) -> None:
    with (
        mock.patch.dict(os.environ, {"SETTINGS__CACHE__HOTS": "x"}),
        pytest.raises(ValidationError, match="hots"),
    ):
        settings_class(service(name))
