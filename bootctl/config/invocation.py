"""One invocation of a command: all that it was given."""

from pathlib import Path

from bootctl.config.sources import Loaded
from bootctl.values import frozen

TENANT = "BOOTCTL_TENANT"
"""The variable that names the tenant whose database is meant, where there are many."""


@frozen
class Invocation:
    """The project, its settings, and the environment as it was at the start."""

    root: Path
    loaded: Loaded
    environ: dict[str, str]
