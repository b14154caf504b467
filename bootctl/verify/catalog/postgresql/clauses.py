"""The clauses of a definition that the server has rendered."""

import re

_TOKEN = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|[()]|[^()'"]+""")


def groups(definition: str) -> list[tuple[str, str]]:
    """Return what is in parentheses, each after the text before it.

    ``UNIQUE (a, lower(b)) INCLUDE (c)`` is ``UNIQUE``, ``a, lower(b)`` and ``INCLUDE``, ``c``.
    """
    found: list[tuple[str, str]] = []
    depth, before, inside = 0, "", ""
    for token in _TOKEN.findall(definition):
        if token == ")":
            depth -= 1
            if depth == 0:
                found.append((before.strip(), inside))
                before, inside = "", ""
                continue
        if depth:
            inside += token
        elif token != "(":
            before += token
        if token == "(":
            depth += 1
    return found
