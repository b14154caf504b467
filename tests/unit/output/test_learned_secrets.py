"""What in the environment, in a URL or in arguments is a secret, and what is none."""

from pathlib import Path

import pytest

from bootctl.database.url import MASK
from bootctl.output.redact import Redactor


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
        "DB_PASSWORD_RO",
        "DB_PASS_RO",
        "SECRET_KEY_BASE",
        "REDISCLI_AUTH",
        "SENTRY_DSN",
        "API_KEY_V2",
        "ENCRYPTION_KEYS",
        "sslPassword",
        "SharedAccessKey",
    ],
)
def test_a_variable_named_like_a_secret_is_one(name: str) -> None:
    redactor = Redactor()
    redactor.add_environment({name: "hunter-2"})
    assert redactor.text("it is hunter-2") == "it is ***"


@pytest.mark.parametrize(
    "name",
    [
        *("HOSTNAME", "PGPASSFILE", "DB_PASSWORD_FILE", "TOKENIZER", "TOKEN_FILE", "PWD", "OLDPWD"),
        *("AWS_ACCESS_KEY_ID", "ACCESS_TOKEN_EXPIRE_MINUTES", "PUBLIC_KEY", "SSH_AUTH_SOCK"),
        *(
            "CACHE_KEY",
            "SECRETS_DIR",
            "TOKEN_PORT_80_TCP",
            "AUTH_BACKEND",
            "COMPASS",
            "DATABASE_DSN",
        ),
    ],
)
def test_other_variables_are_not(name: str) -> None:
    redactor = Redactor()
    redactor.add_environment({name: "tcp://10.0.0.1/db-7"})
    assert redactor.text("in tcp://10.0.0.1/db-7") == "in tcp://10.0.0.1/db-7"


def test_a_variable_that_names_an_existing_file_is_no_secret(tmp_path: Path) -> None:
    redactor = Redactor()
    redactor.add_environment({"GOOGLE_APPLICATION_CREDENTIALS": str(tmp_path), "TLS_KEY": "/k-7/x"})
    assert redactor.text(f"{tmp_path} /k-7/x") == f"{tmp_path} {MASK}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SENTRY_DSN", "https://hunter-2@sentry.example/1"),
        ("PG_DSN", "postgresql://hunter-2@db/app"),
        ("PIP_INDEX_URL", "https://hunter-2@packages.example/simple"),
        ("NATS_URL", "nats://hunter-2@nats:4222,nats://hunter-2@nats2:4222"),
        ("CACHE", "redis://hunter-2@cache:6379/0"),
        ("URLS", "redis://:other-22@a redis://:hunter-2@b"),
        ("GIT", "https://hunter-2:x-oauth-basic@git.example/x.git"),
        ("PG_DSN", "host=db user=app password=hunter-2 dbname=app"),
        ("DATABASE_URL", "host=db user=app password='hunter-2' dbname=app"),
        ("JAVA_OPTS", "-Dx=1 -Ddb.password=hunter-2 -Dy"),
        ("MYSQL_DSN", "app:hunter-2@tcp(db:3306)/app"),
        ("AZURE_CONNECTION_STRING", "Endpoint=https;AccountName=a;AccountKey=hunter-2;Suffix=x"),
        ("SERVICE_CREDENTIALS", '{"type": "account", "private_key": "hunter-2\\nx"}'),
    ],
)
def test_a_variable_that_holds_a_login_gives_its_secret(name: str, value: str) -> None:
    redactor = Redactor()
    redactor.add_environment({name: value})
    assert redactor.text("hunter-2 of app at db") == "*** of app at db"


@pytest.mark.parametrize(
    "words",
    [
        ["redis-server", "--requirepass", "hunter-2"],
        ["serve", "--db-password=hunter-2"],
        ["-x", "token=hunter-2"],
        ["sh", "-c", "serve --password hunter-2"],
        ["sh", "-c", "PGPASSWORD='hunter-2' serve"],
        ["curl", "-H", "Authorization: Bearer hunter-2"],
        ["serve", '{"api_key": "hunter-2"}'],
        ["serve", "nats://hunter-2@nats"],
    ],
)
def test_what_arguments_assign_to_a_secret_is_one(words: list[str]) -> None:
    redactor = Redactor()
    redactor.add_words(words)
    assert redactor.text("it is hunter-2") == "it is ***"


def test_other_arguments_are_public() -> None:
    redactor = Redactor()
    redactor.add_words(["serve", "--token-file", "/run/t-77", "--workers", "12345-7", "--auth"])
    assert redactor.text("/run/t-77 12345-7 serve") == "/run/t-77 12345-7 serve"


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
