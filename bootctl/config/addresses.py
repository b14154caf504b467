"""Addresses to listen at, as a setting has them."""

import re

from bootctl.values import frozen

_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[^\s:/\[\]]*):([0-9]{1,5})(/[!-~]*)?")
_LAST_PORT = 65535


@frozen
class Address:
    """A port of an interface, and a path there."""

    host: str
    """Empty: every interface."""
    port: int
    path: str
    """Empty where none was named."""


def parse(text: str) -> Address:
    """Return the address. Raises ``ValueError`` for what is none."""
    found = _ADDRESS.fullmatch(text.strip())
    if found is None or not 0 < int(found[2]) <= _LAST_PORT:
        raise ValueError(f"{text!r} is not HOST:PORT, such as 0.0.0.0:8000, or HOST:PORT/PATH")
    return Address(found[1].strip("[]"), int(found[2]), found[3] or "")


def checked(text: str) -> str:
    """Return ``text`` where it is an address, as a setting is validated. Raises ``ValueError``."""
    parse(text)
    return text.strip()
