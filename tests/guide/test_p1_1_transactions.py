"""P1.1: transaction boundaries, and repositories."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.services.practices import Edit, Practice, edited
from tests.support.services.source import Module, Service, service

_WRITING = {
    "add",
    "add_all",
    "commit",
    "create",
    "bulk_create",
    "execute",
    "flush",
    "save",
    "scalar",
    "scalars",
}


def repositories_are_used_in_transactions(project: Service) -> Iterator[str]:
    """Each is made inside of ``async with transaction()``."""
    for module in project.modules:
        inside = {id(node) for block in _transactions(module) for node in ast.walk(block)}
        for name, call in module.calls():
            if name.endswith("Repository") and id(call) not in inside:
                yield f"{module.name}, line {call.lineno}: {name} outside of a transaction"


def what_belongs_together_is_one_transaction(project: Service) -> Iterator[str]:
    """A use writes once: a function with two transactions could be half done."""
    for module in project.modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.AsyncFunctionDef) and node.name != "register":
                blocks = [block for block in _transactions(module) if block in list(ast.walk(node))]
                if len(blocks) > 1:
                    yield f"{module.name}.{node.name} has {len(blocks)} transactions"


def only_repositories_query(project: Service) -> Iterator[str]:
    """No session, connection or table is asked anywhere else."""
    for module in project.modules:
        if (
            "repository" not in module.name
            and module.name.rpartition(".")[2] not in _INFRASTRUCTURE
        ):
            for name, call in module.calls():
                owner, _, method = name.rpartition(".")
                if method in _WRITING and owner.rpartition(".")[2] in (
                    "session",
                    "connection",
                    "_session",
                    "_connection",
                ):
                    yield f"{module.name}, line {call.lineno}: {name}"


def what_the_database_refuses_is_an_api_error(project: Service) -> Iterator[str]:
    """A constraint is 409, a database that is away 503; neither tells what was sent to it."""
    handled = {
        ast.unparse(name)
        for node in ast.walk(project.module("transactions").tree)
        if isinstance(node, ast.ExceptHandler) and node.type
        for name in (node.type.elts if isinstance(node.type, ast.Tuple) else [node.type])
    }
    yield from (
        f"{name} is not translated"
        for name in ("IntegrityError", "OperationalError", "OSError")
        if name not in handled
    )
    for error in ("ConflictError", "UnavailableError"):
        if f"raise {error} from error" not in project.module("transactions").text:
            yield f"{error} is not raised, or tells what the driver said"


_INFRASTRUCTURE = {"base", "database", "engine", "history", "migrations", "transactions", "cache"}


def _transactions(module: Module) -> list[ast.AsyncWith]:
    return [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.AsyncWith)
        and any(ast.unparse(item.context_expr) == "transaction()" for item in node.items)
    ]


PRACTICES = (
    Practice(
        repositories_are_used_in_transactions,
        (
            Edit("users", "async with transaction():", "if True:"),
            Edit("workflow", "async with transaction():", "if True:"),
        ),
    ),
    Practice(
        what_belongs_together_is_one_transaction,
        (
            Edit(
                "workflow",
                "        author = await UsersRepository()",
                "    async with transaction():\n        author = await UsersRepository()",
            ),
        ),
    ),
    Practice(
        only_repositories_query,
        (
            Edit(
                "users",
                "password_hash=await hash_password(",
                "password_hash=await session.execute(",
            ),
        ),
    ),
    Practice(
        what_the_database_refuses_is_an_api_error,
        (
            Edit("transactions", "except IntegrityError as error:", "except KeyError as error:"),
            Edit(
                "transactions",
                "raise ConflictError from error",
                "raise ConflictError(str(error)) from error",
            ),
        ),
    ),
)


def test_it_is_so(practice: Practice, name: str) -> None:
    assert list(practice.check(service(name))) == []


def test_it_is_seen_when_it_is_not(
    practice: Practice, edit: Edit, name: str, tmp_path: Path
) -> None:
    assert list(practice.check(edited(name, tmp_path, edit)))
