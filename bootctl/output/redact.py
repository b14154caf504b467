"""The secrets this process knows, and the removal of each from whatever is written.

A secret is registered as a value where it is learned (a setting, a parsed URL, an environment
variable with a telling name) and replaced wherever that value, or an encoding of it, appears.
No pattern is searched for: a pattern misses what it was not written for.
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote

from bootctl.database import url as urls
from bootctl.database.url import MASK, Url
from bootctl.errors import SettingsError

_PUBLIC_WORDS = ("postgresql", "mysql", "mariadb", "sqlite", "bootctl", "password", "database")
_SHORTEST_PART = 4
_TAKEN_APART = frozenset("@:/?#%'\"\\")
_NO_SECRETS = ("true", "false", "none", "null")


class Redactor:
    """Knows secrets; ``text()`` returns its argument without them."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._forms: dict[str, bool] = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, secret: str, *, public: Iterable[str] = ()) -> None:
        """Register ``secret`` in every encoding it is written in.

        A secret that is also a part of a ``public`` word (the password "postgres" beside
        "postgresql") is removed only where it stands as a word of its own.
        """
        if not secret or secret == MASK:
            return
        self._secrets.add(secret)
        whole_word = len(secret) < _SHORTEST_PART or any(secret in word for word in public)
        for form in _encodings(secret):
            self._forms[form] = self._forms.get(form, True) and whole_word
        if set(secret) & _TAKEN_APART and "://" not in secret:
            # What a parser that misread it, or a second escaping, leaves of it.
            for part in re.split(r"[^0-9A-Za-z]+", secret):
                if len(part) >= _SHORTEST_PART and part not in public:
                    self._forms.setdefault(part, True)
        self._pattern = None

    def add_url(self, url: Url) -> None:
        """Register every secret in ``url``."""
        for secret in url.secrets():
            self.add(secret, public=url.public_parts())

    def add_url_text(self, text: str) -> None:
        """Register the secrets of a URL as written, even of one that does not parse."""
        try:
            url = urls.parse(text)
        except SettingsError:
            self.add(text)
            self.add(urls.raw_secret(text) or "")
            return
        self.add_url(url)
        raw = urls.raw_secret(text)
        if raw and raw not in (url.password or ""):
            self.add(raw, public=url.public_parts())

    def add_words(self, words: Iterable[str]) -> None:
        """Register the secrets of the URLs among ``words``, which need not be URLs."""
        for word in words:
            if "://" in word and (urls.raw_secret(word) or "?" in word):
                self.add_url_text(word)

    def add_source(self, text: str) -> None:
        """Register the passwords of URLs that stand in a configuration or source file.

        Errors quote the line at fault. Where a URL ends in its line is not known: its password
        is what stands before the last '@'.
        """
        for line in text.splitlines():
            raw = urls.raw_secret(line.replace("%%", "%"))
            for secret in (raw, unquote(raw)) if raw else ():
                self.add(secret, public=_PUBLIC_WORDS)

    def add_environment(self, environ: Mapping[str, str]) -> None:
        """Register the values of variables that are named like secrets, or are URLs with one."""
        self.add_words(environ.values())
        for name, value in environ.items():
            if urls.is_secret_name(name) and value.lower() not in _NO_SECRETS:
                self.add(value, public=_PUBLIC_WORDS)

    def holds_other_secret(self, text: str, own: object) -> bool:
        """Return whether ``text`` holds, as it is, a secret with characters that mean something in a URL.

        ``own`` is the password that the URL in ``text`` was parsed to.
        """
        special = (secret for secret in self._secrets if set(secret) & set("@:/?#%"))
        return any(secret in text and own not in (secret, unquote(secret)) for secret in special)

    def text(self, text: str) -> str:
        """``text`` with every registered secret replaced by ``***``."""
        if not self._forms:
            return text
        if self._pattern is None:
            forms = sorted(self._forms, key=len, reverse=True)
            alternatives = "|".join(self._alternative(form) for form in forms)
            self._pattern = re.compile(alternatives, re.IGNORECASE)  # configparser lowers keys
        return self._pattern.sub(MASK, text)

    def value(self, value: Any) -> Any:
        """``value`` with the secrets removed from every string in it, keys left alone."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {key: self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value if isinstance(value, int | float | None) else self.text(str(value))

    def _alternative(self, form: str) -> str:
        escaped = re.escape(form)
        return rf"(?<![0-9A-Za-z]){escaped}(?![0-9A-Za-z])" if self._forms[form] else escaped


def _encodings(secret: str) -> set[str]:
    """``secret`` as it is written in URLs, ini files, JSON, Python literals and SQL."""
    quoted = {quote(secret, safe=""), quote(secret), quote_plus(secret), quote(secret, safe=" +")}
    lowered = {re.sub(r"%[0-9A-F]{2}", lambda m: m.group().lower(), form) for form in quoted}
    literals = {write(secret + quotes) for write in (repr, ascii) for quotes in ("", "'\"")}
    escaped = {literal[1:-1].removesuffix("\\'\"") for literal in literals}
    jsons = {json.dumps(secret, ensure_ascii=ascii_)[1:-1] for ascii_ in (True, False)}
    forms = {secret, secret.replace("'", "''"), *quoted, *lowered, *escaped, *jsons}
    return forms | {form.replace("%", "%%") for form in forms}


redactor = Redactor()
"""The process's own. A program has one set of secrets, as it has one environment."""

redactor.add_environment(os.environ)
