"""What somebody else's text gives away: a statement, an error, a print."""

import json

import pytest

from bootctl.output.redact import Redactor

SECRET = "Zx9-qW7rT"
TELLING = [
    f"ALTER ROLE app WITH LOGIN PASSWORD '{SECRET}'",
    f"CREATE USER app ENCRYPTED PASSWORD '{SECRET}' VALID UNTIL 'infinity'",
    f"CREATE USER app IDENTIFIED BY '{SECRET}'",
    f"OPTIONS (user 'a', password '{SECRET}')",
    f"SELECT dblink('host=db user=app password={SECRET} dbname=x', 'SELECT 1')",
    f"cannot reach https://svc:{SECRET}@api.example/x",
    f"login failed: password={SECRET} user=x",
    json.dumps({"user": "x", "password": SECRET}),
    f"Authorization: Bearer {SECRET} refused",
    f"GET /x?api_key={SECRET}&page=1",
    f"aws_secret_access_key={SECRET}",
]


@pytest.mark.parametrize("text", TELLING)
def test_it_is_masked_there_and_in_what_follows(text: str) -> None:
    redactor = Redactor()
    redactor.learn(text)
    assert SECRET not in redactor.text(text)
    assert SECRET not in redactor.text(f"and again {SECRET}")
    assert not redactor.weak()


@pytest.mark.parametrize(
    "text",
    [
        "password authentication failed for user app",
        "the password: postgres is not accepted",
        "secret file: /run/secrets/db_password",
        "postgresql://app:***@db:5432/app is ready",
        "set SECRET_KEY=${SECRET_KEY} in .env",
        "https://api.example/x?page=Zx9-qW7rT",
    ],
)
def test_what_tells_nothing_stays_as_it_is(text: str) -> None:
    redactor = Redactor()
    redactor.learn(text)
    assert redactor.text(text) == text


def test_the_name_of_a_variable_is_no_secret_that_a_text_tells() -> None:
    redactor = Redactor()
    redactor.add_environment({"SETTINGS__DATABASE__PASSWORD": "app"})
    text = "the password: SETTINGS__DATABASE__PASSWORD"
    redactor.learn(text)
    assert redactor.text(text) == text
