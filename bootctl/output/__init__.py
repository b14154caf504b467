"""All that leaves the process: the log, the terminal, the verdict, without secrets."""
