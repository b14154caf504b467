"""A registered secret leaves no text, however it is written there."""

import base64
import html
import json
import re
import shlex
import time
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bootctl.database.url import MASK, parse
from bootctl.output.redact import Redactor
from bootctl.output.strength import is_weak

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
    "as a driver reads it": lambda s: s.replace("%%", "%"),
    "quoted and doubled": lambda s: quote(s, safe="").replace("%", "%%"),
    "JSON": lambda s: json.dumps(s)[1:-1],
    "JSON in UTF-8": lambda s: json.dumps(s, ensure_ascii=False)[1:-1],
    "repr": lambda s: repr(s)[1:-1],
    "repr beside both quotes": lambda s: repr(s + "'\"")[1:-4],
    "ascii": lambda s: ascii(s)[1:-1],
    "SQL literal": lambda s: s.replace("'", "''"),
    "JSON in JSON": lambda s: json.dumps(json.dumps(json.dumps(s))),
    "repr of bytes": lambda s: repr(s.encode())[2:-1],
    "repr of JSON": lambda s: repr(json.dumps(s)),
    "quoted twice": lambda s: quote(quote(s, safe=""), safe=""),
    "a word of a shell": shlex.quote,
    "HTML": html.escape,
    "XML in JSON": lambda s: json.dumps(html.escape(s)),
}
encoded = pytest.mark.parametrize("encode", ENCODINGS.values(), ids=ENCODINGS)


def knowing(*secrets: str, public: tuple[str, ...] = ()) -> Redactor:
    redactor = Redactor()
    for secret in secrets:
        redactor.add(secret, public=public)
    return redactor


@encoded
@pytest.mark.parametrize(
    "secret",
    [CANARY, "it's", 'say "hi"', "50%off", "päss'\"wörd", "x''éé9%%é\x1b\x1b\n", "a\\b'\"c"],
)
def test_a_secret_is_removed_in_every_encoding(secret: str, encode: Callable[[str], str]) -> None:
    cleaned = knowing(secret).text(f"before[{encode(secret)}]after")
    assert re.fullmatch(r"before\[\W*\*\*\*\W*]after", cleaned)


def test_a_secret_is_removed_from_the_repr_of_a_text_with_both_quotes() -> None:
    statement = f"""ALTER ROLE "app" PASSWORD 'x{CANARY}x'"""
    assert "r%y" not in knowing(CANARY).text(repr(statement))


def test_every_occurrence_is_removed() -> None:
    assert knowing("s3cret").text("s3cret, S3CRET and xs3cretx") == "***, *** and x***x"


def test_the_longer_of_two_secrets_goes_first() -> None:
    redactor = knowing("s3cret", "s3cret-and-more")
    assert redactor.text("s3cret-and-more, s3cret") == "***, ***"


def test_a_secret_is_no_pattern() -> None:
    redactor = knowing("a.c+(d")
    assert redactor.text("abc+(d a.c+(d") == "abc+(d ***"


def test_without_secrets_nothing_changes() -> None:
    assert Redactor().text("password=hunter2") == "password=hunter2"
    assert knowing("", MASK).text("*** and nothing") == "*** and nothing"


def test_nested_values_are_cleaned_and_keys_left_alone() -> None:
    redactor = knowing("s3cret")
    value = {
        "s3cret": ["a s3cret", ("s3cret",), {"deep": "s3cret!", "n": 1}],
        "none": None,
        "ok": True,
    }
    assert redactor.value(value) == {
        "s3cret": ["a ***", ["***"], {"deep": "***!", "n": 1}],
        "none": None,
        "ok": True,
    }


@pytest.mark.parametrize("value", [1, 1.5, True, None])
def test_values_that_hold_no_text_stay_as_they_are(value: object) -> None:
    assert knowing("secret").value(value) is value


def test_an_object_that_would_be_written_as_text_is_cleaned_as_text() -> None:
    cleaned = knowing("s3cret").value({"error": ValueError("the s3cret"), "set": {"s3cret"}})
    assert "s3cret" not in json.dumps(cleaned, default=str)


