"""Which tenants there are: a setting, a file, a query or a command names them."""

import re
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from bootctl.boot.tenants.place import base_of
from bootctl.config.files import read_text
from bootctl.config.invocation import Invocation
from bootctl.database import causes
from bootctl.database.plain_connection import UnsupportedError, connect
from bootctl.errors import SettingsError
from bootctl.output import log
from bootctl.wait.dependencies import required, wait_for_all

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}")
"""What is a part of a URL, of a file's name and of a schema's, and no option of a command."""
_SECONDS = 30.0
"""How long the query may take."""
_SHOWN = 5


def named(invocation: Invocation) -> tuple[str, list[str]]:
    """Return the setting that names the tenants, and their names in its order.

    Raises ``SettingsError`` where none or several do, where that fails, and for names that are none.
    """
    settings = invocation.loaded.settings.tenants
    sources: Mapping[str, Callable[[Invocation], Sequence[str]] | None] = {
        "tenants.names": (lambda _: settings.names) if settings.names else None,
        "tenants.file": _in_file if settings.file else None,
        "tenants.query": _by_query if settings.query else None,
        "tenants.command": _by_command if settings.command else None,
    }
    given = {key: read for key, read in sources.items() if read}
    if len(given) != 1:
        raise _not_one([*given], [*sources])
    [(key, read)] = given.items()
    names = list(read(invocation))
    _refuse_unusable(key, names)
    return key, names


def refuse_unusable(name: str, setting: str) -> None:
    """Raise ``SettingsError`` for what is no tenant's name."""
    if not _NAME.fullmatch(name):
        raise SettingsError(
            f"{setting} has {name!r}, which is no name of a tenant",
            hint="A name has at most 63 letters, digits, '_', '-' and '.', and begins with none of the "
            "last two: it becomes a part of a URL, or the name of a schema.",
            setting=setting,
            tenant=name,
        )


def _refuse_unusable(key: str, names: Sequence[str]) -> None:
    for name in names:
        refuse_unusable(name, key)
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise SettingsError(
            f"{key} names more than once: {', '.join(twice[:_SHOWN])}",
            hint="Name each tenant once.",
            setting=key,
            tenant=twice[0],
        )


def _in_file(invocation: Invocation) -> list[str]:
    """Return the lines of the file, without blank ones and comments."""
    named = invocation.loaded.settings.tenants.file
    assert named is not None
    return _lines(read_text(invocation.root / named))


def _by_query(invocation: Invocation) -> list[str]:
    """Return the first column of what the database answers, which is waited for."""
    query = invocation.loaded.settings.tenants.query
    assert query is not None
    url = base_of(invocation.root, invocation.loaded, invocation.environ)
    if url is None:
        raise SettingsError(
            "tenants.query is set, and no setting names the database that it is asked of",
            hint="Set database.url to it: BOOTCTL__DATABASE__URL.",
            setting="tenants.query",
        )
    wait_for_all(invocation, [required(invocation, url)])
    try:
        connection = connect(url, _SECONDS)
        try:
            rows = connection.rows(query)
        finally:
            connection.close()
    except UnsupportedError as error:
        raise _failed("query", f"{url} is not asked so ({error})") from None
    except Exception as error:  # whatever a driver raises
        raise _failed("query", causes.root_message(error)) from None
    return [str(row[0]) for row in rows if row]


def _by_command(invocation: Invocation) -> list[str]:
    """Return the lines that the command prints."""
    settings = invocation.loaded.settings
    try:
        done = subprocess.run(  # noqa: S603  # the settings' own
            settings.tenants.command,
            cwd=invocation.root,
            env=invocation.environ,
            capture_output=True,
            text=True,
            timeout=settings.wait.timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _failed("command", f"it took more than {settings.wait.timeout:g} s") from None
    except (OSError, ValueError) as error:
        raise _failed("command", str(error)) from None
    for line in done.stderr.splitlines():
        log.output("stderr", line)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise _failed("command", f"it exits with {done.returncode}{_after(said)}")
    return _lines(done.stdout)


def _after(said: Sequence[str]) -> str:
    return f", after: {said[-1]}" if said else ""


def _lines(text: str) -> list[str]:
    stripped = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in stripped if line]


def _failed(kind: str, reason: str) -> SettingsError:
    key = f"tenants.{kind}"
    return SettingsError(
        f"{key} does not name the tenants: {reason}",
        hint=f"Correct {key}; no tenant was begun.",
        setting=key,
    )


def _not_one(given: Sequence[str], known: Sequence[str]) -> SettingsError:
    said = f"several settings name the tenants: {', '.join(given)}"
    return SettingsError(
        said if given else "no setting names the tenants",
        hint=f"Set one of {', '.join(known)}.",
        setting=given[0] if given else "tenants.names",
    )
