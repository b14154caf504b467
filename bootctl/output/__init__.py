"""All that leaves the process: the log, the terminal, the verdict, without secrets."""

__all__ = [
    "capture",
    "early",
    "events",
    "exits",
    "held",
    "interruption",
    "lines",
    "log",
    "plain",
    "printable",
    "process_state",
    "redact",
    "stopwatch",
    "streams",
    "system",
    "termination",
    "weak_secrets",
]
