"""Texts in a column of a terminal: they end at words, and a long word is left whole."""


def folded(text: str, width: int) -> list[str]:
    """Return the lines of ``text`` at most ``width`` cells wide, but for words that are wider.

    A path, a URL or an identifier that is cut can neither be copied nor clicked.
    """
    return [part for line in text.split("\n") for part in _folded(line, width)]


def _folded(line: str, width: int) -> list[str]:
    if cells(line) <= width:
        return [line]
    bare = line.lstrip(" ")
    found, current = list[str](), line[: len(line) - len(bare)]
    for word in bare.split(" "):
        longer = f"{current} {word}" if current.strip() else current + word
        if current.strip() and cells(longer) > width:
            found.append(current)
            longer = word
        current = longer
    return [*found, current]


def cells(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes."""
    return len(text) if text.isascii() else sum(map(_cells, text))


def _cells(character: str) -> int:
    import unicodedata  # takes as long as several modules, and most texts are ASCII

    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
