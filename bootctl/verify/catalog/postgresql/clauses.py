"""The clauses of a definition that the server has rendered."""

import re

_QUOTED = r"""'(?:[^']|'')*'|"(?:[^"]|"")*\""""
_TYPE = r"""[\w ."]+?(?:\(\d+(?:,\d+)?\))?"""
_CAST = re.compile(rf"(\()?ARRAY\[((?:{_QUOTED}|[^]['\"])*)\](?(1)\))::({_TYPE})\[\]")
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


def read_again(expression: str) -> str:
    """Return an expression as the server renders it that has read it once more from its own words.

    ``CHECK (code IN ('a', 'b'))`` casts an array of VARCHAR. Of a dump, or of a statement that this
    text is in, the server makes an array of casts: the same, in other words.
    """
    return _CAST.sub(_cast_of_each, expression) if "ARRAY[" in expression else expression


def _cast_of_each(match: re.Match[str]) -> str:
    bracket, elements, kind = match.groups()
    form = "({})::{}" if bracket else "{}::{}"
    return f"ARRAY[{', '.join(form.format(each, kind) for each in _elements(elements))}]"


def _elements(text: str) -> list[str]:
    found, depth = [""], 0
    for piece in _PIECE.findall(text):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        first, *others = [piece] if depth or piece[0] in "'\"" else piece.split(", ")
        found[-1] += first
        found += others
    return found
