"""The clauses of a definition that the server has rendered."""

import re

_PIECE = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|[^()'"]+""")


def groups(definition: str) -> list[tuple[str, str]]:
    """Return what is in parentheses, each after the text before it.

    ``UNIQUE (a, lower(b)) INCLUDE (c)`` is ``UNIQUE``, ``a, lower(b)`` and ``INCLUDE``, ``c``.
    """
    found: list[tuple[str, str]] = []
    depth, before, inside = 0, "", ""
    for piece in _PIECE.findall(definition):
        if piece == ")":
            depth -= 1
            if depth == 0:
                found.append((before.strip(), inside))
                before, inside = "", ""
                continue
        if depth:
            inside += piece
        elif piece != "(":
            before += piece
        if piece == "(":
            depth += 1
    return found
