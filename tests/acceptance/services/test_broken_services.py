"""What cannot be seen in the files is seen when it is broken: a story ends otherwise."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.servers.standard import booted
from tests.support.services import stories
from tests.support.services.client import Client
from tests.support.services.examples import NAMES
from tests.support.services.practices import Edit, edited

pytestmark = [pytest.mark.slow, pytest.mark.exhaustive]

Story = Callable[[Client], None]

BROKEN: dict[str, tuple[Edit, Story]] = {
    "a cookie is believed as it comes": (
        Edit(
            "sessions",
            "    if not hmac.compare_digest(",
            "    if False and not hmac.compare_digest(",
        ),
        stories.sessions_are_signed,
    ),
    "a token need not expire": (
        Edit("authentication", '{"require": ["exp", "sub"]}', '{"verify_exp": False}'),
        stories.tokens_are_needed,
    ),
    "a route needs no token": (
        Edit("routes", '"/tickets", auth_required=True', '"/tickets", auth_required=False'),
        stories.tokens_are_needed,
    ),
    "a conflict is a failure of the server": (
        Edit("transactions", "raise ConflictError from error", "raise"),
        stories.users_register_once,
    ),
    "what the server answers is not wrapped": (
        Edit("envelopes", "response.status_code < 400 or", "True or"),
        stories.what_is_not_there_is_an_error_too,
    ),
    "what is not JSON is not valid": (
        Edit("envelopes", '"json_invalid"', '"nothing"'),
        stories.what_is_not_json_is_refused,
    ),
    "what is too large is read": (
        Edit("limits", "if len(request.body) > ", "if False and len(request.body) > "),
        stories.what_is_too_large_is_refused,
    ),
    "an address is looked for as it is written": (
        Edit("entities", "AfterValidator(str.lower), ", ""),
        stories.an_address_is_known_however_it_is_written,
    ),
    "a line may have separators": (
        Edit("entities", r"\p{Cc}\p{Zl}\p{Zp}", r"\x00-\x1f\x7f"),
        stories.texts_are_what_databases_and_mails_take,
    ),
    "the response does not tell its id": (
        Edit("tracing", "        response.headers.set(HEADER, request_id())\n", ""),
        stories.requests_keep_their_id,
    ),
    "anybody closes a ticket": (
        Edit("rules", "if not rule.may(ticket, actor_id):", "if False:"),
        stories.tickets_have_rules,
    ),
    "aliases are left out": (
        Edit("entities", "by_alias: bool | None = True", "by_alias: bool | None = False"),
        stories.users_register_once,
    ),
    "the cache is never forgotten": (
        Edit("cache", "await self._redis.delete(key)", "await self._redis.get(key)"),
        stories.tickets_are_listed_and_counted,
    ),
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("broken", BROKEN)
def test_a_story_ends_otherwise(broken: str, name: str, tmp_path: Path) -> None:
    edit, story = BROKEN[broken]
    project = edited(name, tmp_path, edit, runs=True)
    with booted(project.root, {}) as service, pytest.raises((AssertionError, ValueError, KeyError)):
        story(Client(service.port))
