"""Looks at everything that a boot would meet, in its order, and goes on after what is wrong."""

from collections.abc import Sequence
from pathlib import Path

from bootctl.boot.doctor import databases, places, process
from bootctl.boot.doctor.awaited import Awaited
from bootctl.boot.doctor.finding import Findings
from bootctl.boot.doctor.settings import loaded
from bootctl.boot.doctor.versions import versions
from bootctl.config.invocation import Invocation
from bootctl.database.url import Url
from bootctl.output import log
from bootctl.project import detect


def examine(root: Path, environ: dict[str, str], flags: dict[str, str]) -> Findings:
    """Return all that is found of the project at ``root`` and of its databases. Writes nothing."""
    found = Findings()
    versions(found)
    with log.stage("settings"):
        invocation = Invocation(root, loaded(root, flags, found), environ)
    settings = invocation.loaded.settings
    orm = _orm(invocation, found)
    awaited = Awaited(invocation, found)
    urls: Sequence[Url] = ()
    if orm and orm != "none":
        urls = databases.examine(invocation, orm, awaited, found)
    else:
        awaited.ask_database()
    awaited.ask_named()
    places.examine(settings.log, urls, found)
    process.examine(root, settings.server, environ, found)
    return found


def _orm(invocation: Invocation, found: Findings) -> str:
    with found.looking("project"), log.stage("detect"):
        orm = invocation.loaded.settings.orm
        detected = detect.detect(invocation.root, orm, thorough=True)
        why = "; ".join(item.what for item in detected.evidence)
        found.ok("project", f"{invocation.root} migrates with {detected.backend}, by: {why}")
        return detected.backend
    return ""
