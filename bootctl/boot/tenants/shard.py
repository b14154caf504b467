"""Which part of the tenants is this process's, where several share them."""

import re
from collections.abc import Mapping, Sequence
from zlib import crc32

from bootctl.errors import SettingsError
from bootctl.values import frozen

_INDEX, _COUNT = "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS"
"""The first is set by Kubernetes in each pod of an Indexed Job, the second by the manifest."""


@frozen
class Shard:
    """One of ``count`` parts, counted from 0."""

    index: int
    count: int

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def of(self, tenants: Sequence[str]) -> list[str]:
        """Return its own: by their names, so that a tenant that is added moves no other one."""
        return [name for name in tenants if crc32(name.encode()) % self.count == self.index]


WHOLE = Shard(0, 1)


def of(given: str | None, environ: Mapping[str, str]) -> Shard:
    """Return the shard that is ``given``, or that Kubernetes gives to a pod of an Indexed Job.

    Raises ``SettingsError`` for what is none.
    """
    if given is not None:
        return _parsed(given, "--shard")
    if _INDEX not in environ:
        return WHOLE
    if _COUNT not in environ:
        raise SettingsError(
            f"{_INDEX} is set, and nothing says how many shards there are",
            hint=f"Set {_COUNT} to the Job's completions in its container, or pass --shard.",
            setting=_COUNT,
        )
    return _parsed(f"{environ[_INDEX]}/{environ[_COUNT]}", f"{_INDEX}/{_COUNT}")


def _parsed(text: str, name: str) -> Shard:
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
    if found and int(found[1]) < int(found[2]):
        return Shard(int(found[1]), int(found[2]))
    raise SettingsError(
        f"{name} is {text!r}, which is no shard",
        hint="Write it as I/N, I from 0 to N-1: 0/4 is the first of four.",
        setting=name,
    )
