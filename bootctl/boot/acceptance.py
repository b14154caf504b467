"""What is said of entries of ``verify.ignore`` and ``verify.baseline`` that accept nothing, or no more."""

from collections.abc import Iterable, Sequence

from bootctl.errors import DriftError
from bootctl.output import log
from bootctl.verify.policy import Acceptance


def tell_unused(items: Iterable[Acceptance]) -> None:
    """Log each entry that accepts nothing of what was found."""
    for item in items:
        _tell("verify.unused", item, f"{item.setting} accepts nothing that was found by {item}")


def tell_expired(items: Iterable[Acceptance]) -> None:
    """Log each entry whose last day is past, and whose difference counts again."""
    for item in items:
        _tell("verify.expired", item, f"{item.setting} accepts this no more: {item}")


def add_expired(error: DriftError, items: Sequence[Acceptance]) -> DriftError:
    """Return the error, which says on which terms some of the drift was accepted."""
    if items:
        told = list(map(str, items))
        error.add(f"accepted no more: {'; '.join(told)}", expired=told)
    return error


def _tell(name: str, item: Acceptance, message: str) -> None:
    log.event(
        name,
        message,
        level="WARNING",
        setting=item.setting,
        entry=item.entry,
        owner=item.owner,
        reason=item.reason,
        expires=item.expires,
    )
