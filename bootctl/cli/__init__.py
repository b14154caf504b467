"""The command line: it parses, calls ``boot`` or ``init``, prints the result, and ends the process."""

__all__ = [
    "commands",
    "forking",
    "quick",
]
