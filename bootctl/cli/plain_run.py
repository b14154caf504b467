"""``bootctl run`` with no option but ``--project``: to parse that takes no click."""

from collections.abc import Sequence

from bootctl.cli import process
from bootctl.values import frozen


@frozen
class Words:
    """The words of ``bootctl run``."""

    project: str
    given: tuple[str, ...]


def parsed(words: Sequence[str]) -> Words | None:
    """Return what a plain command line says; ``None`` for any other."""
    if not words or words[0] != "run":
        return None
    rest, project = list(words[1:]), "."
    while rest and rest[0].startswith("-") and rest[0] != "--":
        name, equals, value = rest.pop(0).partition("=")
        if name != "--project" or not (equals or rest):
            return None
        project = value if equals else rest.pop(0)
    if rest and rest[0] == "--":
        rest.pop(0)
    return Words(project, tuple(rest))


def run(words: Words) -> None:
    """Do what click's command does."""
    process.begin()
    from bootctl.cli.entering import enter, invocation
    from bootctl.output import log

    root = enter(words.project)
    with log.stage("settings"):
        called = invocation(root, {})
    from bootctl.boot import pipeline

    pipeline.run(called, words.given)
