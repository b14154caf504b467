"""The file system: what has to be written on the way, and cannot."""

import os
from collections.abc import Sequence
from pathlib import Path

from bootctl.boot.doctor.finding import Findings
from bootctl.config.settings import Log
from bootctl.database.url import Url
from bootctl.errors import RefusedError

_AREA = "files"


def examine(settings: Log, databases: Sequence[Url], found: Findings) -> None:
    """Look at the root, the termination message, the log's file, and the files of SQLite."""
    root = "read-only" if _is_read_only(Path("/")) else "writable"
    found.ok(_AREA, f"the root file system is {root}; this is uid {os.getuid()}")
    _termination(settings.termination_message, found)
    if settings.file is not None:
        _log_file(settings.file, found)
    for url in databases:
        if url.scheme == "sqlite":
            with found.looking(_AREA, stops=False):
                _sqlite(Path(url.database), found)


def _termination(path: Path, found: Findings) -> None:
    if not path.exists():
        found.ok(_AREA, f"{path} is not there: this is no container of Kubernetes")
    elif os.access(path, os.W_OK):
        found.ok(_AREA, f"the verdict of a failed boot is left in {path}")
    else:
        found.warn(
            _AREA,
            f"{path} cannot be written by uid {os.getuid()}: `kubectl describe` shows no verdict",
            "Mount it writable, or name another file in log.termination_message and in "
            "terminationMessagePath.",
        )


def _log_file(path: Path, found: Findings) -> None:
    place = path if path.exists() else _existing(path.parent)
    if os.access(place, os.W_OK) and not _is_read_only(place):
        found.ok(_AREA, f"log.file {path} can be written")
        return
    found.warn(
        _AREA,
        f"log.file {path} cannot be written by uid {os.getuid()}",
        f"Mount a writable volume at {path.parent}, or unset log.file: stderr has it all.",
    )


def _sqlite(path: Path, found: Findings) -> None:
    """Raise ``RefusedError`` where neither the file nor its journal beside it can be written."""
    folder = path.absolute().parent
    for place in filter(Path.exists, (folder, path)):
        if not os.access(place, os.W_OK) or _is_read_only(place):
            raise RefusedError(
                f"{place} cannot be written by uid {os.getuid()}, and SQLite writes its journal "
                "beside the database",
                hint="Mount a writable volume there, or give the directory to the user of the image.",
                cause="permission",
                file=str(place),
            )
    if not folder.exists():
        raise RefusedError(
            f"the directory {folder} of the SQLite database is not there",
            hint="Make it in the image, or mount a volume there.",
            cause="permission",
            file=str(folder),
        )
    found.ok(_AREA, f"{folder} can be written, for the database and its journal")


def _existing(path: Path) -> Path:
    return next((item for item in (path, *path.absolute().parents) if item.exists()), Path("/"))


def _is_read_only(path: Path) -> bool:
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except OSError:
        return False
