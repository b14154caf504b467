"""Tracebacks and warnings as the log gives them: a source line may hold a password."""

import traceback

from bootctl.database.causes import said


def trace(error: BaseException) -> str:
    """Return the traceback without its source lines."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = f"{trace(cause)}\n" if cause is not None else ""
    frames = traceback.walk_tb(error.__traceback__)
    places = (f"  {f.f_code.co_filename}:{line} in {f.f_code.co_name}\n" for f, line in frames)
    return f"{before}{''.join(places)}{type(error).__name__}: {said(error)}"


def warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,
) -> str:
    """Return a warning as ``warnings.formatwarning`` does, without the source line."""
    return f"{filename}:{lineno}: {category.__name__}: {message}"
