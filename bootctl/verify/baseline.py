"""The file of accepted differences: each may have an owner, a reason and a day on which it ends."""

import errno
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bootctl.config.files import is_there, read_text, replace_file
from bootctl.database.state import Difference
from bootctl.errors import SettingsError, UsageError
from bootctl.output import printable
from bootctl.output.redact import redactor
from bootctl.values import frozen


@frozen
class Terms:
    """On which terms a difference is accepted: whose it is, why, and until when."""

    owner: str = ""
    reason: str = ""
    expires: date | None = None
    """The last day, UTC; ``None``: it never ends."""

    @property
    def are_over(self) -> bool:
        """Return whether the last day is past."""
        return self.expires is not None and self.expires < datetime.now(UTC).date()


Baseline = Mapping[Difference, Terms]
"""What is accepted: a report has no secret, where a difference may have one."""


def read(path: Path) -> Baseline:
    """Return what the file accepts, which ``written`` or ``bootctl check --format json`` made.

    Raises ``SettingsError`` where it is neither.
    """
    try:
        document = json.loads(read_text(path))
        return dict(_entry(item) for item in document["differences"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f": {error}" if isinstance(error, _TermsError) else ""
        raise SettingsError(
            f"verify.baseline {path} is not a report of `bootctl check --format json`{why}",
            hint="Write it with `bootctl check --write-baseline FILE`, or "
            "`bootctl check --format json > FILE`.",
            file=str(path),
        ) from None


def known(item: Difference, baseline: Baseline) -> Difference | None:
    """Return the entry for a difference, which may have been written with its secrets masked."""
    return next((one for one in (item, item.told(redactor.result)) if one in baseline), None)


def written(
    path: Path, found: Iterable[Difference], before: Baseline, given: Terms
) -> dict[Difference, Terms]:
    """Write what is ``found`` into the file at ``path``, and return it.

    What ``before`` has stays on its terms; of those that are ``given``, each takes the place of
    one that it lacks, or that is over.
    """
    accepted: dict[Difference, Terms] = {}
    for item in found:
        entry = known(item, before)
        terms = before[entry] if entry else Terms()
        accepted[item.told(redactor.result)] = _completed(terms, given)
    entries = sorted(accepted.items(), key=lambda pair: _identity(pair[0]))
    document = {"differences": [_document(*pair) for pair in entries]}
    _replace(path, printable.as_json(redactor.result(document), indent=2) + "\n")
    return accepted


def existing(path: Path) -> Baseline:
    """Return what a file accepts that is to be written anew; nothing where there is none."""
    return read(path) if is_there(path) and path.stat().st_size else {}


_TERMS = ("owner", "reason", "expires")
_KEYS = {"wrong", *_TERMS, *(field.name for field in fields(Difference))}
"""What an entry may have: it may be one of a report, of which only what identifies it is read."""


class _TermsError(ValueError):
    """The terms of an entry are not understood."""


def _entry(item: Any) -> tuple[Difference, Terms]:
    if unknown := set(item) - _KEYS:
        raise _TermsError(f"an entry has {', '.join(sorted(map(repr, unknown)))}, which none has")
    difference = Difference(item["kind"], item["name"], item.get("detail", ""))
    owner, reason, expires = (item.get(key) or "" for key in _TERMS)
    for text in (*_identity(difference), owner, reason):
        if not isinstance(text, str):
            raise TypeError(text)
    return difference, Terms(owner, reason, day(expires, str(difference)) if expires else None)


def day(text: Any, what: str) -> date:
    """Return the day that is written as ``YYYY-MM-DD``. Raises ``ValueError``, which names ``what``."""
    with suppress(ValueError, TypeError):
        return datetime.strptime(text, "%Y-%m-%d").date()
    raise _TermsError(f"expires of {what} is {text!r}, which is no day such as 2027-01-31")


def _completed(terms: Terms, given: Terms) -> Terms:
    ends = given.expires if terms.expires is None or terms.are_over else terms.expires
    return replace(
        terms,
        owner=terms.owner or given.owner,
        reason=terms.reason or given.reason,
        expires=ends or terms.expires,
    )


def _identity(item: Difference) -> tuple[str, str, str]:
    return item.kind, item.name, item.detail


def _document(item: Difference, terms: Terms) -> dict[str, str]:
    return {
        "kind": item.kind,
        "name": item.name,
        "detail": item.detail,
        "owner": terms.owner,
        "reason": terms.reason,
        "expires": str(terms.expires or ""),
    }


def _replace(path: Path, text: str) -> None:
    try:
        if is_there(path) and not path.is_file():
            raise OSError(errno.EINVAL, "it is no file")
        replace_file(path.resolve(), text.encode())  # a link stays one
    except OSError as error:
        raise UsageError(
            f"the baseline cannot be written to {path}: {error.strerror}",
            hint=f"Name a file that this user (uid {os.getuid()}) can write.",
            file=str(path),
        ) from None
