"""All that leaves the process: the log, the terminal, the verdict, without secrets."""

__all__ = [
    "capture",
    "display",
    "early",
    "events",
    "exits",
    "held",
    "interruption",
    "lines",
    "log",
    "observers",
    "plain",
    "printable",
    "process_state",
    "redact",
    "screen",
    "stopwatch",
    "streams",
    "system",
    "termination",
    "weak_secrets",
]
