"""Where a credential stands: in a URL, behind a secret's name, behind an option of a command."""

import itertools
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

from bootctl.database import url as urls
from bootctl.database.secret_names import is_dsn_name, is_secret_name
from bootctl.database.url import MASK
from bootctl.output.escaped import pattern
from bootctl.output.strength import is_weak

_SEPARATED = re.compile(r"(?<![\s,;|])[\s,;|]++(?=[A-Za-z][0-9A-Za-z+.-]*://)")
_SCHEMES = r"(?:(?:bearer|basic|token)\s+)?"
_NAMED = re.compile(
    r"""(?i)(?<![\w.-])-{0,2}([a-z][\w.-]*+)(?=\\*["']?\s*[=:]\s*"""
    + _SCHEMES
    + r"""(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s,;&"']+)))"""
)
"""A name, and what is assigned to it: in JSON, in a DSN, in a file of settings.

What is assigned may begin with a name of its own, as in ``refused: password=S``.
"""
_BEHIND = re.compile(
    r"""(?ix)\b(?:password|identified\s+by)\s+E?'((?:[^']|'')+)'"""
    r"""|\b(?:bearer|basic)\s+([A-Za-z0-9+/=._~-]{8,})"""
)
"""What SQL and HTTP have behind a word."""
_PASSWORD_IN_URL = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/:@'\"]*:([^\s/@'\"]+)@")
_MAY_TELL = re.compile(r"(?i)://|=|\"\s*:|password|identified|bearer|basic\s")
"""What any text that tells a secret has."""
_PLACE = (
    r"(?P<name>(?<![\w.-])-{0,2}[A-Za-z][\w.-]*+)"
    r"(?P<between>\\*[\"']?\]?\s*(?:=>|:=|[=:])\s*(?:[bru]{1,2})?(?:\\*[\"'])?" + _SCHEMES + r"|"
    r"\s+(?:[bru]{1,2})?(?:\\*[\"'])?" + _SCHEMES + r")"
)


def urls_in(text: str) -> Iterator[str]:
    """Yield the URLs in ``text``, which may be a list of them, that may hold a secret."""
    for item in _SEPARATED.split(text):
        if "://" in item and ("@" in item or "?" in item):
            yield item


def of_variable(name: str, value: str) -> Iterator[str]:
    """Yield the secrets in the value of an environment variable that is named like one."""
    if is_secret_name(name) and not _is_file(value):
        yield value
    elif is_dsn_name(name):
        yield from _key_of(value) if "://" in value else _of_dsn(value)


def named_in(text: str) -> Iterator[str]:
    """Yield what ``text`` assigns to names of secrets, as a DSN or a document does."""
    found = (secret for name, secret in _pairs(text) if is_secret_name(name))
    yield from (secret.replace("\\n", "\n") for secret in found)


def may_tell(text: str) -> bool:
    """Return whether ``text`` has what any text has that tells a secret."""
    return _MAY_TELL.search(text) is not None


def told_in(text: str) -> Iterator[str]:
    """Yield the secrets that ``text`` gives away, which is not ours: a statement, an error, a print.

    Only what can be nothing else: no word, no path, and nothing that is masked already.
    """
    if not may_tell(text):
        return
    named = (secret for name, secret in _pairs(text) if is_secret_name(name))
    behind = (found[1] or found[2] for found in _BEHIND.finditer(text))
    for secret in itertools.chain(named, behind, _PASSWORD_IN_URL.findall(text)):
        if not is_weak(secret) and MASK not in secret and secret[0] not in "/$%{<":
            yield secret


def assigned(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what a command's arguments assign to secrets: a name, and the value."""
    for index in after_options(words):
        yield words[index - 1], words[index]
    for word in words:
        name, equals, value = word.partition("=")
        if equals and is_secret_name(name):
            yield name, value
        if " " in word:
            yield from assigned(_split(word))
        if " " in word or '"' in word:
            yield from (pair for pair in _pairs(word) if is_secret_name(pair[0]))


def after_options(words: Iterable[object]) -> set[int]:
    """Return the places of what follows an option that is named like a secret."""
    return {
        index
        for index, (option, value) in enumerate(itertools.pairwise(words), start=1)
        if isinstance(option, str)
        and option.startswith("-")
        and "=" not in option
        and isinstance(value, str)
        and not value.startswith("-")
        and is_secret_name(option)
    }


class Pattern:
    """Finds words where they stand as credentials, and nowhere else."""

    def __init__(self, words: Iterable[str]) -> None:
        forms = "|".join(pattern(word) for word in words)
        end = r"(?![0-9A-Za-z_-])"
        self._named = (
            re.compile(f"{_PLACE}(?P<word>{forms}){end}", re.IGNORECASE) if forms else None
        )
        before = r"(?P<scheme>(?<![\w+.-])[a-z][\w+.-]*+)://|(?<=:)"
        in_url = rf"(?P<before>{before})(?:{forms})(?=@)"
        self._in_url = re.compile(in_url, re.IGNORECASE) if forms else None

    def masked(self, text: str) -> str:
        """Return ``text`` without the words that are credentials in it."""
        if self._named is None or self._in_url is None:
            return text
        kept, position = "", 0
        while found := self._named.search(text, position):
            # What follows a public name may be the name of the next.
            hidden = _names_secret(found)
            until = found.start("word") if hidden else found.end("name")
            kept += text[position:until] + MASK * hidden
            position = found.end() if hidden else until
        return self._in_url.sub(_login, kept + text[position:])


def _names_secret(found: "re.Match[str]") -> bool:
    name, between = found["name"], found["between"]
    by_name = is_secret_name(name) or name.lower() == "by"  # IDENTIFIED BY 'x'
    return by_name and (bool(between.strip()) or name.startswith("-"))


def _of_dsn(dsn: str) -> Iterator[str]:
    """Yield the password of ``user:password@...``, or all of it where it assigns none either."""
    if not any(named_in(dsn)):
        yield dsn.rpartition("@")[0].partition(":")[2] or dsn


def _key_of(dsn: str) -> Iterator[str]:
    """Yield what stands alone before the host; a word there is a user's name."""
    key, at, _ = dsn.partition("://")[2].rpartition("@")
    if at and ":" not in key and not is_weak(key):
        yield from {key, unquote(key)}


def _login(found: "re.Match[str]") -> str:
    alone = found["scheme"]
    return found[0] if alone and urls.names_users(alone) else f"{found['before']}{MASK}"


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for found in _NAMED.finditer(text):
        yield found[1], found[2] or found[3] or found[4] or ""


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _is_file(value: str) -> bool:
    """Return whether a variable names the file of a secret, as ``GOOGLE_APPLICATION_CREDENTIALS`` does."""
    return value.startswith("/") and "\0" not in value and os.path.exists(value)
