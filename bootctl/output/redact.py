"""The secrets this process knows, and the removal of each from the values that are written.

A secret is registered as a value where it is learned (a setting, a parsed URL, an environment
variable with a telling name) and replaced wherever that value, or an encoding of it, appears.
One that is a word as well, or a number, is replaced only where it stands as a credential.
"""

import functools
import os
import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any
from urllib.parse import unquote

from bootctl.database import url as urls
from bootctl.database.url import MASK, Url
from bootctl.errors import SettingsError
from bootctl.output import credentials
from bootctl.output.escaped import base64_forms, pattern
from bootctl.output.events import EVENTS
from bootctl.output.strength import is_weak

_OWN_WORDS = (
    *("backend", "cause", "depth", "direction", "event", "kind", "level", "mode", "run_id"),
    *("source", "stage", "state", "stream", "time"),
)
"""The keys of values that are words of our own, and hold no secret."""
_SHORTEST_PART = 4
_TAKEN_APART = frozenset("@:/?#%'\"\\")
_NOTHING = r"(?!)"
_NO_SECRETS = ("true", "false", "none", "null")


class Redactor:
    """Knows secrets; ``text()`` and ``value()`` return their argument without them."""

    def __init__(self) -> None:
        self._secrets: dict[str, str] = {}
        """Each with what it was learned from."""
        self._parts: set[str] = set()
        self._public: set[str] = set()
        self._logins: set[str] = set()
        self._told: set[str] = set()
        self._masks: _Masks | None = None

    def add(self, secret: str, *, public: Iterable[str] = (), source: str = "") -> None:
        """Register ``secret`` in every encoding it is written in.

        A secret that is also a part of a ``public`` word (the password "postgres" beside
        "postgresql") is weak. ``source`` is what a warning of that names.
        """
        words = {word for word in public if "@" not in word}
        if not secret or secret == MASK:
            return
        if secret in self._secrets and words <= self._public:
            self._secrets[secret] = self._secrets[secret] or source
            return
        self._secrets[secret] = self._secrets.get(secret) or source
        self._public |= words
        if set(secret) & _TAKEN_APART and "://" not in secret:
            # What a parser that misread it leaves of it.
            parts = re.split(r"[^0-9A-Za-z]+", secret)
            self._parts |= {part for part in parts if _may_be_left(part)}
        self._masks = None
        # A log has lines, and what is read of a file is stripped.
        for line in re.split(r"[\r\n]+", secret):
            if line.strip() != secret and not is_weak(line.strip()):
                self.add(line.strip(), source=source)

    def add_url(self, url: Url, source: str = "") -> None:
        """Register every secret in ``url``."""
        for secret in url.secrets():
            self.add(secret, public=url.public_parts(), source=source or str(url))
        if url.user and url.password:
            login = f"{url.user}:{url.password}".encode("utf-8", "surrogatepass")
            self._logins.add(b64encode(login).decode())
            self._masks = None

    def add_url_text(self, text: str, source: str = "") -> None:
        """Register the secrets of a URL as written, even of one that does not parse."""
        try:
            url = urls.parse(text)
        except SettingsError:
            self.add(text, source=source)
            self.add(urls.raw_secret(text) or "", source=source)
            for secret in credentials.named_in(text):
                self.add(secret, source=source)
            return
        self.add_url(url, source)
        raw = urls.raw_secret(text)
        if raw and raw not in (url.password or ""):
            self.add(raw, public=url.public_parts(), source=source or str(url))

    def add_words(self, words: Sequence[str]) -> None:
        """Register the secrets of a command's arguments: URLs, ``--password S``, ``token=S``."""
        for word in words:
            for url in credentials.urls_in(word):
                self.add_url_text(url)
        for name, value in credentials.assigned(words):
            self._add_value(value, name)

    def add_source(self, text: str) -> None:
        """Register the passwords of URLs that stand in a configuration or source file.

        Errors quote the line at fault. Where a URL ends in its line is not known: its password
        is what stands before the last '@'.
        """
        for line in text.splitlines():
            raw = urls.raw_secret(line.replace("%%", "%"))
            for secret in (raw, unquote(raw)) if raw else ():
                self.add(secret)

    def add_environment(self, environ: Mapping[str, str]) -> None:
        """Register the values of variables that are named like secrets, or are URLs with one."""
        for name, value in environ.items():
            for url in credentials.urls_in(value):
                self.add_url_text(url, source=name)
            for secret in credentials.of_variable(name, value):
                self._add_value(secret, name)
            for secret in credentials.named_in(value):
                self._add_value(secret)

    def learn(self, text: str) -> None:
        """Register what a text of somebody else's gives away: a statement, an error, a print."""
        told = {*credentials.told_in(text)}
        new = told and told - self._secrets.keys() - {*self._secrets.values()}
        if new:
            self._secrets |= dict.fromkeys(new, "")
            self._masks = None

    def learn_all(self, texts: Sequence[str]) -> None:
        """Register what any of ``texts`` gives away, which is nothing in most of what is ours."""
        if credentials.may_tell("\0".join(texts)):
            for text in texts:
                self.learn(text)

    def has_weak(self) -> bool:
        """Return whether ``weak`` would return anything."""
        new = (secret for secret, source in self._secrets.items() if source)
        return any(self._is_weak(secret) for secret in new if secret not in self._told)

    def weak(self) -> list[str]:
        """Return what the weak secrets were learned from, of those that were not returned before."""
        weak = {secret for secret in self._secrets if self._is_weak(secret)} - self._told
        self._told |= {secret for secret in weak if self._secrets[secret]}
        return sorted({self._secrets[secret] for secret in weak} - {""})

    def holds_other_secret(self, text: str, own: object) -> bool:
        """Return whether ``text`` holds, as it is, a secret with characters that mean something in a URL.

        ``own`` is the password that the URL in ``text`` was parsed to.
        """
        special = [
            secret
            for secret in self._secrets
            if set(secret) & set("@:/?#%") and len(secret) >= _SHORTEST_PART and "://" not in secret
        ]
        return any(secret in text and own not in (secret, unquote(secret)) for secret in special)

    def text(self, text: str) -> str:
        """``text`` with every registered secret replaced by ``***``, and what a misreading leaves."""
        return self._known().misread.sub(MASK, self._masked(text))

    def is_clean(self, texts: Iterable[str]) -> bool:
        """Return whether nothing in ``texts`` is to be removed: looked for in all of them at once."""
        joined = "\0".join(texts)  # which is in no secret
        return self.text(joined) == joined

    def result(self, value: Any) -> Any:
        """``value`` with the secrets removed from every string in it; keys are left alone."""
        return _each(value, self._masked)

    def value(self, value: Any) -> Any:
        """``value`` like ``result``, without what a misreading of a secret leaves of it either."""
        return _each(value, self.text)

    def _add_value(self, secret: str, name: str = "") -> None:
        if secret.lower() not in _NO_SECRETS:
            self.add(secret, source=name)

    def _is_weak(self, secret: str) -> bool:
        return is_weak(secret) or any(secret in word for word in self._public)

    def _masked(self, text: str) -> str:
        known = self._known()
        return known.as_credentials.masked(known.anywhere.sub(MASK, text))

    def _known(self) -> "_Masks":
        if self._masks is None:
            weak = {secret for secret in self._secrets if self._is_weak(secret)}
            self._masks = _Masks(self._secrets.keys() - weak, weak, self._logins, self._parts)
        return self._masks


