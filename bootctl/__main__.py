"""``python -m bootctl``."""

from bootctl.cli import main

main()
