"""Names for tables of several schemas by which all of them can be made in one place.

A place where nothing stays, such as that of PostgreSQL's temporary tables, has no schemas of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from bootctl.project.tortoise.internals import meta

Place = tuple[str, str]
"""A schema, empty for the connection's default one, and the name of a table or of a key there."""


class Aliases:
    """The names that were given, each with what it stands for.

    ``default`` is the connection's default schema; ``None`` where a database has no other.
    """

    def __init__(self, default: str | None = None) -> None:
        self._default = default
        self._given: dict[Place, str] = {}
        self.places: dict[str, Place] = {}

    def schema(self, model: Any) -> str:
        """Return the schema of a model, empty for the default one."""
        return self._other(getattr(meta(model), "schema", None))

    def table(self, model: Any) -> str:
        """Return the table of a model as a verdict calls it."""
        return shown(self.schema(model), self._own(meta(model).db_table))

    def through(self, relation: Any) -> str:
        """Return the table of a many-to-many relation as a verdict calls it."""
        schema = self._other(getattr(relation, "through_schema", None))
        return shown(schema, self._own(relation.through))

    def given(self, table: str, name: str) -> str:
        """Return a name for a key that is called ``name``, of a ``table`` that has an alias."""
        if table not in self.places or name in self.places:
            return name
        return self._alias((self.places[table][0], f"{table}.{name}"), name)

    def naming(self, make: Callable[..., str]) -> Callable[..., str]:
        """Return what names a key as ``make`` does, by the names that tables have in their schemas."""

        def named(*args: Any) -> str:
            texts = [meta(arg).db_table if isinstance(arg, type) else arg for arg in args]
            aliased = [text for text in texts if isinstance(text, str) and text in self.places]
            if not aliased:
                return make(*args)
            return self.given(aliased[0], make(*(self._own(text) for text in texts)))

        return named

    @contextmanager
    def applied(self, models: Iterable[Any]) -> Iterator[None]:
        """Have ``models`` name their tables so inside, and no schema."""
        models = list(models)
        tables = {meta(model).db_table: self._aliased(model) for model in models}
        kept: list[tuple[Any, str, Any]] = []

        def put(item: Any, name: str, value: Any) -> None:
            kept.append((item, name, getattr(item, name)))
            setattr(item, name, value)

        try:
            for model in models:
                own, alias = meta(model), self._aliased(model)
                for relation in _relations(own):
                    if relation.through in self.places:
                        continue
                    schema = self._other(getattr(relation, "through_schema", None))
                    through = self._alias((schema, relation.through), relation.through)
                    put(relation, "through", tables.get(relation.through, through))
                put(own, "db_table", alias)
                put(own, "schema", None)
            yield
        finally:
            for item, name, value in reversed(kept):
                setattr(item, name, value)

    def _aliased(self, model: Any) -> str:
        table = meta(model).db_table
        return self._alias((self.schema(model), table), table)

    def _alias(self, key: Place, name: str) -> str:
        schema, _ = key
        if not schema:
            return name
        alias = self._given.setdefault(key, f"bootctl_{len(self._given)}")
        self.places[alias] = schema, name
        return alias

    def _own(self, name: Any) -> Any:
        return self.places[name][1] if isinstance(name, str) and name in self.places else name

    def _other(self, schema: str | None) -> str:
        return "" if self._default is None or schema == self._default else schema or ""


def shown(schema: str, name: str) -> str:
    """Return how a verdict calls a table."""
    return f"{schema}.{name}" if schema else name


def _relations(own: Any) -> Iterator[Any]:
    yield from (own.fields_map[name] for name in own.m2m_fields)
