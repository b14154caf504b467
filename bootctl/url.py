"""Addresses of dependencies, taken apart by parsing so that a secret is known as a secret."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from bootctl.errors import SettingsError

MASK = "***"

_SECRET_ENDINGS = (
    "_pass",
    "passphrase",
    "password",
    "passwd",
    "_pwd",
    "secret",
    "token",
    "_key",
    "apikey",
    "credentials",
)


def is_secret_name(name: str) -> bool:
    """Whether a variable or a query key of this name holds a secret."""
    return name.lower().endswith(_SECRET_ENDINGS) or name == "pwd"


@dataclass(frozen=True)
class Url:
    """A parsed URL. ``str()`` gives it with every secret masked; so does ``repr()``."""

    scheme: str
    driver: str = ""
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    host: str | None = None
    port: int | None = None
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def database(self) -> str:
        """The path without its leading slash: a database name, or the file of an SQLite URL."""
        return self.path.removeprefix("/")

    def secrets(self) -> Iterator[str]:
        """Every value in this URL that must never be shown."""
        if self.password:
            yield self.password
        yield from (value for key, value in self.query.items() if is_secret_name(key) and value)

    def public_parts(self) -> Iterator[str]:
        """The parts that may be shown, to tell a secret from a word that is also public."""
        parts = (self.scheme, self.driver, self.user, self.host, self.database)
        yield from (part for part in parts if part)

    def __str__(self) -> str:
        scheme = f"{self.scheme}+{self.driver}" if self.driver else self.scheme
        user = quote(self.user, safe="") if self.user is not None else ""
        userinfo = f"{user}:{MASK}@" if self.password else f"{user}@" if user else ""
        host = f"[{self.host}]" if self.host and ":" in self.host else self.host or ""
        port = f":{self.port}" if self.port is not None else ""
        pairs = (f"{k}={MASK if is_secret_name(k) else v}" for k, v in self.query.items())
        query = "&".join(pairs)
        return f"{scheme}://{userinfo}{host}{port}{self.path}" + (f"?{query}" if query else "")


def parse(text: str, *, name: str = "the URL") -> Url:
    """Parse ``text``.

    ``name`` says in the error where the URL came from.
    Raises ``SettingsError`` with the reason; the text itself is never in it.
    """
    if "://" not in text:
        raise _invalid(name, "it has no scheme such as postgresql://")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise _invalid(name, _reason(text, error)) from None
    scheme, _, driver = parts.scheme.partition("+")
    if not scheme:
        raise _invalid(name, "its scheme is not made of letters, digits, '+', '-' and '.'")
    if parts.netloc and "@" in parts.path + parts.query and scheme not in ("http", "https"):
        raise _invalid(name, "it has a bare '@' after the host; write it as %40")
    if parts.fragment:
        raise _invalid(name, "it has a bare '#'; write it as %23 in a user name or password")
    return Url(
        scheme=scheme,
        driver=driver,
        user=_decoded(parts.username),
        password=_decoded(parts.password),
        host=_decoded(parts.hostname),
        port=port,
        path=unquote(parts.path),
        query=dict(parse_qsl(parts.query, keep_blank_values=True)),
    )


def raw_secret(text: str) -> str | None:
    """What stands where a password would in a URL that may not parse: between ':' and the last '@'."""
    _, _, rest = text.partition("://")
    userinfo, at, _ = rest.rpartition("@")
    return userinfo.partition(":")[2] or None if at else None


def _decoded(part: str | None) -> str | None:
    return None if part is None else unquote(part)


def _reason(text: str, error: ValueError) -> str:
    """A reason without the values that ``urlsplit`` quotes: they may be parts of a password."""
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
