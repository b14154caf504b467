"""What an exception says, and what it wraps."""

from collections.abc import Iterator


def chain(error: BaseException) -> Iterator[BaseException]:
    """``error`` and the errors it wraps, outermost first."""
    seen: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop(0)
        if current is not None and current not in seen:
            seen.append(current)
            yield current
            waiting += [getattr(current, "orig", None), current.__cause__, current.__context__]
            waiting += getattr(current, "exceptions", ())  # an ExceptionGroup's


def root_message(error: BaseException) -> str:
    """Return what the driver itself said, without the statement that SQLAlchemy adds."""
    original = getattr(error, "orig", None) or error
    text = " ".join(said(original).split()) or type(original).__name__
    return text.removeprefix("<class 'asyncpg.exceptions.").replace("'>:", ":", 1)


def said(error: BaseException) -> str:
    """Return the text of ``error``, which is code too, and may fail."""
    try:
        return str(error)
    except Exception:
        return ""
