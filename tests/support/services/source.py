"""The source of a service, as the guide's checks read it: imports, routes, calls."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import SERVICES

_ROLES = {
    "ddd": {
        "routes": "presentation/tickets/rest.py",
        "contracts": "presentation/tickets/contracts.py",
        "registry": "presentation/__init__.py",
        "workflow": "operational/tickets.py",
        "users": "operational/users.py",
        "rules": "domain/tickets/workflow.py",
        "repository": "infrastructure/database/repository/tickets.py",
        "transactions": "infrastructure/database/services/transactions.py",
        "migration state": "infrastructure/database/services/migrations.py",
        "authentication": "infrastructure/authentication.py",
        "cache": "infrastructure/cache.py",
        "mailing": "infrastructure/mailing.py",
        "logging": "infrastructure/logging.py",
        "sessions": "infrastructure/application/middlewares/sessions.py",
        "envelopes": "infrastructure/application/middlewares/envelopes.py",
        "tracing": "infrastructure/application/middlewares/tracing.py",
        "limits": "infrastructure/application/middlewares/limits.py",
        "requests": "infrastructure/application/requests.py",
        "responses": "infrastructure/application/responses.py",
        "entities": "infrastructure/application/entities.py",
        "lifespan": "operational/lifespan.py",
        "tables": "infrastructure/database/tables/tickets.py",
    },
    "mvc": {
        "routes": "views/tickets.py",
        "contracts": "views/contracts.py",
        "registry": "urls.py",
        "workflow": "views/tickets.py",
        "users": "views/users.py",
        "rules": "models/workflow.py",
        "repository": "models/repository.py",
        "transactions": "models/database.py",
        "migration state": "models/history.py",
        "authentication": "authentication.py",
        "cache": "cache.py",
        "mailing": "mailing.py",
        "logging": "logs.py",
        "sessions": "middlewares/sessions.py",
        "envelopes": "middlewares/envelopes.py",
        "tracing": "middlewares/tracing.py",
        "limits": "middlewares/limits.py",
        "requests": "utils/requests.py",
        "responses": "utils/responses.py",
        "entities": "utils/entities.py",
        "lifespan": "server.py",
        "tables": "models/tables/tickets.py",
    },
}
_METHODS = {"get", "post", "put", "patch", "delete"}


@dataclass(frozen=True)
class Route:
    """A route, by the decorator of its handler."""

    method: str
    path: str
    needs_token: bool
    handler: ast.AsyncFunctionDef | ast.FunctionDef


@dataclass(frozen=True)
class Module:
    """One file of the service."""

    name: str
    """Dotted, below ``app``."""
    path: Path
    tree: ast.Module

    @property
    def text(self) -> str:
        """Its source."""
        return self.path.read_text()

    def imports(self) -> Iterator[str]:
        """What it imports, by absolute names; of ``from a import b`` it is ``a.b``."""
        for node in _nodes(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                start = self._absolute(node)
                yield from (f"{start}.{alias.name}" for alias in node.names)

    def calls(self) -> Iterator[tuple[str, ast.Call]]:
        """What it calls, as it is written."""
        for node in _nodes(self.tree):
            if isinstance(node, ast.Call):
                yield ast.unparse(node.func), node

    def routes(self) -> Iterator[Route]:
        """The routes that it declares on ``app``."""
        for node in _nodes(self.tree):
            if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef):
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and _is_route(decorator):
                        yield _route(decorator, node)

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        parts = ["app", *self.name.split(".")] if self.name else ["app"]
        above = node.level - (self.path.name == "__init__.py")
        return ".".join([*parts[: len(parts) - above], *([node.module] if node.module else [])])


class Service:
    """A service, or an edited copy of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.name = root.name
        self.design = root.name.partition("-")[0]
        self.code = root / "src/app"

    @functools.cached_property
    def modules(self) -> list[Module]:
        """Every module but the migrations, which are history."""
        found = []
        for path in sorted(self.code.rglob("*.py")):
            parts = path.relative_to(self.code).with_suffix("").parts
            if "migrations" not in parts[:-1]:
                name = ".".join(part for part in parts if part != "__init__")
                found.append(Module(name, path, _parsed(path.read_text())))
        return found

    def place(self, role: str) -> Path:
        """The file that has a role in this design, or that file of the project."""
        known = _ROLES[self.design]
        return self.code / known[role] if role in known else self.root / role

    def module(self, role: str) -> Module:
        """The module that has a role in this design."""
        [found] = (module for module in self.modules if module.path == self.place(role))
        return found

    def route_modules(self) -> list[Module]:
        """The modules that declare routes."""
        return [module for module in self.modules if list(module.routes())]


@functools.cache
def _parsed(text: str) -> ast.Module:
    """Copies differ in one file, and have the trees of the others in common."""
    return ast.parse(text)


@functools.cache
def _nodes(tree: ast.Module) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(tree))


def service(name: str) -> Service:
    """The service of that name, as it is in this checkout."""
    return Service(SERVICES / name)


def _is_route(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _METHODS
        and ast.unparse(function.value) == "app"
    )


def _route(call: ast.Call, handler: ast.AsyncFunctionDef | ast.FunctionDef) -> Route:
    options = {word.arg: ast.unparse(word.value) for word in call.keywords}
    method = ast.unparse(call.func).rpartition(".")[2].upper()
    return Route(
        method, ast.literal_eval(call.args[0]), options.get("auth_required") == "True", handler
    )
