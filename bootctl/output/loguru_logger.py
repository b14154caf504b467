"""loguru, where ``log.file`` is written or the project's code logs with it: other boots do without.

The logger of the log is a copy of its own, made before the project's code can change the other.
"""

import copy
import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING

from bootctl.output.imported import Execute, Finder

if TYPE_CHECKING:
    import loguru

    Sink = Callable[[loguru.Message], object]

_NAME = "loguru"
_own: "loguru.Logger | None" = None
_lead: Callable[["loguru.Message"], object] | None = None


def lead_to(sink: "Sink") -> None:
    """Have what the project logs with loguru come to ``sink``, and nowhere else, once it is imported."""
    global _lead
    if _lead is not None:
        return
    _lead = sink
    sys.meta_path.insert(0, Finder(_NAME, _imported))
    if _NAME in sys.modules:
        _take(sys.modules[_NAME])


def own() -> "loguru.Logger":
    """Return the logger that is the log's alone."""
    importlib.import_module(_NAME)
    assert _own is not None  # it is led to the log
    return _own


def _imported(module: ModuleType, execute: Execute) -> None:
    execute(module)
    if module.__name__ == _NAME:
        _take(module)


def _take(module: ModuleType) -> None:
    global _own
    module.logger.remove()  # a logger with a handler cannot be copied
    _own = copy.deepcopy(module.logger)
    module.logger.add(_lead, level="INFO", format="")
