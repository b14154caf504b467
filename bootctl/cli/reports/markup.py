"""Text in XML, HTML and Markdown: it is shown as it is, and neither a reader nor a CI takes it for markup."""

import html
import re

_NO_CHARACTER = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")
_COMMAND = re.compile(r"(?m)^([^\S\n]*):(?=:)|#(?=#\[)")
_MARKDOWN = re.compile(r"[\\`*{}\[\]|~@$#]|:(?=\S)|(?<![^\W_])_|_(?![^\W_])")
"""What Markdown gives a meaning to: not a colon before a space, nor an underscore within a word."""


def text(value: str) -> str:
    """Return ``value`` for XML and HTML, as text or in an attribute.

    Of what a job's output would be searched for, the first character is written as a reference.
    """
    known = _NO_CHARACTER.sub(lambda found: f"\\u{ord(found[0]):04x}", value)
    return _COMMAND.sub(_as_reference, html.escape(known))


def markdown(value: str) -> str:
    """Return ``value`` for a line of Markdown."""
    escaped = re.split(r"(&[#\w]+;)", text(value))
    parts = (
        part if index % 2 else _MARKDOWN.sub(lambda found: f"&#{ord(found[0])};", part)
        for index, part in enumerate(escaped)
    )
    return "".join(parts).replace("\n", " ")


def _as_reference(found: "re.Match[str]") -> str:
    return f"{found[1] or ''}&#{ord(found[0][-1])};"
