"""pydantic without its search for plugins, which reads the metadata of every package that is installed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

_LOADER = "pydantic.plugin._loader"


@contextmanager
def without_plugins() -> Iterator[None]:
    """Let models be made inside without plugins, which may change those of the project, made later."""
    if _LOADER in sys.modules:
        yield
        return
    loader = ModuleType(_LOADER)
    vars(loader)["get_plugins"] = tuple
    sys.modules[_LOADER] = loader
    try:
        yield
    finally:
        del sys.modules[_LOADER]