def test_words_of_our_own_are_left_alone() -> None:
    value = {"backend": "at-head99", "event": "at-head99", "x": ["at-head99"]}
    assert knowing("at-head99").value(value) == {**value, "x": [MASK]}


@pytest.mark.parametrize("around", ["", "x", "xy", "user:"])
@pytest.mark.parametrize("alphabet", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_removed_from_base64(alphabet: Callable[[bytes], bytes], around: str) -> None:
    secret = "k/Q?>~7?>~Zp-of-some-length"
    text = alphabet(f"{around}{secret}{around}".encode()).decode()
    cleaned = knowing(secret).text(text)
    assert len(cleaned) < 25, cleaned


def test_each_line_of_a_secret_is_one() -> None:
    redactor = knowing("-----BEGIN KEY-----\nMIIBVgIBADANBg\r\nkqhkiG9w0BAQEFAASC\n--\n")
    assert redactor.text("kqhkiG9w0BAQEFAASC") == MASK
    assert redactor.text("-- MIIBVgIBADANBg") == "-- ***"


@pytest.mark.parametrize("secret", ["\\" * 40 + "x", "%" * 40 + "x", "'" * 40 + "x", '"\\' * 30])
@pytest.mark.parametrize(
    "text", ["\\" * 20000, "%" * 20000, "'" * 20000, "%25" * 7000, '"\\' * 9000]
)
def test_no_text_takes_long(secret: str, text: str) -> None:
    started = time.process_time()
    knowing(secret).text(text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("postgresql://app:p%40ss-canary@db/app", "p@ss-canary p%40ss-canary"),
        ("postgresql://app:p@ss-canary@db/app", "p@ss-canary p%40ss-canary"),
        ("redis://:12canary@cache", "12canary"),
        ("postgresql://db/app?sslpassword=12canary", "12canary"),
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


def test_a_part_of_a_secret_is_removed_unless_it_is_a_word_of_our_own() -> None:
    cleaned = knowing("backend@Xylotomy/migration").text("the backend Xylotomy, of a migration")
    assert cleaned == "the backend ***, of a migration"


def test_the_path_of_a_web_address_makes_no_secret_public() -> None:
    redactor = knowing("hunter-2")
    redactor.add_url(parse("https://app:other-22@hooks.example/services/hunter-2"))
    assert redactor.text("it is hunter-2") == "it is ***"


def test_a_url_that_is_a_secret_is_no_other_secret_inside_itself() -> None:
    url = "postgresql://app:hunter-2@db/app"
    redactor = Redactor()
    redactor.add_environment({"DB_SECRET": url, "X_TOKEN": "/"})
    assert not redactor.holds_other_secret(url, "hunter-2")


def test_another_secret_inside_a_url_is_noticed() -> None:
    redactor = knowing("p@ss/word")
    assert redactor.holds_other_secret("postgresql://app:p@ss/word@db/app", "p")
    assert not redactor.holds_other_secret("postgresql://app:p@ss/word@db/app", "p@ss/word")
    assert not redactor.holds_other_secret("postgresql://app:other@db/app", "other")


texts = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="*"))
strong = texts.filter(lambda text: not is_weak(text))


@given(secret=strong, before=texts, after=texts)
@settings(max_examples=40)
@encoded
@example(secret="aaaaaaaa", before="aa", after="aaa")
@example(secret="%%%%%%%%", before="%", after="%%")
@example(secret="'''\"x%\"'", before="'", after='"')
@example(secret="\\n\\n", before="\\", after="\n")
def test_no_text_holds_a_secret_afterwards(
    encode: Callable[[str], str], secret: str, before: str, after: str
) -> None:
    assume(secret.strip())
    cleaned = knowing(secret).text(before + encode(secret) + after)
    assert secret not in cleaned
    assert encode(secret) not in cleaned


@given(secrets=st.lists(strong, min_size=1), around=texts)
def test_no_text_holds_any_of_several_secrets(secrets: list[str], around: str) -> None:
    cleaned = knowing(*secrets).text(around.join(["", *secrets, ""]))
    assert not [secret for secret in secrets if secret in cleaned]
