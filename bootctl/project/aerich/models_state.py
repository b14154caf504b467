"""The models against what the last migration file says that they were."""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from aerich.coder import encoder
from aerich.migrate import Migrate
from aerich.utils import get_models_describe
from tortoise import Tortoise

from bootctl.database.state import Difference
from bootctl.project.aerich.files import File
from bootctl.project.tortoise.config import App

is_written = hasattr(Migrate, "fix_migrations")
"""Whether this version of Aerich writes ``MODELS_STATE``: since 0.9.2."""

_DIALECTS = {"sqlite": "sqlite", "postgres": "postgresql", "mysql": "mysql"}

Flat = dict[tuple[str, str], str]
"""What is described: its kind and its name, and the rest of it."""


def differences(
    files: Mapping[str, tuple[File, ...]], apps: Iterable[App]
) -> tuple[Difference, ...] | None:
    """Return what the files lack or have too much; ``None`` where a last file does not say."""
    found: list[Difference] = []
    for app in apps:
        own = files[app.name]
        if own and own[-1].models_state is None:
            return None
        dialect = Tortoise.get_connection(app.connection).schema_generator.DIALECT
        before = _flat(_decoded(own[-1].models_state), dialect) if own else {}
        found += _compared(before, _flat(get_models_describe(app.name), dialect))
    return tuple(found)


def row(file: File, client: Any) -> str:
    """Return the statement that records ``file`` as Aerich does."""
    from sqlalchemy import String, column, insert, table  # not at head

    state = file.models_state
    content = _decoded(state) if state else get_models_describe(file.app)
    values = {"version": file.path.name, "app": file.app, "content": encoder(dict(content))}
    rows = table("aerich", *(column(name, String) for name in values))
    name = _DIALECTS[client.schema_generator.DIALECT]
    dialect = import_module(f"sqlalchemy.dialects.{name}").dialect(paramstyle="named")
    literal = {"literal_binds": True}
    return f"{insert(rows).values(values).compile(dialect=dialect, compile_kwargs=literal)};"


def _decoded(state: str | None) -> Mapping[str, Any]:
    from aerich.utils import decompress_dict  # since it is written

    return decompress_dict(state or "")


def _compared(files: Flat, models: Flat) -> Iterator[Difference]:
    for (kind, name), detail in models.items():
        if (kind, name) not in files:
            yield Difference(f"missing {kind}", name, detail)
        elif files[kind, name] != detail:
            yield Difference(f"changed {kind}", name, f"{files[kind, name]} -> {detail}")
    for (kind, name), detail in files.items():
        if (kind, name) not in models:
            yield Difference(f"unexpected {kind}", name, detail)


def _flat(models: Mapping[str, Any], dialect: str) -> Flat:
    flat: Flat = {}
    for model in models.values():
        if model.get("managed") is not False and model["table"] != "aerich":
            flat |= dict(_table(model, dialect))
    return flat


def _table(model: Mapping[str, Any], dialect: str) -> Iterator[tuple[tuple[str, str], str]]:
    table = model["table"]
    columns = {field["name"]: field["db_column"] for field in _fields(model)}
    yield ("table", table), ""
    for field in _fields(model):
        types = field["db_field_types"]
        null = "" if field["nullable"] else " NOT NULL"
        unique = " UNIQUE" if field["unique"] else ""
        kind = types.get(dialect) or types[""]
        yield ("column", f"{table}.{field['db_column']}"), f"{kind}{null}{unique}"
        if field.get("indexed") and not field["unique"]:
            yield ("index", f"{table}.{field['db_column']}"), ""
    for names in model.get("unique_together") or ():
        yield ("constraint", f"{table}.{'_'.join(columns[name] for name in names)}"), ""
    for index in model.get("indexes") or ():
        names = (
            index.get("fields", ()) if isinstance(index, dict) else getattr(index, "fields", index)
        )
        yield ("index", f"{table}.{'_'.join(columns.get(name, name) for name in names)}"), ""
    for field in (*model["fk_fields"], *model["o2o_fields"]):
        if field.get("db_constraint", True):
            yield ("foreign key", f"{table}.{field['raw_field']}"), str(field["python_type"])
    for field in model["m2m_fields"]:
        yield ("table", field["through"]), ""


def _fields(model: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [model["pk_field"], *model["data_fields"]]
