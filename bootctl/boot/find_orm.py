"""The first stage, which ``detect`` is all of: it imports nothing of those that follow."""

from bootctl.config.invocation import Invocation
from bootctl.output import log
from bootctl.project import detect
from bootctl.project.detect import Detected


def find_orm(invocation: Invocation, *, thorough: bool = False) -> Detected:
    """Return the ORM that the project migrates with, by its evidence; by all there is if ``thorough``."""
    with log.stage("detect"):
        orm = invocation.loaded.settings.orm
        detected = detect.detect(invocation.root, orm, thorough=thorough)
        log.event(
            "detect.found",
            f"{detected.backend}, by {detected.evidence[0].what}",
            backend=detected.backend,
            evidence=[item.what for item in detected.evidence],
        )
        return detected
