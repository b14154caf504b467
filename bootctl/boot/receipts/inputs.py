"""What a verification depended on besides the database: by name, and digests of what they hold now.

No value is kept: a digest is of all of them at once, together with random bytes of the receipt's own.
"""

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from bootctl import __version__
from bootctl.boot.receipts import hashes
from bootctl.boot.receipts.hashes import NAME, Hashes
from bootctl.values import frozen

LIBRARIES = ("site-packages", "dist-packages")
UNSEEN = ("__pycache__", ".git", NAME)
"""Names in folders that change with the first import, or a commit."""
_OF_THE_SYSTEM = ("/proc/", "/sys/", "/dev/")
OF_THE_PROCESS = (
    *("HOSTNAME", "PWD", "OLDPWD", "SHLVL", "_", "TERM", "COLUMNS", "LINES", "INVOCATION_ID"),
    *("JOURNAL_STREAM", "WINDOWID", "SSH_CLIENT", "SSH_CONNECTION", "SSH_TTY"),
    *("TRACEPARENT", "TRACESTATE", "JOB_COMPLETION_INDEX"),
)
"""Variables that a platform makes for each process. They count where code reads them by name."""
_ALWAYS = (
    *("BOOTCTL__", "SETTINGS__", "DATABASE_URL", "ALEMBIC_", "TORTOISE_", "PG", "MYSQL", "MARIADB"),
    *("SSL_CERT_", "PYTHON", "LANG", "LC_", "TZ", "LD_LIBRARY_PATH", "LD_PRELOAD"),
)
"""What begins the names of variables that C libraries, Python or bootctl read."""

Digests = dict[str, str]
KINDS = {
    "files": "the text of files",
    "presence": "which files there are",
    "folders": "what is in folders",
    "libraries": "what is installed",
    "environment": "variables",
    "python": "how bootctl is started",
}
"""What the digests are of."""
Environ = Mapping[str, str]


@frozen
class Names:
    """What was read, by name. Paths below the project are relative to it."""

    files: tuple[str, ...]
    asked: tuple[str, ...]
    folders: tuple[str, ...]
    libraries: tuple[str, ...]
    """Files of libraries, whose content their distribution's list of files vouches for."""
    variables: tuple[str, ...]
    every_variable: bool


def library_folders(path: Iterable[str]) -> tuple[str, ...]:
    """Return the folders of ``sys.path`` that have installed libraries."""
    return tuple(place for place in path if os.path.basename(place.rstrip("/")) in LIBRARIES)


class Places:
    """What kind of a place a path is in: the project's, a library's, or Python's own."""

    def __init__(self, root: str, path: Iterable[str]) -> None:
        self.root = f"{root.rstrip('/')}/"
        self.libraries = tuple(f"{place.rstrip('/')}/" for place in library_folders(path))
        self._python = f"{os.path.dirname(os.__file__)}/"

    def is_of_library(self, path: str) -> bool:
        """Return whether it is in a folder of libraries."""
        return path.startswith(self.libraries)

    def is_told(self, path: str) -> bool:
        """Return whether it has to be told apart: neither Python's own nor the system's."""
        own = path.startswith(self._python) or path.startswith(_OF_THE_SYSTEM)
        return not own

    def name(self, path: str) -> str:
        """Return how it is written: relative, where it is below the project."""
        path = os.path.normpath(path)
        return path.removeprefix(self.root)


class _Seen:
    """What is known of the files of a project, whichever process asks."""

    def __init__(self, root: str) -> None:
        self.known: dict[tuple[str, str], str] = {}
        """What was read, by the name of the function that did, and the path."""
        self.hashes: Hashes | None = hashes.read(root)


