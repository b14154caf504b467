"""Alembic's comparison of models and database, as plain differences."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from alembic.operations.ops import DowngradeOps, MigrationScript, UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Table
from sqlalchemy.exc import SQLAlchemyError

from bootctl.database import causes, driver_errors
from bootctl.database.sqlalchemy_internals import read_backticks
from bootctl.database.state import Difference
from bootctl.errors import DriftError, SettingsError
from bootctl.migrate.alembic.filters import models_of
from bootctl.migrate.alembic.known_tables import are_all, known_tables
from bootctl.values import frozen
from bootctl.verify import keys, strict_comparison
from bootctl.verify.catalog.objects import Catalog
from bootctl.verify.other_tables import Named, named, other_tables


@frozen
class Found:
    """What differs, and what could not be compared."""

    differences: tuple[Difference, ...]
    not_compared: tuple[str, ...]


def differences(
    context: MigrationContext, *, strict: bool = False, live: Catalog | None = None
) -> Found:
    """Return what the database behind ``context`` lacks or has too much, by the user's own options.

    ``strict``: with types, primary keys and what ``verify.strict_comparison`` adds, whatever they compare.
    ``live``: what was read of the schema. Tables that it shows to be the models' are not compared again.
    ``process_revision_directives`` runs as it does in ``alembic check``.
    Raises ``SettingsError`` where ``env.py`` gives no ``target_metadata``.
    """
    if context.opts.get("target_metadata") is None:
        raise SettingsError(
            "env.py gives no target_metadata, so the schema cannot be verified",
            hint="Pass target_metadata to context.configure() in env.py, "
            "or accept an unverified schema with BOOTCTL__VERIFY__MODE=off.",
        )
    assert context.connection is not None  # only MigrationContext's offline mode has none
    read_backticks(context.connection.dialect)
    models = models_of(context)
    script, unknown = _produced(context, models, strict, live)
    directives = _directives(context, script)
    found: tuple[Difference, ...] = ()
    if any(each.ops for directive in directives for each in directive.upgrade_ops_list):
        from bootctl.migrate.alembic.produced import differing

        found = differing(context, models, directives)
    invalid = keys.invalid(context.connection, {table.name for table in models})
    return Found((*found, *invalid), tuple(unknown))


def _directives(context: MigrationContext, script: MigrationScript) -> list[MigrationScript]:
    """Return what the user's ``process_revision_directives`` makes of what was found."""
    directives = [script]
    hook = context.opts.get("process_revision_directives")
    if hook:
        options = context.config.cmd_opts if context.config else None
        if options is not None:
            options.autogenerate = True
        hook(context, context.get_current_heads(), directives)
    return directives


def _produced(
    context: MigrationContext, models: Sequence[Table], strict: bool, live: Catalog | None
) -> tuple[MigrationScript, list[str]]:
    """Return Alembic's operations, and what cannot be compared."""
    opts = _options(context, models, strict)
    known = known_tables(context, models, live) if live is not None and not strict else {}
    try:
        if known and are_all(context, models, known, opts):
            return MigrationScript(None, UpgradeOps([]), DowngradeOps([])), []
        from bootctl.migrate.alembic.produced import produced

        return produced(context, opts, known)
    except SQLAlchemyError as error:
        if driver_errors.classify(error):
            raise
        raise DriftError(
            "the database cannot be compared with the models: "
            f"{type(error).__name__}: {causes.root_message(error)}",
            hint="`alembic check` makes the same comparison. Leave the object out of it with "
            "include_object in env.py, or accept an unverified schema with "
            "BOOTCTL__VERIFY__MODE=off.",
        ) from error


def _options(context: MigrationContext, models: Sequence[Table], strict: bool) -> dict[str, Any]:
    """Return the options of a comparison that sees the project's tables."""
    assert context.connection is not None  # only MigrationContext's offline mode has none
    others = other_tables(context.connection) - {*map(named, models)}
    opts = {**context.opts, strict_comparison.OPTION: strict}
    opts["include_name"] = _without(others, opts.get("include_name"))
    if strict and opts.get("compare_type") is False:
        opts["compare_type"] = True
    return opts


def _without(others: Collection[Named], given: Callable[..., bool] | None) -> Callable[..., bool]:
    """Return an ``include_name`` like the one ``given`` that leaves ``others`` out."""

    def include_name(name: str | None, kind: str, parents: Mapping[str, Any]) -> bool:
        if kind == "table" and (parents.get("schema_name") or "", name) in others:
            return False
        return given is None or given(name, kind, parents)

    return include_name
