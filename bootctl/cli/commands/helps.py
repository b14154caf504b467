"""What ``--help`` of a command says below its options: examples, exit codes, and the settings that matter."""

import click

from bootctl.errors import ExitCode
from bootctl.values import frozen

_USUAL = (0, 1, 2, 3)
_TO_DATABASE = (10, 11, 12, 16)
_TO_HEAD = (13, 14, 15, 17, 20)


@frozen
class Help:
    """What is worth knowing of one command."""

    examples: tuple[tuple[str, str], ...]
    """What is typed, and what it is for."""
    codes: tuple[int, ...] = ()
    """Those besides the usual ones."""
    settings: tuple[str, ...] = ()


HELPS = {
    "run": Help(
        (
            ("bootctl run", "the whole boot, then the project's Robyn server"),
            ("bootctl run -- gunicorn app.main:app", "the same with another server"),
        ),
        (*_TO_DATABASE, *_TO_HEAD, 126, 127),
        ("server.command", "wait.timeout", "migrate.mode", "verify.mode", "verify.on_drift"),
    ),
    "wait": Help(
        (
            ("bootctl wait", "for all that the service will connect to"),
            ("bootctl wait tcp://db:5432 redis://cache", "for these"),
            ("bootctl wait --list", "what that is, and what names it"),
        ),
        (10, 11, 12),
        ("wait.timeout", "wait.targets", "wait.for", "wait.ignore", "wait.optional"),
    ),
    "migrate": Help(
        (
            ("bootctl migrate --plan", "what is pending, and what it puts at risk"),
            ("bootctl migrate --sql", "the statements"),
            ("bootctl migrate", "apply it, and verify the schema"),
            ("bootctl migrate --tenants", "the database of each tenant, or its schema"),
        ),
        (*_TO_DATABASE, *_TO_HEAD),
        (
            *("migrate.lock_timeout", "migrate.statement_timeout", "migrate.on_risk"),
            *("migrate.breaks_running", "lock.timeout"),
        ),
    ),
    "check": Help(
        (
            ("bootctl check", "the database, the models and the migrations"),
            ("bootctl check --format github", "the same as annotations on a pull request"),
            ("bootctl check --scratch", "the migrations alone, on an empty database"),
            ("bootctl check --write-needs needs.json", "what this release needs of its database"),
            ("bootctl check --against needs.json", "what the migrations break of that release"),
            ("bootctl check --tenants", "the database of each tenant, or its schema"),
        ),
        (*_TO_DATABASE, 15, 17, 20),
        ("verify.ignore", "verify.baseline", "verify.lock_file", "database.url"),
    ),
    "status": Help(
        (
            ("bootctl status", "where the database stands"),
            ("bootctl status --exit-code", "the same, for a script"),
            ("bootctl status --tenants", "of each tenant's"),
        ),
        (*_TO_DATABASE, 15, 17, 18),
        ("database.url", "wait.timeout"),
    ),
    "resolve": Help(
        (
            ("bootctl resolve --forward REVISION", "out of dirty: finish it; shown, and confirmed"),
            ("bootctl resolve --back REVISION", "out of dirty: undo what there is of it"),
            ("bootctl resolve --accept REVISION --yes", "an edited file is meant so"),
            ("bootctl resolve --baseline head", "adopt a database that create_all made"),
        ),
        (*_TO_DATABASE, 13, 14, 17, 20),
        ("lock.timeout", "migrate.lock_timeout", "migrate.statement_timeout", "verify.ignore"),
    ),
    "doctor": Help(
        (
            ("bootctl doctor", "what is wrong with this set-up, and what mends it"),
            ("bootctl doctor --json", "the same for a support ticket, without secrets"),
        ),
        (*_TO_DATABASE, *_TO_HEAD, 126, 127),
        ("database.url", "wait.targets", "server.command"),
    ),
    "detect": Help((("bootctl detect", "which ORM it is, and why"),), (10,), ("orm",)),
    "config": Help((("bootctl config", "all settings; those that are set stand out"),)),
    "init": Help(
        (
            ("bootctl init", "list what there is"),
            ("bootctl init docker --diff", "show what would be written"),
            ("bootctl init docker k8s", "write it"),
        ),
        (),
        ("server.app", "server.command"),
    ),
    "receipt": Help(
        (
            ("bootctl receipt", "where files are, so that fewer are read at each boot"),
            ("bootctl receipt --sealed", "the last step of an image's build"),
        )
    ),
    "help": Help(
        (
            ("bootctl help 20", "what an exit code means, and what to do"),
            ("bootctl help wait.timeout", "a setting"),
        )
    ),
    "completion": Help((('eval "$(bootctl completion bash)"', "complete words in this shell"),)),
}


class Commands(click.Group):
    """All commands, in the order of ``HELPS``."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(HELPS)


class Command(click.Command):
    """A command whose help says more than its options."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the table has of it."""
        found = HELPS.get(self.name or "", Help(()))
        codes = sorted({*_USUAL, *found.codes})
        parts = {
            "Examples": list(found.examples),
            "Exit codes": [(str(code), ExitCode(code).meaning) for code in codes],
            "Settings": [(key, variable(key)) for key in found.settings],
        }
        for title, rows in parts.items():
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


def variable(key: str) -> str:
    """Return the environment variable of a setting."""
    return f"BOOTCTL__{key.upper().replace('.', '__')}"
