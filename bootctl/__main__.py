"""``python -m bootctl``."""

from bootctl.cli.commands import main

main()
