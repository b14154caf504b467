"""The commands that most sections measure."""

from collections.abc import Mapping
from pathlib import Path

from tests.bench.processes import Subject

CACHED = "boot at head, cached"
FULL = "boot at head, full"
UPGRADE = "alembic upgrade head"
TWO = "alembic upgrade head && alembic check"
_BOOT = ("bootctl", "run", "--", "true")


def boots(root: Path, env: Mapping[str, str], more: str = "") -> list[Subject]:
    """Return the boot that believes a receipt, and the one that verifies; ``more`` is of their names."""
    full = {**env, "BOOTCTL__VERIFY__MODE": "full"}
    return [
        Subject(CACHED + more, _BOOT, root, env, proof="verify.cached"),
        Subject(FULL + more, _BOOT, root, full, proof="verify.clean"),
    ]


def at_head(root: Path, env: Mapping[str, str]) -> None:
    """Migrate, and boot once more: what a first boot leaves for the next ones is then there."""
    for command in (("bootctl", "migrate"), _BOOT):
        Subject(" ".join(command), command, root, env).run()
