"""What is checked of the project's files in every form of ``check``, besides what refuses them."""

from dataclasses import replace
from itertools import islice

from bootctl.boot.context import Context
from bootctl.errors import BootError, DriftError, UsageError
from bootctl.output import log
from bootctl.project.unimported import declared
from bootctl.verify.policy import Verdict

_NAMED = 3


def with_unimported(context: Context, verdict: Verdict) -> Verdict:
    """Return the verdict with the models that nothing imports, so that it says nothing of them.

    That is no drift: nobody knows whether they are meant to be tables of this database.
    """
    found = context.backend.unimported()
    for item in found:
        log.event(
            "verify.unimported",
            f"nothing imports {item}, so its table is not compared",
            level="WARNING",
            kind="unimported model",
            object=item.name,
            file=item.file,
            line=item.line,
            hint=_HINTS.get(context.backend.name, _OF_TORTOISE),
        )
    told = tuple(f"unimported model {item}: nothing imports it" for item in found)
    return replace(verdict, not_compared=(*verdict.not_compared, *told))


_OF_TORTOISE = "Name its module in the models of an app of TORTOISE_ORM, or delete it."
_HINTS = {"alembic": "Import its module where env.py imports the models, or delete it."}


def silent(context: Context) -> BootError:
    """Return the error for files that do not say what the models were; none at all say it, too."""
    models = [*islice(declared(context.invocation.root), _NAMED)]
    if models and not context.backend.history().revisions:
        return DriftError(
            f"schema drift: the project has no migrations, and models: {', '.join(map(str, models))}",
            hint="Make the first one, review and commit it: "
            f"{context.backend.new_migration('initial')}",
        )
    return UsageError(
        f"--models: these {context.backend.name} migrations do not say what the models were",
        hint="Replay them on an empty database: `bootctl check --scratch`; or compare a migrated "
        "one: `bootctl check --live`.",
    )
