"""URLs are taken apart, and shown without what is secret in them."""

from urllib.parse import quote

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bootctl.database.url import MASK, Url, is_secret_name, parse, raw_secret
from bootctl.errors import SettingsError


def parsed(text: str) -> tuple[Url | None, SettingsError | None]:
    try:
        return parse(text), None
    except SettingsError as error:
        return None, error


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://db/app",
        "postgresql+asyncpg://app@db:5432/app",
        "postgresql://app@[2001:db8::1]:5432/app",
        "postgresql://app@[::1]/app",
        "mysql+pymysql://app@db/app?charset=utf8mb4",
        "postgresql://app@/app?host=/run/postgresql",
        "sqlite://",
        "sqlite:///relative.db",
        "sqlite:////absolute/file.db",
        "sqlite+aiosqlite:///relative.db",
        "tcp://queue:5672",
        "postgresql://user%40corp@db/app",
    ],
)
def test_a_url_without_a_secret_is_shown_as_it_was_written(text: str) -> None:
    assert str(parse(text)) == text
    assert parse(str(parse(text))) == parse(text)


def test_every_part_is_found() -> None:
    url = parse("mysql+aiomysql://a%2Fb:p%40ss%3Aw@DB.example:3307/app?charset=utf8&a=%26")
    assert url == Url(
        scheme="mysql",
        driver="aiomysql",
        user="a/b",
        password="p@ss:w",
        host="db.example",
        port=3307,
        path="/app",
        query={"charset": "utf8", "a": "&"},
    )
    assert url.database == "app"


@pytest.mark.parametrize(
    ("text", "user", "password", "host", "port"),
    [
        ("redis://:secret@cache", "", "secret", "cache", None),
        ("redis://cache", None, None, "cache", None),
        ("postgresql://app:@db/app", "app", "", "db", None),
        ("postgresql://app:secret@[::1]:6432/app", "app", "secret", "::1", 6432),
        ("postgresql://app:secret@/app", "app", "secret", None, None),
        ("postgresql://app:100%25@db/app", "app", "100%", "db", None),
        ("postgresql://app:a+b@db/app", "app", "a+b", "db", None),
        ("postgresql://app:a:b@db/app", "app", "a:b", "db", None),
        ("postgresql://app:a@b@db/app", "app", "a@b", "db", None),
        ("postgresql://app:p%C3%A4ss@db/app", "app", "päss", "db", None),
    ],
)
def test_user_password_host_and_port(
    text: str, user: str | None, password: str | None, host: str | None, port: int | None
) -> None:
    url = parse(text)
    assert (url.user, url.password, url.host, url.port) == (user, password, host, port)


@pytest.mark.parametrize(
    ("text", "database"),
    [
        ("sqlite://", ""),
        ("sqlite:///", ""),
        ("sqlite:///app.db", "app.db"),
        ("sqlite:///folder/app.db", "folder/app.db"),
        ("sqlite:////var/lib/app.db", "/var/lib/app.db"),
        ("sqlite+aiosqlite:///app.db", "app.db"),
        ("sqlite:///:memory:", ":memory:"),
        ("sqlite:///with%20space.db", "with space.db"),
        ("sqlite:///at@home.db", "at@home.db"),
        ("postgresql://db/app", "app"),
        ("postgresql://db", ""),
        ("postgresql://db/", ""),
    ],
)
def test_the_database(text: str, database: str) -> None:
    assert parse(text).database == database


def test_a_socket_directory_keeps_its_case() -> None:
    assert parse("postgresql://app@%2FRun%2FPostgreSQL/app").host == "/Run/PostgreSQL"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://app:canary@db/app", "postgresql://app:***@db/app"),
        ("redis://:canary@cache:6379/0", "redis://:***@cache:6379/0"),
        ("postgresql://db/app?password=canary", "postgresql://db/app?password=***"),
        (
            "postgresql://app:canary@db/app?sslmode=require&sslpassword=canary",
            "postgresql://app:***@db/app?sslmode=require&sslpassword=***",
        ),
        ("postgresql://db/app?PASSWORD=canary", "postgresql://db/app?PASSWORD=***"),
        ("amqp://app:canary%40@[::1]:5672/", "amqp://app:***@[::1]:5672/"),
    ],
)
def test_every_secret_is_masked(text: str, shown: str) -> None:
    url = parse(text)
    assert str(url) == shown
    assert "canary" not in repr(url)
    assert "canary" not in f"{[url]}"
    assert all("canary" in secret for secret in url.secrets())


