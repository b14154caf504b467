"""Why no receipt is kept of a verification although it was clean: it may depend on what nobody compares."""

import os
import sys
from collections.abc import Set
from pathlib import Path

from bootctl.boot.context import Context
from bootctl.boot.receipts.compiled import is_of
from bootctl.boot.receipts.inputs import Places
from bootctl.boot.receipts.names import OWN, source_of
from bootctl.boot.receipts.receipt import url_parts
from bootctl.boot.receipts.recording import Port, Recorder
from bootctl.database.state import Direction
from bootctl.database.url import Url
from bootctl.migrate.inspection import Inspection

_PORTS = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}


def doubt(context: Context, inspection: Inspection, candidate: Url | None) -> str:
    """Return why a later boot could not tell by itself that ``inspection`` is still true.

    It would look for a receipt in the database at ``candidate``.
    """
    if len(inspection.databases) != 1 or len(inspection.migration_targets) != 1:
        return "there are several databases"
    [database], [target] = inspection.databases, inspection.migration_targets
    if candidate is None or url_parts(candidate) != url_parts(database.url):
        return "only the project's code names the database"
    if len({*target.tables}) != 1 or target.tables[0].schema is not None:
        return "its version table is in a schema of its own, or there are several"
    if database.direction is not Direction.AT_HEAD or database.snapshot is None:
        return "the database is not at the code's head"
    if database.snapshot.live is None:
        return "a part of the schema could not be read"
    if not context.backend.connects_by_url(database.url):
        return "the project's code connects by itself, or to other databases too"
    if any(terms.expires for terms in context.policy.baseline.values()):
        return "an entry of verify.baseline ends some day"
    return ""


def unseen(recorder: Recorder, root: Path, url: Url) -> str:
    """Return what the project's code has read that nobody can compare; empty where nothing is."""
    if recorder.failed or recorder.programs:
        return "the project's code starts programs, or reads in a way that is not seen"
    if recorder.ports - _own_ports(recorder.ports, url):
        return "the project's code connects to something else"
    if recorder.files_of_sqlite - _own_files(recorder.files_of_sqlite, url):
        return "the project's code reads another SQLite file"
    if stale := _stale(recorder, root):
        return f"{stale} is compiled from another source: delete __pycache__"
    return ""


def _own_ports(found: Set[Port], url: Url) -> set[Port]:
    ports = {port or _PORTS.get(url.scheme, 0) for _, port in url.hosts}
    sockets = {item for item in found if isinstance(item, str)}
    return {*ports, *(item for item in sockets if any(f".{port}" in item for port in ports))}


def _own_files(found: Set[str], url: Url) -> set[str]:
    if url.scheme != "sqlite":
        return set()
    own = os.path.realpath(url.database)
    return {item for item in found if ":memory:" in item or _file(item) == own}


def _file(named: str) -> str:
    """Return the file that SQLite was given, maybe as a URI."""
    return os.path.realpath(named.partition("file:")[2].partition("?")[0] or named)


def _stale(recorder: Recorder, root: Path) -> str:
    """Return a file of the project whose compiled code is not its own; empty where none is."""
    places = Places(str(root), sys.path)
    for path in sorted(item for item in recorder.opened if item.endswith(".pyc")):
        told = not places.is_of_library(path) and places.is_told(path)
        source = source_of(path)
        if told and source != path and not path.startswith(OWN) and not is_of(path, source):
            return places.name(source)
    return ""
