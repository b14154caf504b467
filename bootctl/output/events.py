"""The table of log events: what each says, and its fields besides the common ones."""

EVENTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "log.file_lost": ("log.file cannot be written any more", ()),
    "log.metrics_unwritten": (
        "log.metrics cannot be written: the boot goes on without it",
        ("file",),
    ),
    "trace.sent": (
        "the OTEL variables ask for traces: the one of this boot was taken by the collector",
        ("trace_id", "spans"),
    ),
    "trace.unsent": (
        "the OTEL variables ask for traces, and there is none of this boot; the boot goes on",
        (),
    ),
    "settings.weak_secret": (
        "secrets that are masked only where they stand as credentials, by what names them",
        ("secrets", "hint"),
    ),
    "detect.found": ("the backend, and what speaks for it", ("backend", "evidence")),
    "wait.retry": (
        "a dependency is not ready: the first failure, each change, and every 10 s",
        ("target", "cause", "attempt", "duration_ms"),
    ),
    "wait.ready": (
        "a dependency is ready; depth says how much of it was asked",
        ("target", "depth", "attempt", "duration_ms"),
    ),
    "wait.skipped": (
        "`wait.optional` names a dependency that is not ready: the boot goes on without it",
        ("target", "cause", "attempt", "duration_ms"),
    ),
    "lock.waiting": (
        "another process has the migration lock: at first, for each holder, and every 10 s",
        ("target", "holder", "holder_pid", "duration_ms"),
    ),
    "lock.acquired": ("this process is the one that migrates", ("target", "duration_ms")),
    "lock.unneeded": (
        "while this process waited for the lock, another has migrated",
        ("duration_ms",),
    ),
    "migrate.waiting": ("migrate.mode is wait, and migrations are pending", ()),
    "migrate.stepwise": ("a migration opted out of the one transaction of SQLite", ()),
    "migrate.unstated": (
        "a file of Aerich's without MODELS_STATE is applied",
        ("revision", "hint"),
    ),
    "migrate.risk": (
        "a statement of a pending migration that loses data of a live table, or blocks or rewrites one "
        "that is not small; hint is the safer way",
        (
            *("revision", "file", "kind", "rule", "by", "table", "rows", "bytes", "statement"),
            "hint",
        ),
    ),
    "migrate.breaks_running": (
        "what migrations change that the version which runs needs, by its receipt: once before they are "
        "committed where that can be seen, or else afterwards; hint is the way in two steps",
        (
            *("revision", "file", "kind", "object", "database", "why", "version", "verified_at"),
            *("statement", "is_committed", "hint"),
        ),
    ),
    "migrate.running_unknown": (
        "it is not known whether the version that runs can go on, or not before the commit: why",
        ("why",),
    ),
    "migrate.not_looked_at": ("what the risk of a migration was not judged by, and why", ("what",)),
    "migrate.applying": ("a migration starts", ("revision", "file")),
    "migrate.applied": (
        "a migration is committed, or stays applied after a failure",
        ("revision", "duration_ms"),
    ),
    "migrate.progress": (
        "a migration takes long: after 10 s, then less and less often, at least each minute. What its last "
        "statement is, and what the server says of it; blockers are those that it waits for",
        (
            *(
                "revision",
                "duration_ms",
                "statement",
                "table",
                "statement_ms",
                "state",
                "wait_event",
            ),
            *("phase", "done", "total", "unit", "percent", "blockers"),
        ),
    ),
    "migrate.blocked": (
        "the migration waits for a lock: after a second, for each change, and every 10 s",
        ("blockers", "duration_ms"),
    ),
    "migrate.retry": (
        "a migration that lost nothing but a lock is tried again",
        ("revision", "attempt", "blockers"),
    ),
    "migrate.untimed": ("migrate.statement_timeout has no effect on SQLite", ()),
    "ledger.unavailable": (
        "the ledger cannot be written or read, and the boot goes on without it",
        ("hint",),
    ),
    "migrate.done": (
        "the database is at the code's head, or compatibly ahead of it, and verified; or its drift is "
        "tolerated",
        ("duration_ms",),
    ),
    "verify.before_commit": (
        "how long the verification held the migrations' locks",
        ("locks_held_ms",),
    ),
    "verify.baseline_written": (
        "`check --write-baseline` has written what is found into a file",
        ("file", "entries"),
    ),
    "verify.needs_written": (
        "`check --write-needs` has written what the code needs into a file",
        ("file",),
    ),
    "verify.cached": (
        "nothing has changed since a verification, and no code was imported; at is when that was, and "
        "read the number of files that were read to be hashed",
        ("at", "backend", "files", "read", "duration_ms"),
    ),
    "verify.clean": (
        "the schema is what the models say, as far as it was compared",
        ("accepted", "compared_with", "not_compared"),
    ),
    "verify.compatible": (
        "the code starts on a database that is ahead of it, and whose other differences are these",
        ("target", "unknown", "differences", "accepted"),
    ),
    "verify.drift": ("one difference", ("kind", "object", "database", "not_compared")),
    "verify.full": (
        "the schema was verified in full: why no receipt was enough, and whether one is kept now",
        ("reason", "receipt", "not_kept"),
    ),
    "verify.expired": (
        "an entry of verify.baseline whose last day is past: what it accepted counts again",
        ("setting", "entry", "owner", "reason", "expires"),
    ),
    "verify.not_compared": (
        "a column's default that the database cannot compare with the model's",
        ("object", "hint"),
    ),
    "verify.scratch": (
        "`check --scratch` replays the migrations on an empty database, which it drops",
        ("target",),
    ),
    "verify.irreversible": ("a migration that no downgrade undoes", ("revision", "file")),
    "verify.lock_written": (
        "`check --scratch --write` has written what the migrations make",
        ("file",),
    ),
    "verify.unimported": (
        "a class in a module that nothing imports, so that its table is in no comparison",
        ("kind", "object", "file", "line", "hint"),
    ),
    "verify.skipped": (
        "the schema is not verified: a setting says so, or env.py runs migrations for no database",
        (),
    ),
    "verify.tolerated": (
        "one difference in spite of which verify.on_drift lets the boot go on, and why",
        ("kind", "object", "database", "why"),
    ),
    "verify.unused": (
        "an entry of verify.ignore or verify.baseline that accepts nothing that was found",
        ("setting", "entry", "owner", "reason", "expires"),
    ),
    "tenants.found": (
        "a command with `--tenants` knows which there are: how many of them are this shard's, and what names them",
        ("tenants", "source", "shard"),
    ),
    "tenants.ended": (
        "a tenant is done; cached: its receipt held, and nothing else was done. Lines of what was done, of any "
        "stage, have its name too",
        ("tenant", "exit_code", "applied", "cached", "duration_ms"),
    ),
    "tenants.done": ("no tenant of the shard has failed", ("duration_ms",)),
    "resolve.done": (
        "`bootctl resolve` has taken a way out, and the database shows it",
        ("way", "revision", "target", "by"),
    ),
    "resolve.unneeded": ("`bootctl resolve` has found nothing left to do", ()),
    "exec.rewritten": ("the server command is run without Robyn's wrapper", ("command",)),
    "exec.undrained": ("the server, as PID 1, does not end on SIGTERM", ("hint",)),
    "exec": (
        "the last line before the server's own: bootctl becomes it, or its init",
        ("command", "source", "mode", "pid", "pythonpath"),
    ),
    "drain.begun": (
        "a Robyn server is being stopped, and finishes what it was asked",
        ("workers",),
    ),
    "drain.cut": (
        "requests are dropped, or the server is killed: after server.stop_timeout, or a second signal",
        (),
    ),
    "drain.done": ("the server has stopped", ("duration_ms",)),
    "init.fitted": (
        "what the entrypoint files are fitted to",
        ("service", "python", "driver", "health", "server"),
    ),
    "init.no_server": ("what the image is to start, or what serves it, is not known", ("hint",)),
    "init.written": ("an entrypoint file is in the project", ("file",)),
    "init.kept": ("an entrypoint file is there already, as it would be written", ("file",)),
    "boot.answering": (
        "server.startup_health names an address: probes are answered there until the server starts",
        ("address",),
    ),
    "boot.failed": (
        "the verdict, always the last line of a failure; stage is where it failed",
        ("exit_code", "hint"),
    ),
}

FORWARDED = {
    "log": ("a record of a library's or the project's own logging", ("logger",)),
    "output": ("a line that the project's code printed", ("stream",)),
}
"""Events of any stage: ``inspect.log``, ``migrate.output``."""


def is_documented(name: str) -> bool:
    """Return whether the event is in the tables."""
    return name in EVENTS or name.partition(".")[2] in FORWARDED
