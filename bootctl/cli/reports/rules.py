"""Where the manual says what a kind of difference is."""

from importlib.metadata import PackageNotFoundError, metadata

_PAGE = "drift/"
_ALL = "the-kinds-of-differences"
_SIGNS = (
    "missing",
    "unexpected",
    "changed",
    "invalid",
    "stale lock",
    "round trip",
    "breaks running",
)
"""The kinds that have a heading of their own there; what they are of follows."""


def page(kind: str) -> str:
    """Return the address of its place in the manual; empty where the package names no documentation.

    A rule's ``helpUri`` has to be absolute (SARIF 2.1.0, 3.49.12), so it is that of ``[project.urls]``.
    """
    address = _documentation()
    return f"{address.rstrip('/')}/{_PAGE}#{anchor(kind)}" if address else ""


def anchor(kind: str) -> str:
    """Return the heading that a kind is below."""
    return next((sign.replace(" ", "-") for sign in _SIGNS if kind.startswith(sign)), _ALL)


def _documentation() -> str:
    try:
        urls = metadata("bootctl").get_all("Project-URL") or []
    except PackageNotFoundError:  # from a checkout
        return ""
    named = (url.partition(", ") for url in urls)
    return next((url for name, _, url in named if name.lower() == "documentation"), "")