class Digester:
    """Makes digests of what there is now; each file is read once."""

    def __init__(
        self,
        root: Path,
        environ: Environ,
        started_with: Iterable[str],
        hidden: str = "",
        seen: _Seen | None = None,
    ) -> None:
        self._root = str(root)
        self._environ = environ
        self._started_with = tuple(started_with)
        """``sys.path`` at the start, then the words of the command."""
        self._hidden = hidden
        """What the names of a database's own files begin with."""
        self._seen = seen or _Seen(self._root)
        self.read = 0
        """How many files were read to be hashed."""

    def beside(self, environ: Environ, hidden: str) -> "Digester":
        """Return one for another process of the same project: what was read once is known to both."""
        return Digester(Path(self._root), environ, self._started_with, hidden, self._seen)

    def digests(self, names: Names, salt: str) -> Digests:
        """Return one for each kind of what ``names`` names."""
        return {
            "files": self._of_paths(self._content, names.files, salt),
            "presence": self._of_paths(_kind, names.asked, salt),
            "folders": _digest(salt, self._listings(names.folders)),
            "libraries": self._of_paths(_times, names.libraries, salt) + self._installed(salt),
            "environment": _digest(salt, self._variables(names)),
            "python": _digest(salt, self._python()),
        }

    def _of_paths(self, read: Callable[[str], str], names: Iterable[str], salt: str) -> str:
        return _digest(salt, (item for name in names for item in (name, self._once(read, name))))

    def _once(self, read: Callable[[str], str], name: str) -> str:
        key = (read.__name__, name)
        if key not in self._seen.known:
            self._seen.known[key] = read(os.path.join(self._root, name))
        return self._seen.known[key]

    def _content(self, path: str) -> str:
        known = self._seen.hashes.of(path) if self._seen.hashes else None
        if known is None:
            self.read += 1
            return hashes.content(path)
        return known

    def _distributions(self, folder: str) -> str:
        """Return what is installed: every name, and each distribution's list of files and their hashes."""
        try:
            names = sorted(name for name in os.listdir(folder) if name not in UNSEEN)
            lists = lists_in(folder)
        except OSError as error:
            return f"error {error.errno}"
        found = (self._content(os.path.join(folder, name)) for name in lists)
        return _digest("", [*names, *found])

    def _listings(self, folders: Iterable[str]) -> Iterable[str]:
        for folder in folders:
            yield folder
            found, hidden = self._once(_listing, folder), self._hidden
            yield "/".join(n for n in found.split("/") if not hidden or hidden not in n)

    def _installed(self, salt: str) -> str:
        folders = library_folders(self._started_with)
        return _digest(salt, (self._once(self._distributions, folder) for folder in folders))

    def _variables(self, names: Names) -> Iterable[str]:
        every = {
            name
            for name in self._environ
            if names.every_variable or name.upper().startswith(_ALWAYS)
        }
        named = {*(every - {*OF_THE_PROCESS}), *names.variables}
        for name in sorted(named):
            yield name
            yield "=" + self._environ[name] if name in self._environ else ""

    def _python(self) -> tuple[str, ...]:
        return (
            __version__,
            sys.version,
            sys.prefix,
            str(sys.flags),
            *sys.warnoptions,
            self._root,
            *self._started_with,
        )


def _digest(salt: str, items: Iterable[str]) -> str:
    value = sha256(salt.encode())
    for item in items:
        data = item.encode(errors="surrogatepass")
        value.update(b"%d:" % len(data) + data)
    return value.hexdigest()


def _kind(path: str) -> str:
    if os.path.isfile(path):
        return "file"
    return "folder" if os.path.isdir(path) else str(os.path.exists(path))


def _listing(path: str) -> str:
    try:
        found = os.listdir(path)
    except OSError as error:
        return f"error {error.errno}"
    return "/".join(sorted(name for name in found if name not in UNSEEN))


def _times(path: str) -> str:
    try:
        found = os.stat(path)
    except OSError as error:
        return f"error {error.errno}"
    return f"{found.st_size} {found.st_mtime_ns}"


def lists_in(folder: str) -> list[str]:
    """Return the files in a folder of libraries that say which files these have, and where else some are."""
    names = sorted(os.listdir(folder))
    return [
        *(f"{name}/RECORD" for name in names if name.endswith(".dist-info")),
        *(name for name in names if name.endswith((".pth", ".egg-link"))),
    ]
