"""Whether compiled code that Python used is what its source says.

Python believes a ``.pyc`` by the time and the size of its source, so that it may run what a source
with the same two said before: https://docs.python.org/3/reference/import.html#pyc-invalidation.
"""

import marshal
from importlib.util import MAGIC_NUMBER
from pathlib import Path

_HEADER = 16


def is_of(compiled: str, source: str) -> bool:
    """Return whether the file ``compiled`` holds the code of ``source``, or is none that Python takes."""
    try:
        data = Path(compiled).read_bytes()
        if data[: len(MAGIC_NUMBER)] != MAGIC_NUMBER:
            return True
        code = compile(Path(source).read_bytes(), source, "exec", dont_inherit=True)
        return bool(marshal.loads(data[_HEADER:]) == code)  # noqa: S302  # Python has run it
    except FileNotFoundError:
        return True
    except (OSError, EOFError, ValueError, TypeError, SyntaxError):
        return False
