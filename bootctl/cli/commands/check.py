"""``bootctl check``: what is compared with what, and how the verdict is printed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from bootctl.cli import new_baseline, process
from bootctl.cli.commands import tenants
from bootctl.cli.commands.command import command

if TYPE_CHECKING:
    from bootctl.boot.scratch import Wanted
    from bootctl.verify.policy import Verdict

_COMPARED = (
    click.option(
        "--live", is_flag=True, help="Compare the live database with the models (default)."
    ),
    click.option(
        "--models",
        is_flag=True,
        help="Compare the migration files with the models instead; needs no database.",
    ),
    click.option(
        "--scratch",
        is_flag=True,
        help="Replay the migrations on an empty database that is made and dropped, and compare that.",
    ),
    click.option(
        "--write",
        is_flag=False,
        flag_value="verify.lock_file",
        metavar="[FILE]",
        help="With --scratch: write what the migrations make to schema.lock, or FILE.",
    ),
    click.option(
        "--round-trip",
        is_flag=True,
        help="With --scratch: undo each migration, and apply it again.",
    ),
    click.option(
        "--write-needs",
        metavar="FILE",
        help="As --scratch, and write what this code needs to FILE: for --against of later releases.",
    ),
    click.option(
        "--against",
        metavar="FILE",
        help="As --scratch, and name what the migrations break of the release whose --write-needs is FILE.",
    ),
)
_PRINTED = (
    click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json", "github", "sarif", "junit", "markdown", "html"]),
        help="How to print the verdict; text by default.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print JSON, as --format json."),
)


def _options(function: Callable[..., None]) -> Callable[..., None]:
    for option in reversed((*_COMPARED, *_PRINTED)):
        function = option(function)
    return function


@command("check")
@_options
@tenants.options("Compare")
@new_baseline.options
def check(
    invocation: Any,
    live: bool,
    models: bool,
    form: str | None,
    as_json: bool,
    shard: str | None,
    **given: Any,
) -> None:
    """Print the drift verdict: exit 0 without drift, 20 with."""
    many = given.pop("tenants")
    wanted = _replayed(**{name: given.pop(name) for name in _REPLAYED})
    if live + models + bool(wanted) > 1:
        raise click.UsageError("--live, --models and --scratch exclude each other.")
    form = _form(form, as_json=as_json)
    others = {"models": models, "scratch": wanted, "write_baseline": given["file"]}
    others[f"format {form}"] = form not in ("text", "json")
    if tenants.are_asked_for(tenants=many, shard=shard, **others):
        tenants.go_through(invocation, "check", shard, as_json=form == "json")
        return
    record = new_baseline.asked(models=models or bool(wanted), **given)

    def show(verdict: "Verdict") -> None:
        from bootctl.cli import verdict_report

        with process.written_beside_verdict():
            verdict_report.show(verdict, form)

    if wanted:
        from bootctl.boot.scratch import check_scratch

        check_scratch(invocation, show, wanted)
        return
    from bootctl.boot import looks

    if models:
        looks.check_models(invocation, show)
    else:
        looks.check(invocation, show, record)


_REPLAYED = ("scratch", "write", "round_trip", "write_needs", "against")


def _replayed(
    *,
    scratch: bool,
    write: str | None,
    round_trip: bool,
    write_needs: str | None,
    against: str | None,
) -> "Wanted | None":
    """Return what is wanted of the migrations that are replayed; ``None`` where they are not."""
    if not (scratch or write_needs or against):
        if write or round_trip:
            raise click.UsageError("--write and --round-trip go with --scratch.")
        return None
    from bootctl.boot.scratch import Wanted

    return Wanted(write, round_trip, write_needs, against)


def _form(form: str | None, *, as_json: bool) -> str:
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} exclude each other.")
    return "json" if as_json else form or "text"
