"""Libraries that are met as soon as they are imported, whoever imports them."""

from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

Execute = Callable[[ModuleType], object]


class Finder:  # that is all that ``sys.meta_path`` asks for: ``importlib.abc`` imports thirty modules
    """Finds the modules of one ``package`` as Python does, and has ``around`` execute them."""

    def __init__(self, package: str, around: Callable[[ModuleType, Execute], None]) -> None:
        self._package = package
        self._around = around

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where a module of the package is; ``None`` of any other one."""
        if fullname.partition(".")[0] != self._package:
            return None
        found = PathFinder.find_spec(fullname, path)
        if found is not None and found.loader is not None:
            execute, around = found.loader.exec_module, self._around

            def exec_module(module: ModuleType) -> None:
                around(module, execute)

            found.loader.exec_module = exec_module  # type: ignore[method-assign]  # of this one
        return found
