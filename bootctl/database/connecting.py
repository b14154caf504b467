"""What is wrong with how a database is connected to, where no waiting mends it.

Files that TLS needs, options that the driver does not know, values that it cannot use: each is told
only after the driver has failed, since what one driver refuses another one ignores.
"""

import errno
import os
import re
import ssl
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from bootctl.database.causes import chain, root_message
from bootctl.errors import SettingsError

Options = Mapping[str, object]
"""What a driver connects with, by the names that its own connect() has for it."""

_FILE = re.compile(r"(?i)(cert|certs|key|ca|capath|crl|file)$")
_ENVIRONMENT = (
    *("PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY", "PGSSLCRL", "PGSERVICEFILE"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
_NO_FILE = {errno.ENOENT, errno.EACCES, errno.EPERM, errno.EISDIR, errno.ENOTDIR, errno.ELOOP}
_UNKNOWN_OPTION = re.compile(r"unexpected keyword argument '(\w+)'")
_LIBPQ = re.compile(
    r"invalid connection option|invalid [\w-]+ value|definition of service|service file|"
    r"certificate file|private key file|could not load (private key|SSL)|SSL certificate and key|"
    r"invalid (integer value|port number)|bad value for|could not match \d+ \w+|"
    r"could not look up local user|local user with ID|missing \"=\" after|"
    r"weak sslmode|root certificate|SSL library|require.*TLS|could not parse"
)
"""What libpq says of its options and files, before it connects or when TLS begins."""
_SERVER_OPTION = re.compile(r"(unrecognized configuration parameter|for parameter) \"([\w.]+)\"")
_PERMANENT_CLASSES = ("ClientConfigurationError",)
"""asyncpg's own, whose text names the option."""
_NETWORK_CALLS = ("do_handshake", "read", "write", "recv", "send", "recv_into", "unwrap")
_VALUE_ERRORS = (ValueError, LookupError, TypeError, AttributeError)
_MISTAKES = (NameError, ImportError, TypeError, AttributeError)
"""What code raises whatever the server is like. Drivers raise some of them when a connection is lost."""
_BOOTCTL = str(Path(__file__).parents[1])
_ARGUMENTS = re.compile(r"\w+\(\) (got|missing|takes) ")
"""How Python says that a function is not called as it is defined."""
_TLS = re.compile(r"(?i)\bssl\b|certificate|\btls\b")

_HINT = "Waiting does not mend this: correct it in the URL, or in the code or the environment that names it."


def permanent_fault(error: BaseException, options: Options) -> SettingsError | None:
    """Return the typed error for ``error``, raised by connecting with ``options``.

    ``None`` where it says nothing of how it was asked to connect, and may heal.
    """
    causes = chain(error)
    said = next((text for cause in causes for text in _told(cause, options)), None)
    said = said or _mistake(error)
    return None if said is None else SettingsError(said, hint=_HINT)


def required_fault(options: Options) -> SettingsError | None:
    """Return the typed error for a file that TLS will need, whatever the server is like now."""
    found = (f"{name} names {path}: {why}" for name, path, why in _faulty(options))
    said = next((text for text in found if _is_required(text.partition(" ")[0], options)), None)
    return None if said is None else SettingsError(said, hint=_HINT)


def _told(error: BaseException, options: Options) -> Iterator[str]:
    text = root_message(error)
    unknown = _UNKNOWN_OPTION.search(text) if isinstance(error, TypeError) else None
    if unknown:
        yield f"the driver does not know the option {unknown[1]}"
    yield from _of_files(error, text, options)
    if _is_libpq(error) and "FATAL" not in text and _LIBPQ.search(text):
        yield _without_address(text)
    if "Unknown charset" in text:  # aiomysql's and asyncmy's, in Tortoise
        yield f"the option charset: {text}"
    if named := _SERVER_OPTION.search(text):
        yield f"the server does not know the option {named[2]}, or its value: {text}"
    if type(error).__name__ in _PERMANENT_CLASSES:
        yield _with_option(text, options)
    yield from _of_the_user(error, text)
    if isinstance(error, _VALUE_ERRORS) and (name := _option_with_value(error, options)):
        yield f"the driver cannot use the value of the option {name}: {text}"


def _of_files(error: BaseException, text: str, options: Options) -> Iterator[str]:
    """Yield what is wrong with a file, where ``error`` is of one or of the TLS that needs it."""
    is_tls = isinstance(error, ssl.SSLError) or _TLS.search(text) is not None
    is_file = isinstance(error, OSError) and error.errno in _NO_FILE
    for name, path, why in _faulty(options):
        is_meant = is_file and _is_meant(error, name, path)
        if is_tls or is_meant:
            yield f"{name} names {path}: {why}" + (f"; {text}" if is_tls else "")
    if isinstance(error, OSError) and is_file and error.filename is not None:
        yield f"{error.filename}: {error.strerror}"
    if isinstance(error, ssl.SSLError) and not _is_of_the_network(error):
        named = ", ".join(f"{name}={path}" for name, path in _files(options))
        yield f"a certificate, key or authority cannot be used: {text} ({named})"


def _is_meant(error: BaseException, name: str, path: str) -> bool:
    """Return whether an error of a file can be of this one; it may as well be of a socket's path."""
    named = getattr(error, "filename", None)
    return str(named) == path if named is not None else name not in _ENVIRONMENT


def _is_required(name: str, options: Options) -> bool:
    """Return whether the file is needed in any case; libpq goes on without most of its own."""
    if name.lower() == "sslrootcert":
        return str(options.get("sslmode") or options.get("ssl") or "").startswith("verify")
    return name in options and name.lower() not in ("sslcert", "sslkey", "sslcrl")


def _files(options: Options) -> Iterator[tuple[str, str]]:
    """Yield every file that an option or the environment names."""
    yield from _named(options)
    for name in _ENVIRONMENT:
        if os.environ.get(name):
            yield name, os.environ[name]


def _named(options: Options) -> Iterator[tuple[str, str]]:
    for name, value in options.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}_{inner}", path) for inner, path in _named(value))
        elif isinstance(value, str | os.PathLike) and _is_file(name) and os.fspath(value):
            yield name, str(os.fspath(value))


def _is_file(name: str) -> bool:
    """Return whether an option names a file of TLS. A file of passwords is read if it is there."""
    return _FILE.search(name) is not None and "pass" not in name.lower()


def _faulty(options: Options) -> Iterator[tuple[str, str, str]]:
    for name, path in _files(options):
        if why := _wrong_with(name, path):
            yield name, path, why


def _wrong_with(name: str, path: str) -> str:
    """Return why the file cannot be used; empty where it can, as far as reading it tells."""
    if path == "system" or "-----BEGIN" in path:  # libpq's word for what OpenSSL trusts
        return ""
    try:
        if Path(path).is_dir():
            return "" if "path" in name.lower() or "DIR" in name else "it is a directory"
        text = Path(path).read_bytes()
    except OSError as error:
        return (error.strerror or str(error)).lower()
    is_pem = re.search(r"(?i)(cert|certs|ca|cafile)$|CERT_FILE", name) is not None
    return "it holds no certificate" if is_pem and b"-----BEGIN" not in text else ""


def _is_of_the_network(error: ssl.SSLError) -> bool:
    if isinstance(error, ssl.SSLCertVerificationError | ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return True
    frames = traceback.extract_tb(error.__traceback__)
    return not frames or any(
        frame.name in _NETWORK_CALLS and frame.filename.endswith(("ssl.py", "sslproto.py"))
        for frame in frames
    )


def _is_libpq(error: BaseException) -> bool:
    return any(base.__module__.startswith("psycopg") for base in type(error).__mro__)


def _without_address(text: str) -> str:
    """Return libpq's reason without the address, which the sentence names already."""
    return re.sub(r"^connection (is bad|failed): (connection to server .*? failed: )?", "", text)


def _with_option(text: str, options: Options) -> str:
    """Asyncpg calls an option by libpq's name for it, SQLAlchemy's users by ``ssl``."""
    if "sslmode" in text and "ssl" in options and "sslmode" not in options:
        return f"the option ssl: {text}"
    return text


def _of_the_user(error: BaseException, text: str) -> Iterator[str]:
    if "Did not specify a username" in text:  # PyMySQL's
        yield f"the URL names no user, and uid {os.getuid()} has no name: {text}"
    if "uid not found" in text or "No username set in the environment" in text:
        yield (
            f"this process runs as uid {os.getuid()}, which has no name, and the URL names no "
            f"user: {text}"
        )


def _option_with_value(error: BaseException, options: Options) -> str | None:
    """Return the option whose value the error quotes, or that Python says is of no use."""
    text = str(error)
    for name, value in {**options, **_pg_environment()}.items():
        if isinstance(value, str) and value and f"'{value}'" in text:
            return name
    if "'NoneType' object has no attribute 'encoding'" in text:  # PyMySQL, of a charset
        return "charset"
    if "'str' object has no attribute 'get'" in text and isinstance(options.get("ssl"), str):
        return "ssl"
    if isinstance(error, TypeError) and "unsupported operand" in text:
        numbers = (name for name, value in options.items() if "timeout" in name and _is_text(value))
        return next(numbers, None)
    return None


def _mistake(error: BaseException) -> str | None:
    """Return what is wrong with the code that connects, where that is certain."""
    frames = traceback.extract_tb(error.__traceback__)
    if not isinstance(error, _MISTAKES) or not frames:
        return None
    from sysconfig import get_path  # only after a failure

    libraries = [get_path(name) for name in ("stdlib", "purelib", "platlib")]
    is_library = frames[-1].filename.startswith((*libraries, _BOOTCTL))
    is_certain = isinstance(error, NameError | ImportError) or _ARGUMENTS.search(str(error))
    # What another service gives may be there later.
    if not is_certain and (is_library or "NoneType" in str(error)):
        return None
    where = "" if is_library else f" at {frames[-1].filename}:{frames[-1].lineno}"
    return f"the code that connects fails{where}: {type(error).__name__}: {root_message(error)}"


def _is_text(value: object) -> bool:
    with suppress(TypeError, ValueError):
        float(value)  # type: ignore[arg-type]  # tried
        return False
    return True


def _pg_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("PG")}