class _Masks:
    """What finds the secrets that a redactor knows: made once, when the next text comes."""

    def __init__(self, strong: Set[str], weak: Set[str], logins: Set[str], parts: Set[str]) -> None:
        encoded = {form for secret in strong for form in base64_forms(secret)} | logins
        forms = [*map(pattern, _longest_first(strong)), *map(re.escape, _longest_first(encoded))]
        # Without regard to case: configparser lowers keys.
        self.anywhere = re.compile("|".join(forms) or _NOTHING, re.IGNORECASE)
        self.as_credentials = credentials.Pattern(_longest_first(weak))
        misread = "|".join(_longest_first(parts)) or _NOTHING
        self.misread = re.compile(rf"(?<![0-9A-Za-z])(?:{misread})(?![0-9A-Za-z])", re.IGNORECASE)


def _may_be_left(part: str) -> bool:
    return len(part) >= _SHORTEST_PART and part.lower() not in _own_vocabulary()


@functools.cache
def _own_vocabulary() -> frozenset[str]:
    """Return the words that our own lines are made of."""
    return frozenset(re.findall(r"[a-z]+", str(EVENTS).lower()))


def _longest_first(secrets: Set[str]) -> list[str]:
    return sorted(secrets, key=len, reverse=True)


def _each(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {
            key: item if _is_own(key, item) else _each(item, mask) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        hidden = credentials.after_options(value)
        return [MASK if index in hidden else _each(item, mask) for index, item in enumerate(value)]
    return value if isinstance(value, int | float | None) else mask(str(value))


def _is_own(key: Any, value: Any) -> bool:
    return key in _OWN_WORDS and isinstance(value, str)


redactor = Redactor()
"""The process's own. A program has one set of secrets, as it has one environment."""

redactor.add_environment(os.environ)
