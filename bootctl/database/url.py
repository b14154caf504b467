"""Databases of dependencies, taken apart by parsing so that a secret is known as a secret."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from bootctl.database import hosts as many
from bootctl.database.secret_names import is_secret_name
from bootctl.errors import SettingsError
from bootctl.values import frozen

MASK = "***"

Identity = tuple[str, tuple[tuple[str | None, int | None], ...], str, str | None]
"""A scheme, hosts with their ports, a path and a user."""

_MANY_HOSTS = ("kafka", "mongodb", "nats", *many.SCHEMES)
_WEB = ("http", "https")
_USERS_ALONE = (
    *("postgresql", "postgres", "asyncpg", "psycopg", "mysql", "mariadb", "sqlite", "mongodb"),
    *("amqp", "amqps", "kafka", "smtp", "smtps", "neo4j", "bolt", "mssql", "oracle", "ssh", "ftp"),
)
"""The schemes whose URLs may name a user without a password; elsewhere what stands there is a token."""
_NO_PASSWORDS = (None, "", "x-oauth-basic")


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_AT_ENDS = "".join(map(chr, (*range(0x21), *range(0x7F, 0xA1)))) + "\u2028\u2029\u200b\ufeff"
"""Blanks and control characters, and marks of a file's encoding: what an editor or ``echo`` leaves."""


def trimmed(text: str) -> str:
    """Return ``text`` without blanks and control characters at its ends."""
    return text.strip(_AT_ENDS)


def escaped(text: str) -> str:
    """Return ``text`` with its control characters as Python would write them."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)


@frozen
class Url:
    """A parsed URL. ``str()`` gives it with every secret masked; so does ``repr()``."""

    scheme: str
    driver: str = ""
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    host: str | None = None
    port: int | None = None
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)
    others: tuple[tuple[str | None, int | None], ...] = ()
    """Further hosts and ports, of a cluster that is named by several."""
    fragment: str = field(default="", repr=False)
    request: str = field(default="", repr=False)
    """Path and query as written: what an HTTP request names, which decoding would change."""

    @property
    def identity(self) -> "Identity":
        """Return what makes it another database, or another user of it: no password, no driver."""
        return (self.scheme, self.hosts, self.path, self.user)

    @property
    def kind(self) -> str:
        """Return the scheme with its driver, as in ``postgresql+asyncpg``."""
        return f"{self.scheme}+{self.driver}" if self.driver else self.scheme

    @property
    def database(self) -> str:
        """Return the path without its leading slash: a database name, or the file of an SQLite URL."""
        return self.path.removeprefix("/")

    def secrets(self) -> Iterator[str]:
        """Yield every value in this URL that must never be shown."""
        if self.user and self._user_is_secret:
            yield self.user
        if self.password:
            yield self.password
        yield from (value for key, value in self.query.items() if is_secret_name(key) and value)

    def public_parts(self) -> Iterator[str]:
        """Yield the parts that may be shown, to tell a secret from a word that is also public."""
        user = None if self._user_is_secret else self.user
        database = "" if self.scheme in _WEB else self.database  # a path there may hold a token
        parts = (self.scheme, self.driver, user, self.host, database)
        yield from (part for part in parts if part)

    def __str__(self) -> str:
        user = quote(self.user, safe="") if self.user is not None else ""
        user = MASK if user and self._user_is_secret else user
        userinfo = f"{user}:{MASK}@" if self.password else f"{user}@" if user else ""
        pairs = (f"{k}={MASK if is_secret_name(k) else v}" for k, v in self.query.items())
        query = "&".join(pairs)
        text = f"{self.kind}://{userinfo}{self.location}{self.path}"
        return escaped(f"{text}?{query}" if query else text)

    def odd_ends(self) -> Iterator[str]:
        """Yield what begins or ends with a blank or a control character, and with which."""
        parts = {"user": self.user, "password": self.password, "host": self.host}
        for name, value in {**parts, "database": self.database}.items():
            if value and trimmed(value) != value:
                odd = value[-1] if trimmed(value[-1]) == "" else value[0]
                verb = "ends" if trimmed(value[-1]) == "" else "begins"
                yield f"the {name} of {self} {verb} with {odd!r}"

    @property
    def _user_is_secret(self) -> bool:
        return not names_users(self.scheme) and self.password in _NO_PASSWORDS

    @property
    def hosts(self) -> tuple[tuple[str | None, int | None], ...]:
        """Return every host and its port."""
        return (self.host, self.port), *self.others

    @property
    def location(self) -> str:
        """Return every host with its port, as it stands in the URL."""
        return ",".join(_location(*pair) for pair in self.hosts)

    def plain(self, scheme: str) -> str:
        """Return the URL as a client library wants it, the password included: never to be shown."""
        user = quote(self.user or "", safe="")
        password = f":{quote(self.password, safe='')}" if self.password else ""
        userinfo = f"{user}{password}@" if user or password else ""
        query = f"?{urlencode(self.query)}" if self.query else ""
        path = quote(self.path[:1]) + quote(self.path[1:], safe="")
        return f"{scheme}://{userinfo}{self.location}{path}{query}"


def parse(text: str, *, name: str = "the URL") -> Url:
    """Return the URL that ``text`` is.

    ``name`` says in the error where the URL came from.
    Raises ``SettingsError`` with the reason; the text itself is never in it.
    """
    text = trimmed(text)
    if "://" not in text:
        raise _invalid(name, "it has no scheme such as postgresql://")
    if control := _CONTROL.search(text):  # which ``urlsplit`` may leave out without a word
        raise _invalid(name, f"it has the control character {control[0]!r} in it")
    try:
        first, others = _hosts(text)
        kind, _, rest = first.partition("://")
        parts = urlsplit(f"{kind.replace('_', '-')}://{rest}")  # SQLAlchemy's psycopg_async
        port = parts.port
    except ValueError as error:
        raise _invalid(name, _reason(text, error)) from None
    scheme, _, driver = kind.lower().partition("+")
    if not parts.scheme:
        raise _invalid(name, "its scheme is not made of letters, digits, '+', '-' and '.'")
    web = scheme in _WEB
    if parts.netloc and "@" in parts.path + parts.query and not web:
        raise _invalid(name, "it has a bare '@' after the host; write it as %40")
    if parts.fragment and not web:
        raise _invalid(name, "it has a bare '#'; write it as %23 in a user name or password")
    url = Url(
        scheme=scheme,
        driver=driver,
        user=_decoded(parts.username),
        password=_decoded(parts.password),
        host=_decoded(parts.hostname),
        port=port,
        path=unquote(parts.path),
        others=others,
        fragment=parts.fragment,
        request=parts.path + (f"?{parts.query}" if parts.query else "") if web else "",
    )
    return queried(url, parse_qsl(parts.query, keep_blank_values=True), name=name)


def queried(url: Url, pairs: Sequence[tuple[str, str]], *, name: str = "the URL") -> Url:
    """Return ``url`` with the query of ``pairs``, of which PostgreSQL's may name its hosts.

    Raises ``SettingsError`` for hosts and ports that do not go together; it says ``name``.
    """
    query = dict(pairs)
    if url.scheme not in many.SCHEMES or many.is_socket(query.get("host")):
        return replace(url, query=query)
    try:
        (host, port), *others = many.in_query(pairs, url.hosts)
    except ValueError as error:
        raise _invalid(name, str(error)) from None
    rest = {key: value for key, value in query.items() if key not in ("host", "port")}
    return replace(url, host=host, port=port, others=tuple(others), query=rest)


def names_users(scheme: str) -> bool:
    """Return whether what stands alone before the host, in URLs of this scheme, is a user's name."""
    return scheme.partition("+")[0].lower() in _USERS_ALONE


