"""Text and TOML files of the project: what is wrong with one is a typed error."""

import errno
import os
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bootctl.errors import SettingsError

_MOST_BYTES = 4 << 20
"""No configuration or source file that somebody wrote is larger."""
_KINDS = {
    stat.S_IFIFO: "it is a FIFO",
    stat.S_IFSOCK: "it is a socket",
    stat.S_IFCHR: "it is a device",
    stat.S_IFBLK: "it is a device",
    stat.S_IFDIR: os.strerror(errno.EISDIR),
}
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.EACCES)


def is_there(path: Path) -> bool:
    """Return whether there is something to read at ``path``, even if it is no file, or a bad link."""
    try:
        path.stat()
    except OSError as error:
        return error.errno not in _ABSENT
    return True


def read_bytes(path: Path, most: int = _MOST_BYTES) -> bytes:
    """Return the content of a file. Raises ``OSError`` at once where it is no file, or too large.

    Whoever opens a FIFO waits for its writer, and a device may have no end.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        if (
            found.st_rdev == os.stat(os.devnull).st_rdev
        ):  # in the place of a file that is not wanted
            return b""
        raise OSError(errno.EINVAL, _KINDS.get(stat.S_IFMT(found.st_mode), "it is no file"))
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"it has more than {most >> 20} MiB")
    return data


def refuse_other_than_files(paths: Iterable[Path]) -> None:
    """Raise ``SettingsError`` for what is neither a file nor a folder: to import it may never end."""
    for path in paths:
        with suppress(FileNotFoundError):
            mode = path.stat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                _read(path)


def read_text(path: Path, most: int = _MOST_BYTES) -> str:
    """Return the UTF-8 text of ``path``; ``SettingsError`` names what is wrong with the file.

    A file of more than ``most`` bytes is one that nobody meant.
    """
    data = _read(path, most)
    try:
        return data.decode().replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SettingsError(
            f"{path.name} is not UTF-8 (line {line})",
            hint=f"Save {path.name} as UTF-8.",
            file=str(path),
            line=line,
        ) from None


def read_source(path: Path) -> str:
    """Return the text of a source file, whatever it is encoded in. Raises ``SettingsError``."""
    return _read(path).decode(errors="replace")


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file at once, or make it: whoever reads it sees all of the old one or of the new one.

    Raises ``OSError``, and leaves the old one.
    """
    # The same name each time: what a killed process left is taken, not kept.
    temporary = path.with_name(f".{path.name}.bootctl")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        with open(os.open(temporary, flags, 0o666), "wb") as file:
            file.write(data)
            if path.exists():
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
        os.replace(temporary, path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise


def _read(path: Path, most: int = _MOST_BYTES) -> bytes:
    try:
        return read_bytes(path, most)
    except OSError as error:
        raise SettingsError(
            f"{path.name} cannot be read: {error.strerror}",
            hint=f"Make {path} a file that this user (uid {os.getuid()}) can read.",
            file=str(path),
        ) from None


def read_toml(path: Path) -> dict[str, Any]:
    """Return the TOML document at ``path``, empty where there is no such file."""
    if not is_there(path):
        return {}
    import tomllib  # which a boot whose settings are variables does without

    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{path.name} is not valid TOML: {error}",
            hint=f"Correct {path.name} at the place named.",
            file=str(path),
        ) from None
    except RecursionError:
        raise SettingsError(
            f"{path.name} is nested too deeply",
            hint=f"Correct {path.name}.",
            file=str(path),
        ) from None


def section(document: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return the table at ``names``, empty where there is none, or something else."""
    table: Any = document
    for name in names:
        table = table.get(name) if isinstance(table, Mapping) else None
    return table if isinstance(table, dict) else {}


def flattened(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the values of nested tables by their dotted keys."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
