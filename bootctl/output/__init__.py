"""All that leaves the process: the log, the terminal, the verdict, without secrets."""

__all__ = [
    "capture",
    "exits",
    "interruption",
    "lines",
    "log",
    "printable",
    "redact",
    "stopwatch",
    "streams",
    "termination",
    "weak_secrets",
]
