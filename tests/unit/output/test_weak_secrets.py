"""A secret that is a word or a number too is removed where it stands as a credential, and only there."""

import pytest

from bootctl.database.url import MASK, parse
from bootctl.output.redact import Redactor
from bootctl.output.strength import is_weak


def knowing(secret: str) -> Redactor:
    redactor = Redactor()
    redactor.add(secret)
    return redactor


WEAK = (
    *("app", "note", "backend", "users", "infrastructure", "Postgres", "at-head", "order_items"),
    *("null", "true", "None", "0001", "12345678", "2024-01-01", "canary"),
    *("pw", "x", "db_1", "utf8", "{}", "----", "[ ]"),
)
STRONG = (
    *("hunter2", "hunter-2", "x7Kq9Zp", "qwrtpsdfg", "correct-horse-battery-staple", "p@ss"),
    *("it's", "123456789012", "CorrectHorse", "deadbeefcafe9", "12 canary!", "a\x1bb\nc"),
)


def test_weak_is_what_could_be_a_word_or_a_number() -> None:
    assert [word for word in WEAK if not is_weak(word)] == []
    assert [secret for secret in STRONG if is_weak(secret)] == []


AS_CREDENTIAL = (
    *("postgresql://u:{}@h/d", "redis://:{}@h", "u:{}@tcp(h:1)/d", "https://{}@h/"),
    *("password={}", "PASSWORD='{}'", 'password: "{}"', '{{"DB_PASSWORD": "{}"}}', "password = {}"),
    *('{{\\"api_key\\": \\"{}\\"}}', "{{'token': b'{}'}}", "PASSWORD '{}'", "IDENTIFIED BY '{}'"),
    *("serve --password {}", "serve --db-password={} x", "--requirepass {}", "-x token={}"),
    *("Authorization: Bearer {}", "postgresql://h/d?password={}&x=1", "host=h password={} user=u"),
)


@pytest.mark.parametrize("secret", WEAK)
def test_a_weak_secret_is_removed_where_it_stands_as_a_credential(secret: str) -> None:
    redactor = knowing(secret)
    for place in AS_CREDENTIAL:
        assert redactor.text(place.format(secret)) == place.format(MASK)


@pytest.mark.parametrize("secret", [word for word in WEAK if word != "pw"])
def test_a_weak_secret_is_not_removed_elsewhere(secret: str) -> None:
    text = (
        f'CREATE TABLE {secret} ("{secret}" int); {secret}.{secret}2 at /srv/{secret}: {secret} '
        f"relation '{secret}' token {secret}s, postgresql+asyncpg://{secret}@h/{secret}, "
        f" name={secret}, user: {secret} password {secret}"
    )
    assert knowing(secret).text(text) == text


@pytest.mark.parametrize("secret", ["password", "token", "x"])
def test_a_weak_secret_that_is_a_name_is_told_from_it(secret: str) -> None:
    text = f"in: {secret}, of {secret}; password={secret}, x={secret} token={secret}"
    cleaned = knowing(secret).text(text)
    assert cleaned.startswith(f"in: {secret}, of {secret}; ")
    assert cleaned.endswith(f"password={MASK}, x={secret} token={MASK}")


def test_a_weak_secret_is_removed_from_arguments_and_from_a_login() -> None:
    redactor = knowing("app")
    words = ["serve", "--password", "app", "app", "--user", "app", "--api-key=app"]
    masked = ["serve", "--password", MASK, "app", "--user", "app", f"--api-key={MASK}"]
    assert redactor.value({"command": words}) == {"command": masked}
    redactor.add_url(parse("http://app:app@h"))
    assert redactor.text("Basic YXBwOmFwcA==") == "Basic ***"


def test_what_the_weak_secrets_are_of_is_told_once() -> None:
    redactor = Redactor()
    redactor.add_environment({"DB_PASSWORD": "app", "API_TOKEN": "x7Kq9Zp", "PATH": "/bin"})
    assert redactor.weak() == ["DB_PASSWORD"]
    redactor.add_url(parse("redis://:note@h"))
    assert redactor.weak() == ["redis://:***@h"]
    assert redactor.weak() == []


def test_a_password_that_is_public_elsewhere_is_removed_as_a_credential_only() -> None:
    redactor = Redactor()
    redactor.add_url(parse("postgresql+asyncpg://orders24:orders24@db/orders24"))
    cleaned = redactor.text("orders24: password 'orders24' of postgresql://orders24:orders24@db")
    assert cleaned == "orders24: password '***' of postgresql://orders24:***@db"
