"""Which names are names of secrets: of variables, of a URL's query, of options on a command line."""

import functools
import itertools
import re

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_STEMS = (
    *("password", "passwd", "passphrase", "secret", "apikey", "accesskey", "privatekey"),
    *("credential", "requirepass", "masterauth"),
)
"""What makes a secret of any word that it is a part of."""
_SECRETS = ("pass", "pwd", "pw", "token", "tokens", "authorization", "jwt")
_LAST = ("auth", "cookie", "bearer", "salt", "pin", "otp", "sig", "signature")
"""What names a secret at the end of a name only: ``AUTH_BACKEND`` is none."""
_NO_SECRETS = ("bypass", "compass", "surpass")
_PUBLIC_KEYS = (
    *("public", "primary", "foreign", "sort", "partition", "cache", "routing", "object"),
    *("unique", "idempotency", "candidate", "sorting"),
)
_KEYS = (
    *("api", "secret", "private", "encryption", "signing", "master", "access", "session"),
    *("fernet", "hmac", "aes", "account", "shared", "service", "cipher", "deploy", "license"),
)
"""The keys that are secrets where more of the name follows, as in ``API_KEY_V2``."""
_ABOUT = (
    *("file", "files", "path", "dir", "directory", "folder", "id", "ids", "name", "names", "url"),
    *("uri", "endpoint", "host", "port", "user", "username", "type", "kind", "expire", "expires"),
    *("expiry", "expiration", "ttl", "age", "lifetime", "seconds", "minutes", "hours", "days"),
    *("timeout", "length", "len", "size", "min", "max", "count", "limit", "retries", "rounds"),
    *("enabled", "disabled", "enable", "required", "algorithm", "algorithms", "alg", "algo"),
    *("policy", "header", "prefix", "suffix", "field", "column", "param", "format", "regex"),
    *("pattern", "hint", "label", "hasher", "hashers", "validators", "backend", "backends"),
    *("encoding", "mode", "provider", "issuer", "audience", "scope", "scopes", "realm", "location"),
    *("store", "arn", "ref", "proto", "tcp", "udp", "addr", "address", "through", "rate", "cls"),
    *("class", "table", "method", "scheme", "mechanism", "source", "strategy"),
)
"""Words at the end of what says something of a secret, and is none: ``TOKEN_FILE``."""


@functools.lru_cache(maxsize=1024)  # of a long history, each statement names the same columns
def is_secret_name(name: str) -> bool:
    """Return whether a variable, a query key or an option of this name holds a secret."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words or name == "PWD" or (words[-1] in _ABOUT and words[-2:] != ["secret", "id"]):
        return False
    return any(map(_is_secret, words)) or _ends_like_a_secret(words[-1]) or _has_key(words)


def is_dsn_name(name: str) -> bool:
    """Return whether a variable of this name says how to connect to something, and as whom."""
    words = [word.lower() for word in _WORDS.findall(name)]
    return bool({"dsn", "conninfo", "connstr", "connectionstring"} & {*words}) or (
        words[-2:] == ["connection", "string"]
    )


def _is_secret(word: str) -> bool:
    return word in _SECRETS or any(stem in word for stem in _STEMS)


def _ends_like_a_secret(word: str) -> bool:
    return word in _LAST or (word.endswith(("token", "pass")) and word not in _NO_SECRETS)


def _has_key(words: list[str]) -> bool:
    """Return whether a name ends in a key that is no public one, or has one that is secret."""
    pairs = list(itertools.pairwise(words))
    ends = bool(pairs) and pairs[-1][1] in ("key", "keys") and pairs[-1][0] not in _PUBLIC_KEYS
    return ends or any(word in _KEYS and key in ("key", "keys") for word, key in pairs)
