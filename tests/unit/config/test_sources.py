"""Settings: every source, their precedence, and what is said of a bad one."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest

from bootctl.config import sources
from bootctl.config.settings import keys, variable
from bootctl.config.sources import Loaded, load, shown
from bootctl.errors import SettingsError
from bootctl.output import redact
from bootctl.output.redact import Redactor
from tests.support.servers import standard

URL = "postgresql://app:canary-7@db/app"
Write = Callable[..., None]


@pytest.fixture(autouse=True)
def own_redactor(monkeypatch: pytest.MonkeyPatch) -> Redactor:
    own = Redactor()
    monkeypatch.setattr(redact, "redactor", own)
    monkeypatch.setattr(sources, "redactor", own)
    return own


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BOOTCTL__SECRETS_DIR", str(tmp_path / "secrets"))
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


def pyproject(root: Path, text: str) -> None:
    (root / "pyproject.toml").write_text(f"[tool.bootctl]\n{text}\n")


def dotenv(root: Path, text: str) -> None:
    (root / ".env").write_text(text)


def secret_file(root: Path, key: str, text: str) -> None:
    place = root.parent / "secrets"
    place.mkdir(exist_ok=True)
    (place / variable(key).lower()).write_text(text)


def value(loaded: Loaded, key: str) -> Any:
    found: Any = loaded.settings
    for part in key.split("."):
        found = getattr(found, part)
    return found


def refusal(root: Path, flags: dict[str, Any] | None = None) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(root, flags)
    return caught.value


def test_without_any_source_everything_is_default(root: Path) -> None:
    loaded = load(root)
    assert loaded.settings.orm == "auto"
    assert loaded.settings.wait.timeout == 60
    assert loaded.settings.database.url is None
    sources = dict(loaded.origins)
    assert sources.pop("secrets_dir") == "environment"
    assert set(sources.values()) == {"default"}


def test_the_settings_are_frozen(root: Path) -> None:
    settings = load(root).settings
    with pytest.raises(FrozenInstanceError):
        settings.orm = "none"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        settings.wait.timeout = 1  # type: ignore[misc]


def test_each_source_gives_way_to_the_stronger_ones(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def effective(flags: dict[str, Any] | None = None) -> tuple[float, str]:
        loaded = load(root, flags)
        return loaded.settings.wait.timeout, loaded.origins["wait.timeout"]

    assert effective() == (60, "default")
    pyproject(root, "wait.timeout = 1")
    assert effective() == (1, "pyproject.toml")
    dotenv(root, "BOOTCTL__WAIT__TIMEOUT=2")
    assert effective() == (2, ".env")
    monkeypatch.setenv("BOOTCTL__WAIT__TIMEOUT", "3")
    assert effective() == (3, "environment")
    assert effective({"wait.timeout": "4"}) == (4, "flag")


def test_a_secret_gives_way_in_the_same_order(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def effective() -> tuple[str, str]:
        loaded = load(root)
        secret = loaded.settings.database.url
        assert secret is not None
        return secret.get_secret_value().rpartition("/")[2], loaded.origins["database.url"]

    pyproject(root, 'database.url = "postgresql://db/pyproject"')
    assert effective() == ("pyproject", "pyproject.toml")
    secret_file(root, "database.url", "postgresql://db/directory\n")
    assert effective() == ("directory", "secrets")
    (root / "named").write_text("  postgresql://db/named \n")
    monkeypatch.setenv("BOOTCTL__DATABASE__URL_FILE", str(root / "named"))
    assert effective() == ("named", "secrets")
    dotenv(root, "BOOTCTL__DATABASE__URL=postgresql://db/dotenv")
    assert effective() == ("dotenv", ".env")
    monkeypatch.setenv("BOOTCTL__DATABASE__URL", "postgresql://db/environment")
    assert effective() == ("environment", "environment")


def test_sources_are_merged_key_by_key(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyproject(root, 'orm = "alembic"\n[tool.bootctl.wait]\ntimeout = "1m"\nstable_for = 1')
    dotenv(root, "BOOTCTL__WAIT__STABLE_FOR=2s\nSETTINGS__DATABASE__HOST=db\n")
    monkeypatch.setenv("BOOTCTL__LOCK__TIMEOUT", "3s")
    loaded = load(root)
    assert loaded.settings.orm == "alembic"
    assert loaded.settings.wait.timeout == 60
    assert loaded.settings.wait.stable_for == 2
    assert loaded.settings.lock.timeout == 3
    assert loaded.dotenv["SETTINGS__DATABASE__HOST"] == "db"


def test_an_empty_variable_counts_as_unset(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyproject(root, "wait.timeout = 1")
    dotenv(root, "BOOTCTL__WAIT__TIMEOUT=\nBOOTCTL__LOCK__TIMEOUT=''\n")
    for key in ("wait.timeout", "orm", "database.url", "server.command", "log.file"):
        monkeypatch.setenv(variable(key), "")
    monkeypatch.setenv("BOOTCTL__DATABASE__URL_FILE", "")
    loaded = load(root)
    assert loaded.origins["wait.timeout"] == "pyproject.toml"
    assert loaded.settings.lock.timeout == 300
    assert loaded.settings.orm == "auto"
    assert loaded.settings.database.url is None
    assert loaded.settings.server.command == ()


def test_an_empty_variable_leaves_the_secrets_directory_alone(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret_file(root, "database.url", URL)
    dotenv(root, f"BOOTCTL__SECRETS_DIR={root.parent / 'secrets'}")
    monkeypatch.setenv("BOOTCTL__SECRETS_DIR", "")
    assert load(root).origins["database.url"] == "secrets"


def test_the_secrets_directory_can_be_set_by_each_source(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret_file(root, "database.migration_url", URL)
    monkeypatch.delenv("BOOTCTL__SECRETS_DIR")
    pyproject(root, f'secrets_dir = "{root.parent / "secrets"}"')
    assert load(root).origins["database.migration_url"] == "secrets"
    place = root.parent / "secrets"
    (root / "pyproject.toml").unlink()
    assert load(root, {"secrets_dir": str(place)}).origins["database.migration_url"] == "secrets"


@pytest.mark.parametrize("change", [str.lower, str.title, str.upper])
def test_variables_are_found_in_any_case(
    root: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str]
) -> None:
    monkeypatch.setenv(change("BOOTCTL__WAIT__TIMEOUT"), "7s")
    dotenv(root, f"{change('BOOTCTL__LOCK__TIMEOUT')}=8s\n")
    settings = load(root).settings
    assert settings.wait.timeout == 7
    assert settings.lock.timeout == 8


@pytest.mark.parametrize("change", [str.lower, str.title])
def test_a_variable_that_names_a_secret_file_is_found_in_any_case(
    root: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[str], str]
) -> None:
    (root / "named").write_text(URL)
    monkeypatch.setenv(change("BOOTCTL__DATABASE__URL_FILE"), str(root / "named"))
    assert load(root).origins["database.url"] == "secrets"


def test_a_secret_file_can_be_named_in_dotenv(root: Path) -> None:
    (root / "named").write_text(URL)
    dotenv(root, f"BOOTCTL__DATABASE__URL_FILE={root / 'named'}\n")
    assert load(root).origins["database.url"] == "secrets"


def test_a_secret_file_that_is_not_there_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOOTCTL__DATABASE__URL_FILE", str(root / "missing"))
    error = refusal(root)
    assert "missing" in error.message
    assert error.fields["file"] == str(root / "missing")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("30s", 30),
        ("5m", 300),
        ("1h", 3600),
        ("1.5s", 1.5),
        (" 2 s ", 2),
        ("7", 7),
        ("0", 0),
        ("0.25", 0.25),
    ],
)
def test_durations(root: Path, monkeypatch: pytest.MonkeyPatch, text: str, seconds: float) -> None:
    monkeypatch.setenv("BOOTCTL__WAIT__TIMEOUT", text)
    assert load(root).settings.wait.timeout == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text", ["-5s", "-1", "soon", "1.2.3s", "5 parsecs", "s", "nan", ".", "5M"]
)
def test_bad_durations(root: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("BOOTCTL__WAIT__TIMEOUT", text)
    error = refusal(root)
    assert error.fields["setting"] == "wait.timeout"
    assert error.fields["source"] == "environment"


def test_durations_of_toml(root: Path) -> None:
    pyproject(root, 'wait.timeout = 1.5\nlock.timeout = "2m"')
    settings = load(root).settings
    assert (settings.wait.timeout, settings.lock.timeout) == (1.5, 120)


@pytest.mark.parametrize(
    "text",
    [
        "tcp://a:1,tcp://b:2",
        "tcp://a:1 tcp://b:2",
        " tcp://a:1 , tcp://b:2, ",
        "tcp://a:1\ntcp://b:2",
    ],
)
@pytest.mark.parametrize("source", ["flag", "environment", ".env", "pyproject.toml"])
def test_a_list_in_one_string(
    root: Path, monkeypatch: pytest.MonkeyPatch, text: str, source: str
) -> None:
    flags = {"wait.targets": text} if source == "flag" else {}
    if source == "environment":
        monkeypatch.setenv("BOOTCTL__WAIT__TARGETS", text)
    elif source == ".env":
        dotenv(root, f"BOOTCTL__WAIT__TARGETS='{text}'\n")
    elif source == "pyproject.toml":
        pyproject(root, f"wait.targets = {json.dumps(text)}")
    loaded = load(root, flags)
    assert loaded.settings.wait.targets == ("tcp://a:1", "tcp://b:2")
    assert loaded.origins["wait.targets"] == source


def test_lists_of_toml(root: Path) -> None:
    pyproject(root, 'verify.ignore = ["a", "b c"]\nserver.command = ["python", "a b.py"]')
    settings = load(root).settings
    assert settings.verify.ignore == ("a", "b c")
    assert settings.server.command == ("python", "a b.py")


def test_a_command_is_split_as_a_shell_splits_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOOTCTL__SERVER__COMMAND", "python 'my app.py' --name=\"a b\" c\\ d")
    assert load(root).settings.server.command == ("python", "my app.py", "--name=a b", "c d")


def test_a_command_with_an_open_quote_is_refused(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOOTCTL__SERVER__COMMAND", "python 'app.py")
    assert refusal(root).fields["setting"] == "server.command"


INVALID = [
    ("orm", "django"),
    ("migrate.mode", "maybe"),
    ("verify.mode", "never"),
    ("server.processes", "0"),
    ("server.workers", "many"),
    ("log.level", "loud"),
    ("verify.before_commit", "perhaps"),
    ("lock.timeout", "later"),
]


@pytest.mark.parametrize(("key", "text"), INVALID)
@pytest.mark.parametrize("source", ["flag", "environment", ".env", "pyproject.toml"])
def test_an_invalid_value_is_named_with_its_source(
    root: Path, monkeypatch: pytest.MonkeyPatch, key: str, text: str, source: str
) -> None:
    flags = {key: text} if source == "flag" else {}
    if source == "environment":
        monkeypatch.setenv(variable(key), text)
    elif source == ".env":
        dotenv(root, f"{variable(key)}={text}\n")
    elif source == "pyproject.toml":
        pyproject(root, f'{key} = "{text}"')
    error = refusal(root, flags)
    assert key in error.message
    assert source in error.hint
    assert variable(key) in error.hint
    assert (error.fields["setting"], error.fields["source"]) == (key, source)


@pytest.mark.parametrize("key", ["database.url", "database.migration_url"])
@pytest.mark.parametrize(
    "text", ["canary-7", "postgresql://app:canary-7@db:port/x", "postgresql://app:can/ary@db/x"]
)
def test_an_invalid_secret_is_refused_and_not_shown(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    own_redactor: Redactor,
    key: str,
    text: str,
) -> None:
    monkeypatch.setenv(variable(key), text)
    error = refusal(root)
    assert key in error.message
    assert "canary-7" not in f"{error.message} {error.hint} {error.fields}"
    assert own_redactor.text(f"{text} is wrong") in (
        "*** is wrong",
        text.replace("canary-7", "***"),
    )


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("BOOTCTL__WAIT__TIMEOTU", "BOOTCTL__WAIT__TIMEOUT"),
        ("BOOTCTL__DATABSE__URL", "BOOTCTL__DATABASE__URL"),
        ("BOOTCTL__DATABASE_URL", "BOOTCTL__DATABASE__URL"),
        ("bootctl__lock__timeot", "BOOTCTL__LOCK__TIMEOUT"),
        ("BOOTCTL__WAIT", "BOOTCTL__"),
    ],
)
@pytest.mark.parametrize("source", ["environment", ".env"])
def test_an_unknown_variable_is_refused_and_the_nearest_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, name: str, nearest: str, source: str
) -> None:
    if source == "environment":
        monkeypatch.setenv(name, "1")
    else:
        dotenv(root, f"{name}=1\n")
    error = refusal(root)
    assert name in error.message
    assert source in error.message
    assert nearest in error.hint
    assert error.fields["nearest"].startswith(nearest)


@pytest.mark.parametrize("source", ["flag", "pyproject.toml"])
@pytest.mark.parametrize(
    ("key", "nearest"), [("wait.timeotu", "wait.timeout"), ("databse.url", "database.url")]
)
def test_an_unknown_key_is_refused_and_the_nearest_named(
    root: Path, source: str, key: str, nearest: str
) -> None:
    if source == "pyproject.toml":
        pyproject(root, f"{key} = 1")
    error = refusal(root, {key: 1} if source == "flag" else None)
    assert key in error.message
    assert nearest in error.hint
    assert error.fields["setting"] == key


def test_a_group_with_a_value_is_an_unknown_key(root: Path) -> None:
    pyproject(root, "wait = 5")
    assert refusal(root).fields["setting"] == "wait"


@pytest.mark.parametrize("text", ["tool = 5", "[tool]\nbootctl = 5", "tool = []"])
def test_a_pyproject_of_another_shape_is_a_settings_error(root: Path, text: str) -> None:
    (root / "pyproject.toml").write_text(text)
    assert "pyproject.toml" in refusal(root).message


def test_variables_of_others_are_left_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOTCTL_HOME", "x")
    monkeypatch.setenv("BOOTCTLX__WAIT", "x")
    dotenv(root, "WAIT__TIMEOUT=1\nTIMEOUT=2\n")
    assert load(root).settings.wait.timeout == 60


@pytest.mark.parametrize("name", ["pyproject.toml", ".env"])
def test_a_file_that_is_not_utf8_is_named_with_its_line(root: Path, name: str) -> None:
    (root / name).write_bytes(b"# one\nA='\xff'\n")
    error = refusal(root)
    assert name in error.message
    assert error.fields["line"] == 2


def test_broken_toml_is_named(root: Path) -> None:
    (root / "pyproject.toml").write_text("[tool.bootctl\n")
    assert "pyproject.toml is not valid TOML" in refusal(root).message


def test_a_pyproject_that_is_a_directory_is_named(root: Path) -> None:
    (root / "pyproject.toml").mkdir()
    assert "pyproject.toml cannot be read" in refusal(root).message


def test_a_secrets_directory_of_another_user_is_no_bug(tmp_path: Path) -> None:
    """As ``/run/secrets`` may be, to a container that does not run as root."""
    place = standard.folder()
    (place / "project").mkdir(mode=0o755)
    (place / "secrets").mkdir(mode=0o000)
    place.chmod(0o755)
    code = (
        "from pathlib import Path; from bootctl import errors; from bootctl.config import sources\n"
        "try: print(sources.load(Path('.')).origins['database.url'])\n"
        "except errors.SettingsError as error: print(error.message)"
    )
    done = subprocess.run(
        [*standard.unprivileged(), sys.executable, "-c", code],
        cwd=place / "project",
        env={**os.environ, "BOOTCTL__SECRETS_DIR": str(place / "secrets")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "default" or "secrets" in done.stdout


def test_secrets_are_shown_masked(root: Path) -> None:
    flags = {
        "database.url": "postgresql://app:canary-7@db/app",
        "database.migration_url": "postgresql://db/app?password=canary-7",
        "wait.targets": "redis://:canary-7@cache:6379,tcp://queue:5672",
    }
    settings = load(root, flags).settings
    assert shown(settings, "database.url") == "postgresql://app:***@db/app"
    assert shown(settings, "database.migration_url") == "postgresql://db/app?password=***"
    assert shown(settings, "wait.targets") == ["redis://:***@cache:6379", "tcp://queue:5672"]
    assert "canary-7" not in repr(settings.database)
    assert "canary-7" not in f"{settings.database.url} {settings.database.migration_url!r}"


def test_every_setting_can_be_shown_and_has_a_description(root: Path) -> None:
    settings = load(root).settings
    for key, setting in keys():
        json.dumps(shown(settings, key))
        assert setting.description


@pytest.mark.parametrize("source", ["environment", ".env", "secrets", "pyproject.toml", "flag"])
def test_the_password_of_each_source_is_known_to_the_redactor(
    root: Path, monkeypatch: pytest.MonkeyPatch, own_redactor: Redactor, source: str
) -> None:
    if source == "environment":
        monkeypatch.setenv("BOOTCTL__DATABASE__URL", URL)
    elif source == ".env":
        dotenv(root, f"BOOTCTL__DATABASE__URL={URL}\n")
    elif source == "secrets":
        secret_file(root, "database.url", URL)
    elif source == "pyproject.toml":
        pyproject(root, f'database.url = "{URL}"')
    load(root, {"database.url": URL} if source == "flag" else None)
    assert own_redactor.text("it is canary-7") == "it is ***"


def test_the_secrets_in_dotenv_are_known_to_the_redactor(
    root: Path, own_redactor: Redactor
) -> None:
    dotenv(root, "SETTINGS__DATABASE__PASSWORD=canary-7\nSETTINGS__CACHE__HOST=cache\n")
    load(root)
    assert own_redactor.text("canary-7 at cache") == "*** at cache"
