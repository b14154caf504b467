"""``bootctl run`` and ``bootctl migrate`` with no option but ``--project``: to parse that takes no click."""

from collections.abc import Sequence

from bootctl.cli import process
from bootctl.values import frozen


@frozen
class Words:
    """The words of one of them."""

    project: str
    given: tuple[str, ...]
    """The server's command, which ``run`` alone may have."""
    migrates: bool = False


def parsed(words: Sequence[str]) -> Words | None:
    """Return what a plain command line says; ``None`` for any other."""
    if not words or words[0] not in ("run", "migrate"):
        return None
    migrates = words[0] == "migrate"
    rest, project = list(words[1:]), "."
    while rest and rest[0].startswith("-") and rest[0] != "--":
        name, equals, value = rest.pop(0).partition("=")
        if name != "--project" or not (equals or rest):
            return None
        project = value if equals else rest.pop(0)
    if rest and migrates:
        return None
    if rest and rest[0] == "--":
        rest.pop(0)
    return Words(project, tuple(rest), migrates)


def run(words: Words) -> None:
    """Do what click's command does."""
    process.begin()
    from bootctl.cli.entering import enter, invocation
    from bootctl.output import log

    root = enter(words.project)
    with log.stage("settings"):
        called = invocation(root, {})
    from bootctl.boot import pipeline

    if words.migrates:
        pipeline.migrate(called)
    else:
        pipeline.run(called, words.given)
