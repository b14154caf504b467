"""A registered secret leaves no text, however it is written there."""

import json
import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bootctl.database.url import MASK, parse
from bootctl.output.redact import Redactor

CANARY = "c@n:a/r%y 'q\" \\&+é"


def lower_hex(secret: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda code: code.group().lower(), quote(secret, safe=""))


ENCODINGS: dict[str, Callable[[str], str]] = {
    "raw": str,
    "quoted": lambda s: quote(s, safe=""),
    "quoted but slashes": quote,
    "quoted in lower case": lower_hex,
    "quote_plus": quote_plus,
    "as SQLAlchemy quotes": lambda s: quote(s, safe=" +"),
    "doubled for an ini file": lambda s: s.replace("%", "%%"),
    "quoted and doubled": lambda s: quote(s, safe="").replace("%", "%%"),
    "JSON": lambda s: json.dumps(s)[1:-1],
    "JSON in UTF-8": lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    "repr": lambda s: repr(s)[1:-1],
    "repr beside both quotes": lambda s: repr(s + "'\"")[1:-4],
    "ascii": lambda s: ascii(s)[1:-1],
    "SQL literal": lambda s: s.replace("'", "''"),
}
encoded = pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)


def knowing(*secrets: str, public: tuple[str, ...] = ()) -> Redactor:
    redactor = Redactor()
    for secret in secrets:
        redactor.add(secret, public=public)
    return redactor


@encoded
@pytest.mark.parametrize(
    "secret", [CANARY, "it's", 'say "hi"', "50%off", "päss'\"wörd", "a\\b'\"c"]
)
def test_a_secret_is_removed_in_every_encoding(secret: str, encode: Callable[[str], str]) -> None:
    redactor = knowing(secret)
    assert redactor.text(f"before[{encode(secret)}]after") == f"before[{MASK}]after"


def test_a_secret_is_removed_from_the_repr_of_a_text_with_both_quotes() -> None:
    statement = f"""ALTER ROLE "app" PASSWORD 'x{CANARY}x'"""
    assert "r%y" not in knowing(CANARY).text(repr(statement))


def test_every_occurrence_is_removed() -> None:
    assert knowing("secret").text("secret, secret and xsecretx") == "***, *** and x***x"


def test_the_longer_of_two_secrets_goes_first() -> None:
    redactor = knowing("secret", "secret-and-more")
    assert redactor.text("secret-and-more, secret") == "***, ***"


def test_a_secret_is_no_pattern() -> None:
    redactor = knowing("a.c+(d")
    assert redactor.text("abc+(d a.c+(d") == "abc+(d ***"


def test_without_secrets_nothing_changes() -> None:
    assert Redactor().text("password=hunter2") == "password=hunter2"
    assert knowing("", MASK).text("*** and nothing") == "*** and nothing"


def test_nested_values_are_cleaned_and_keys_left_alone() -> None:
    redactor = knowing("secret")
    value = {
        "secret": ["a secret", ("secret",), {"deep": "secret!", "n": 1}],
        "none": None,
        "ok": True,
    }
    assert redactor.value(value) == {
        "secret": ["a ***", ["***"], {"deep": "***!", "n": 1}],
        "none": None,
        "ok": True,
    }


@pytest.mark.parametrize("value", [1, 1.5, True, None])
def test_values_that_hold_no_text_stay_as_they_are(value: object) -> None:
    assert knowing("secret").value(value) is value


def test_an_object_that_would_be_written_as_text_is_cleaned_as_text() -> None:
    cleaned = knowing("secret").value({"error": ValueError("the secret"), "set": {"secret"}})
    assert "secret" not in json.dumps(cleaned, default=str)


def test_a_password_that_is_a_public_word_is_removed_as_a_whole_word_only() -> None:
    redactor = Redactor()
    redactor.add_url(parse("postgresql+asyncpg://postgres:postgres@db/app"))
    cleaned = redactor.text("postgresql+asyncpg://x:postgres@db: password 'postgres' is wrong")
    assert cleaned == "postgresql+asyncpg://x:***@db: password '***' is wrong"


