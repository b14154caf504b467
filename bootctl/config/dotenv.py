"""The project's ``.env``, read once, as python-dotenv reads it."""

import io
import os
from collections import ChainMap
from pathlib import Path

from bootctl.config.files import is_there, read_text


def read_dotenv(path: Path) -> dict[str, str]:
    """Return the variables of the file at ``path``; none where there is no such file.

    A directory of this name is somebody's virtual environment. The values of variables that are
    named in others are put there as python-dotenv does, which copies all of them for each line.
    """
    if not is_there(path) or path.is_dir():
        return {}
    from dotenv.main import with_warn_for_invalid_lines
    from dotenv.parser import parse_stream

    values: dict[str, str | None] = {}
    known = ChainMap(values, dict[str, str | None](os.environ))
    for binding in with_warn_for_invalid_lines(parse_stream(io.StringIO(read_text(path)))):
        if binding.key is not None:
            values[binding.key] = _resolved(binding.value, known)
    return {key: value for key, value in values.items() if value is not None}


def _resolved(value: str | None, known: ChainMap[str, str | None]) -> str | None:
    if value is None or "${" not in value:
        return value
    from dotenv.variables import parse_variables

    return "".join(atom.resolve(known) for atom in parse_variables(value))
