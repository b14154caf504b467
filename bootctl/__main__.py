"""The console script, which is ``python -m bootctl`` too."""

import gc
import os
import sys

from bootctl.output import early

_OBJECTS_BETWEEN_COLLECTIONS = 500_000
"""Imports make many objects and hardly any garbage. Once they are done, ``wait`` has it looked for."""


def main() -> None:
    """Be bootctl: what has to be early comes before the imports, which take their time."""
    early.hold_signals()
    early.open_standard_descriptors()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    if early.FORKS in os.environ:
        from bootctl.cli import forking

        forking.serve()
    if sys.argv[1:2] == ["run"]:
        from bootctl.cli import quick

        quick.attempt()
    from bootctl.cli import commands

    commands.main()


if __name__ == "__main__":
    main()