@pytest.mark.parametrize("public", [("postgresql",), ("x",)])
def test_a_secret_known_from_elsewhere_is_removed_everywhere(public: tuple[str, ...]) -> None:
    redactor = knowing("postgres", public=public)
    redactor.add("postgres")
    assert redactor.text("postgresql") == "***ql"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("a pw of pws", "a *** of pws"), ("pw", "***"), ("u:pw@h", "u:***@h"), ("spwn", "spwn")],
)
def test_a_short_secret_is_removed_as_a_whole_word_only(text: str, cleaned: str) -> None:
    assert knowing("pw").text(text) == cleaned


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("postgresql://app:p%40ss-canary@db/app", "p@ss-canary p%40ss-canary"),
        ("postgresql://app:p@ss-canary@db/app", "p@ss-canary p%40ss-canary"),
        ("redis://:canary@cache", "canary"),
        ("postgresql://db/app?sslpassword=canary", "canary"),
        ("postgresql://app:p/ss:canary@db/app", "p/ss:canary"),
        ("postgresql://app:12/canary@db/app", "12/canary"),
        ("postgresql://app:p%2fcanary!@db/app", "p%2fcanary! p/canary! p%2Fcanary%21"),
    ],
)
def test_the_secrets_of_a_url_are_known_even_of_one_that_does_not_parse(
    url: str, text: str
) -> None:
    redactor = Redactor()
    redactor.add_url_text(url)
    for form in text.split():
        assert "canary" not in redactor.text(f"error: {form} is wrong")
    assert "canary" not in redactor.text(f"error in {url}")


@pytest.mark.parametrize(
    "name",
    [
        "PGPASSWORD",
        "MYSQL_PWD",
        "DB_PASS",
        "SECRET_KEY",
        "client_secret",
        "API_TOKEN",
        "APIKEY",
        "SETTINGS__DATABASE__PASSWORD",
        "AWS_SECRET_ACCESS_KEY",
    ],
)
def test_a_variable_named_like_a_secret_is_one(name: str) -> None:
    redactor = Redactor()
    redactor.add_environment({name: "hunter-2"})
    assert redactor.text("it is hunter-2") == "it is ***"


@pytest.mark.parametrize("name", ["HOSTNAME", "PGPASSFILE", "DB_PASSWORD_FILE", "TOKENIZER"])
def test_other_variables_are_not(name: str) -> None:
    redactor = Redactor()
    redactor.add_environment({name: "/run/secrets/db"})
    assert redactor.text("in /run/secrets/db") == "in /run/secrets/db"


def test_a_variable_that_holds_a_url_gives_its_password_only() -> None:
    redactor = Redactor()
    redactor.add_environment({"CACHE": "redis://:hunter-2@cache:6379/0"})
    assert redactor.text("redis://:hunter-2@cache:6379/0") == "redis://:***@cache:6379/0"


def test_a_variable_that_holds_a_url_gives_the_secrets_of_its_query() -> None:
    redactor = Redactor()
    redactor.add_environment({"DSN": "postgresql://db/app?user=app&password=hunter-2"})
    assert redactor.text("it is hunter-2") == "it is ***"


def test_a_secret_that_looks_like_a_url_is_still_a_secret() -> None:
    redactor = Redactor()
    redactor.add_environment({"WEBHOOK_SECRET": "https://hooks.example/T0/B0/hunter-2"})
    assert "hunter-2" not in redactor.text("posting to https://hooks.example/T0/B0/hunter-2")


def test_another_secret_inside_a_url_is_noticed() -> None:
    redactor = knowing("p@ss/word")
    assert redactor.holds_other_secret("postgresql://app:p@ss/word@db/app", "p")
    assert not redactor.holds_other_secret("postgresql://app:p@ss/word@db/app", "p@ss/word")
    assert not redactor.holds_other_secret("postgresql://app:other@db/app", "other")


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="*"))


@given(secret=texts.filter(lambda text: len(text) >= 4), before=texts, after=texts)
@settings(max_examples=40)
@encoded
@example(secret="aaaa", before="aa", after="aaa")
@example(secret="%%%%", before="%", after="%%")
@example(secret="'''\"", before="'", after='"')
@example(secret="\\n\\n", before="\\", after="\n")
def test_no_text_holds_a_secret_afterwards(
    encode: Callable[[str], str], secret: str, before: str, after: str
) -> None:
    assume(secret.strip())
    cleaned = knowing(secret).text(before + encode(secret) + after)
    assert secret not in cleaned
    assert encode(secret) not in cleaned


@given(secrets=st.lists(texts.filter(lambda text: len(text) >= 4), min_size=1), around=texts)
def test_no_text_holds_any_of_several_secrets(secrets: list[str], around: str) -> None:
    cleaned = knowing(*secrets).text(around.join(["", *secrets, ""]))
    assert not [secret for secret in secrets if secret in cleaned]
