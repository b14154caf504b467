"""What will be waited for: what names it, how deep it is asked, and what it answers now."""

from collections.abc import Sequence

from bootctl.boot.doctor.finding import Findings
from bootctl.config.invocation import Invocation
from bootctl.config.service import Skipped, Target
from bootctl.database.connector import Connector
from bootctl.database.url import Url
from bootctl.wait import dependencies

_AREA = "waits for"
_SECONDS = 3.0
"""For each dependency; all are asked at the same time."""


class Awaited:
    """Asks each dependency once."""

    def __init__(self, invocation: Invocation, found: Findings) -> None:
        self._invocation = invocation
        self._found = found
        self._sources: dict[str, str] = {}

    def ask_named(self) -> None:
        """Ask what the service's settings name besides the database of the project's code."""
        found = self._found
        with found.looking(_AREA):
            items: list[Target | Skipped] = [*dependencies.others(self._invocation)]
            optional = dependencies.optional(self._invocation)
            for item in items:
                if isinstance(item, Skipped):
                    found.ok(_AREA, f"{item.what} is not waited for: {item.reason}")
            targets = [item for item in items if isinstance(item, Target)]
            self._sources |= {str(item.url): item.source for item in targets}
            required = [item.url for item in targets if item.url not in optional]
            self._ask(required)
            self._ask([*optional], is_needed=False)

    def ask_database(self) -> None:
        """Ask the database that settings name, where there is no code that does."""
        with self._found.looking(_AREA):
            named = dependencies.database(self._invocation)
            if named:
                self._sources[str(named.url)] = named.source
                self._ask([named.url])

    def ask_own(self, urls: Sequence[Url], connectors: Sequence[Connector | None]) -> bool:
        """Ask databases as the project's code connects to them; return whether all are ready."""
        self._sources |= {str(url): "the project's code" for url in urls}
        return self._ask(urls, [item for item in connectors if item])

    def _ask(
        self, urls: Sequence[Url], own: Sequence[Connector] = (), *, is_needed: bool = True
    ) -> bool:
        answers = dependencies.answers_of(urls, own, _SECONDS)
        for answer in answers:
            named = self._sources.get(answer.target)
            by = f" (by {named})" if named else ""
            if answer.error is None:
                said = f"{answer.target}{by} answers, asked as deep as: {answer.depth}"
                self._found.ok(_AREA, said)
            elif is_needed:
                self._found.fail(_AREA, answer.error)
            else:
                said = f"{answer.error.message}; wait.optional names it"
                self._found.warn(_AREA, said, answer.error.hint)
        return all(answer.error is None for answer in answers)
