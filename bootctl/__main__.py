"""The console script, which is ``python -m bootctl`` too."""

from bootctl.output import early


def main() -> None:
    """Be bootctl: what has to be early comes before the imports, which take their time."""
    early.hold_signals()
    early.open_standard_descriptors()
    from bootctl.cli import commands

    commands.main()


if __name__ == "__main__":
    main()
