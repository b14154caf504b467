"""What a shell completes: settings and their values, topics of the help, revisions, and what can be waited for.

Whatever fails completes nothing, and says nothing: somebody is typing.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from click import Context, Parameter
    from click.shell_completion import CompletionItem

Complete = Callable[["Context", "Parameter", str], list["CompletionItem[str]"]]
VARIABLE = "_BOOTCTL_COMPLETE"
"""With which a shell asks."""


def _items(found: Callable[["Context", str], Iterable[str]]) -> Complete:
    """Return what click asks, of what is ``found`` for the words before and the beginning of this one."""

    def complete(context: "Context", _: "Parameter", start: str) -> list["CompletionItem[str]"]:
        from click.shell_completion import CompletionItem

        with suppress(Exception):
            return [
                CompletionItem(text) for text in found(context, start) if text.startswith(start)
            ]
        return []

    return complete


def _assignments(_: "Context", start: str) -> Iterator[str]:
    from bootctl.config.settings import keys

    known = dict(keys())
    key, equals, _value = start.partition("=")
    if not equals:
        yield from (f"{name}=" for name in known)
    elif key in known:
        yield from (f"{key}={value}" for value in known[key].choices)


def _topics(context: "Context", _: str) -> Iterator[str]:
    from bootctl.config.settings import keys
    from bootctl.errors import ExitCode
    from bootctl.output.events import EVENTS

    yield from getattr(context.parent and context.parent.command, "commands", ())
    yield from (str(int(code)) for code in ExitCode)
    yield from EVENTS
    yield from (key for key, _field in keys())


def _targets(context: "Context", _: str) -> Iterator[str]:
    """Yield what the project's settings name, as long as no secret is in it, and every scheme."""
    with suppress(Exception):
        yield from _named(str(context.params.get("project") or "."))
    from bootctl.wait.schemes import SCHEMES

    yield from (f"{scheme}://" for scheme in SCHEMES)


def _named(project: str) -> Iterator[str]:
    from pathlib import Path

    from bootctl.config import sources
    from bootctl.config.invocation import Invocation
    from bootctl.wait import dependencies

    root = Path(project).resolve()
    os.chdir(root)
    invocation = Invocation(root, sources.load(root), dict(os.environ))
    urls = [*dependencies.beside(invocation), *dependencies.named_database(invocation)]
    yield from dict.fromkeys(str(url) for url in urls if not url.password and url.hosts)


def _revisions(context: "Context", _: str) -> tuple[str, ...]:
    from pathlib import Path

    from bootctl.project.revision_names import revision_names

    return revision_names(Path(str(context.params.get("project") or ".")).resolve())


assignments = _items(_assignments)
topics = _items(_topics)
targets = _items(_targets)
revisions = _items(_revisions)


def folders(*_: Any) -> list["CompletionItem[str]"]:
    """Have the shell complete the names of folders."""
    from click.shell_completion import CompletionItem

    return [CompletionItem("", type="dir")]


def prepare() -> None:
    """Have words be completed whole in bash, which parts them at ``=`` and ``:``."""
    from click.shell_completion import add_completion_class

    from bootctl.cli.bash_completion import Bash

    add_completion_class(Bash)