def raw_secret(text: str) -> str | None:
    """Return what stands where a secret would in a URL that may not parse, before the last '@'.

    That is the password, or what stands there instead of a user and a password.
    """
    before, _, rest = text.partition("://")
    userinfo, at, _ = rest.rpartition("@")
    user, colon, password = userinfo.partition(":")
    scheme = re.split(r"[^0-9A-Za-z.-]", before.partition("+")[0] or " ")[-1].lower()
    alone = None if not scheme or names_users(scheme) or re.search(r"\s", user) else user
    return (password if colon else alone) or None if at else None


def _location(host: str | None, port: int | None) -> str:
    bracketed = f"[{host}]" if host and ":" in host else host or ""
    return bracketed if port is None else f"{bracketed}:{port}"


def _hosts(text: str) -> tuple[str, tuple[tuple[str | None, int | None], ...]]:
    """``text`` with the first of its hosts only, and the others. Raises ``ValueError``."""
    scheme, _, rest = text.partition("://")
    netloc = re.split("[/?#]", rest, maxsplit=1)[0]
    if "," not in netloc or scheme.partition("+")[0].lower() not in _MANY_HOSTS:
        return text, ()
    userinfo, at, hosts = netloc.rpartition("@")
    first, *more = hosts.split(",")
    parts = [urlsplit(f"//{host}") for host in more]
    others = tuple((unquote(part.hostname or ""), part.port) for part in parts)
    return f"{scheme}://{userinfo}{at}{first}{rest[len(netloc) :]}", others


def _decoded(part: str | None) -> str | None:
    return None if part is None else unquote(part)


def _reason(text: str, error: ValueError) -> str:
    """Return a reason without the values that ``urlsplit`` quotes: they may be parts of a password."""
    if "@" in text and "port" in str(error).lower():
        return (
            "its port is not a number from 0 to 65535; "
            "if the password has '/', '?', '#' or '@' in it, percent-encode them"
        )
    if "port" in str(error).lower():
        return "its port is not a number from 0 to 65535"
    return "its host is not valid; an IPv6 address stands in brackets"


def _invalid(name: str, reason: str) -> SettingsError:
    return SettingsError(
        f"{name} is not a valid URL: {reason}",
        hint="Write it as scheme://user:password@host:port/database, "
        "special characters percent-encoded.",
    )
