"""P1.3: discipline of asynchronous input and output."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.services.practices import Edit, Practice, edited
from tests.support.services.source import Service, service

_CLIENTS = ("Cache", "Mailer")
_BLOCKING = (
    "time.sleep",
    "open",
    "input",
    "subprocess.",
    "requests.",
    "urllib.",
    "smtplib.",
    "sqlite3.",
    "socket.",
    "hashlib.scrypt",
    "hashlib.pbkdf2_hmac",
    "bcrypt.",
    "Path.read_text",
)
_FORGETTING = ("asyncio.create_task", "asyncio.ensure_future", "loop.create_task", "asyncio.run")


def clients_are_opened_and_closed(project: Service) -> Iterator[str]:
    """The cache and mail are reached by ``async with`` only."""
    for module in project.modules:
        managed = {
            id(item.context_expr)
            for node in ast.walk(module.tree)
            if isinstance(node, ast.AsyncWith)
            for item in node.items
        }
        for name, call in module.calls():
            if name in _CLIENTS and id(call) not in managed:
                yield f"{module.name}, line {call.lineno}: {name} is not closed"


def nothing_blocks(project: Service) -> Iterator[str]:
    """No function of the loop waits for a disk, a socket or a hash."""
    for module in project.modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.AsyncFunctionDef):
                for call in (found for found in ast.walk(node) if isinstance(found, ast.Call)):
                    if ast.unparse(call.func).startswith(_BLOCKING):
                        yield f"{module.name}, line {call.lineno}: {ast.unparse(call.func)}"


def nothing_is_left_running(project: Service) -> Iterator[str]:
    """What a request starts, it waits for."""
    for module in project.modules:
        yield from (f"{module.name}: {name}" for name, _ in module.calls() if name in _FORGETTING)


def what_is_open_is_closed_at_the_end(project: Service) -> Iterator[str]:
    """The service closes its connections when it stops."""
    [stop] = (
        node
        for node in ast.walk(project.module("lifespan").tree)
        if isinstance(node, ast.AsyncFunctionDef) and node.name == "stop"
    )
    closed = {ast.unparse(n.func) for n in ast.walk(stop) if isinstance(n, ast.Call)}
    database = "models.close" if project.design == "mvc" else "database.close"
    yield from (f"no {call}" for call in ("cache.close", database) if call not in closed)


def what_is_beside_the_work_cannot_undo_it(project: Service) -> Iterator[str]:
    """A cache or a mail server that is away is logged, and the request is answered."""
    for role, error in (("cache", "RedisError"), ("mailing", "SMTPException")):
        if f"except ({error}, OSError)" not in project.module(role).text:
            yield f"{role}: {error} ends the request"
    for role in ("cache", "mailing"):
        if "timeout" not in project.module(role).text:
            yield f"{role} is waited for without end"


PRACTICES = (
    Practice(
        clients_are_opened_and_closed,
        (
            Edit(
                "workflow",
                "    async with Cache() as cache:\n        await cache.delete(_SUMMARY)",
                "    await Cache().delete(_SUMMARY)",
            ),
            Edit(
                "users",
                "async with Mailer() as mailer:",
                "mailer = Mailer()\n    if True:",
                ("ddd",),
            ),
            Edit(
                "users",
                "async with Mailer() as mailer:",
                "mailer = Mailer()\n        if True:",
                ("mvc",),
            ),
        ),
    ),
    Practice(
        nothing_blocks,
        (
            Edit(
                "workflow",
                "    async with Cache() as cache:\n        await cache.delete",
                "    time.sleep(1)\n    async with Cache() as cache:\n        await cache.delete",
            ),
            Edit(
                "authentication",
                "return await asyncio.to_thread(\n        hashlib.scrypt, password.encode(),",
                "return hashlib.scrypt(password.encode(),",
            ),
        ),
    ),
    Practice(
        nothing_is_left_running,
        (Edit("workflow", "await _forget_summary()", "asyncio.create_task(_forget_summary())"),),
    ),
    Practice(
        what_is_open_is_closed_at_the_end,
        (Edit("lifespan", "    await cache.close()\n", ""),),
    ),
    Practice(
        what_is_beside_the_work_cannot_undo_it,
        (
            Edit("cache", "except (RedisError, OSError)", "except ValueError"),
            Edit("mailing", "        timeout=known.timeout_seconds,\n", ""),
            Edit("mailing", "except (SMTPException, OSError)", "except ValueError"),
        ),
    ),
)


def test_it_is_so(practice: Practice, name: str) -> None:
    assert list(practice.check(service(name))) == []


def test_it_is_seen_when_it_is_not(
    practice: Practice, edit: Edit, name: str, tmp_path: Path
) -> None:
    assert list(practice.check(edited(name, tmp_path, edit)))