@pytest.mark.parametrize(
    "key",
    [
        "password",
        "passwd",
        "pwd",
        "sslpassword",
        "ssl_key_password",
        "client_secret",
        "token",
        "sas_token",
        "api_key",
        "apikey",
        "passphrase",
        "credentials",
    ],
)
def test_a_query_key_that_names_a_secret_is_masked(key: str) -> None:
    url = parse(f"postgresql://db/app?{key}=canary&sslmode=require")
    assert str(url) == f"postgresql://db/app?{key}={MASK}&sslmode=require"
    assert list(url.secrets()) == ["canary"]


@pytest.mark.parametrize("name", ["user", "host", "sslmode", "keyspace", "tokenizer", "PGPASSFILE"])
def test_other_names_are_no_secrets(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "db:5432",
        "postgresql:/db",
        "://app:canary@db",
        "1postgresql://app:canary@db",
        "post gresql://app:canary@db",
        "postgresql://app:canary@db:port/app",
        "postgresql://app:canary@db:65536/app",
        "postgresql://app:canary@db:-1/app",
        "postgresql://app:canary/x@db/app",
        "postgresql://app:canary#x@db/app",
        "postgresql://app:canary?x@db/app",
        "postgresql://app:canary@[::1/app",
        "postgresql://app:can[ary@db/app",
        "postgresql://app:canary@[not-an-address]/app",
        "postgresql://app:canary@db/app#fragment",
        "postgresql://app:canary℀@db/app",
    ],
)
def test_an_invalid_url_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text, name="database.url")
    error = caught.value
    assert "database.url" in error.message
    for written in (str(error), error.hint, repr(error), repr(error.fields)):
        assert "canary" not in written
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__


@pytest.mark.parametrize(
    "password",
    ["1234/canary", "x@y/canary", "12?canary", "x@y?a=canary", "x@y#canary", "1@2:canary"],
)
def test_an_unencoded_password_is_never_shown(password: str) -> None:
    url, error = parsed(f"postgresql://app:{password}@db/app")
    if error:
        assert "canary" not in f"{error.message} {error.hint} {error.fields}"
    else:
        assert "canary" not in f"{url} {url!r}"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("postgresql://app:p@ss:w/ord@db/app", "p@ss:w/ord"),
        ("redis://:secret@cache", "secret"),
        ("postgresql://app@db/app", None),
        ("postgresql://db:5432/app", None),
        ("postgresql://app:@db/app", None),
        ("nothing", None),
    ],
)
def test_the_raw_secret_of_a_url_that_may_not_parse(text: str, secret: str | None) -> None:
    assert raw_secret(text) == secret


URL_LIKE = st.from_regex(r"[a-z+]*://[^\s]*", fullmatch=True)


@given(st.text() | URL_LIKE | st.text(alphabet=":/@[]?#%&=+.-019azé \n\t"))
@example("postgresql://app:" + "1" * 5000 + "@db:" + "1" * 5000)
@example("postgresql://[")
@example("postgresql://[v1.x]")
def test_any_text_parses_or_is_refused_with_a_reason(text: str) -> None:
    url, error = parsed(text)
    if error:
        assert not error.message.rstrip().endswith(":")
        assert error.hint
    else:
        assert url is not None
        assert url.scheme
        assert str(url)


@given(st.text(min_size=1))
@example("p@ss:w/o%r'd\"?#[]")
@example("%40")
@example("%")
@example("\n")
def test_an_encoded_password_is_parsed_back_and_never_shown(password: str) -> None:
    public = "postgresql+asyncpg://user:***@host.example:5432/database?sslmode=require"
    assume(not _has_surrogates(password))
    text = public.replace(MASK, quote(password, safe=""))
    url = parse(text)
    assert url.password == password
    assert list(url.secrets()) == [password]
    assert str(url) == public
    assert repr(url) == repr(parse(public.replace(f":{MASK}", "")))
    if password not in public:
        assert password not in str(url)
        assert quote(password, safe="") not in str(url)


def _has_surrogates(text: str) -> bool:
    return any(0xD800 <= ord(character) <= 0xDFFF for character in text)


@given(st.text(min_size=1), st.sampled_from(["password", "sslpassword", "secret"]))
def test_a_secret_in_the_query_is_never_shown(secret: str, key: str) -> None:
    assume(not _has_surrogates(secret))
    url = parse(f"postgresql://host/database?{key}={quote(secret, safe='')}")
    assert list(url.secrets()) == [secret]
    assert str(url) == f"postgresql://host/database?{key}={MASK}"
