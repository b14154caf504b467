"""One page for a browser, that needs nothing else: no network, no script."""

from collections.abc import Iterable, Iterator, Sequence

from bootctl import __version__
from bootctl.cli.reports import told
from bootctl.cli.reports.markup import text
from bootctl.cli.reports.style import STYLE
from bootctl.cli.reports.words import Part, compared
from bootctl.database.state import Difference
from bootctl.verify.policy import Verdict

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>bootctl check: {title}</title>
<style>
{style}
</style>
</head>
<body>
<header class="{state}">
<p class="tool">bootctl check</p>
<h1>{title}</h1>
{facts}
</header>
<main>
{main}
</main>
<footer><p>bootctl {version}</p></footer>
</body>
</html>"""


def render(verdict: Verdict) -> str:
    """Return the page: the differences by table, both definitions side by side, and what was looked at."""
    verdict = told.readable(verdict)
    tables = told.by_table(verdict.differences)
    parts = [_contents(tables)] if len(tables) > 1 else []
    parts += [_section(number, *item) for number, item in enumerate(tables.items(), 1)]
    parts += _list("accepted", "Accepted", told.accepted(verdict))
    parts += _list("expired", "Expired entries", map(str, verdict.expired))
    parts += _list("unused", "Unused entries", map(str, verdict.unused))
    parts += _list("unseen", "Not compared", verdict.not_compared)
    parts += _list("risks", "Risk of what is pending", told.risks(verdict))
    return _PAGE.format(
        title=text(told.title(verdict)),
        style=STYLE,
        state="clean" if verdict.clean else "drift",
        facts=_facts(
            ("compared with", ", ".join(verdict.compared_with)),
            ("pending", ", ".join(verdict.pending)),
        ),
        main="\n".join(parts) or "<p>Nothing differs.</p>",
        version=text(__version__),
    )


def _contents(tables: dict[str, list[Difference]]) -> str:
    links = (
        f'<li><a href="#table-{number}">{text(name)}</a> <span>{len(found)}</span></li>'
        for number, (name, found) in enumerate(tables.items(), 1)
    )
    return f'<nav aria-label="What differs"><ul>{"".join(links)}</ul></nav>'


def _section(number: int, name: str, found: Sequence[Difference]) -> str:
    label = f"table-{number}"
    items = "\n".join(map(_article, found))
    return (
        f'<section id="{label}" aria-labelledby="{label}-name">\n'
        f'<h2 id="{label}-name">{text(name)}</h2>\n{items}\n</section>'
    )


def _article(item: Difference) -> str:
    detail = f' <span class="detail">{text(item.detail)}</span>' if item.detail else ""
    name = f"<span class='kind'>{text(item.kind)}</span> <code>{text(item.name)}</code>"
    parts = [f"<h3>{name}{detail}</h3>", _layers(item)]
    if told.has_definitions(item):
        parts.append(_definitions(item))
    if item.fix:
        mark = ' <strong class="destructive">destructive</strong>' if item.destructive else ""
        statements = text("\n".join(item.fix))
        parts.append(f'<div class="fix"><h4>Fix{mark}</h4><pre>{statements}</pre></div>')
    return "\n".join(["<article>", *parts, "</article>"])


def _layers(item: Difference) -> str:
    return _facts(
        ("differs", ", ".join(item.layers)),
        ("wrong", item.wrong),
        ("database", item.database),
        (told.place_title(item), item.place),
        ("last known good", item.since),
    )


def _definitions(item: Difference) -> str:
    if item.expected and item.live:
        expected, live = compared(item.expected, item.live)
    else:
        expected, live = [(item.expected, False)], [(item.live, False)]
    sides = (
        _side("Expected", expected, "ins", told.expected(item)),
        _side("Live", live, "del", told.live(item)),
    )
    return f'<div class="sides">{"".join(sides)}</div>'


def _side(name: str, parts: list[Part], tag: str, without: str) -> str:
    """Return one definition with what only it has marked; ``without`` says why there is none."""
    marked = "".join(
        f"<{tag}>{text(words)}</{tag}>" if is_own else text(words) for words, is_own in parts
    )
    body = f"<pre>{marked}</pre>" if marked else f'<p class="none">{without}</p>'
    return f'<div class="{tag}"><h4>{name}</h4>{body}</div>'


def _facts(*facts: tuple[str, str]) -> str:
    known = [(name, value) for name, value in facts if value]
    rows = (f"<div><dt>{name}</dt><dd>{text(value)}</dd></div>" for name, value in known)
    return f"<dl>{''.join(rows)}</dl>" if known else ""


def _list(label: str, name: str, items: Iterable[str]) -> Iterator[str]:
    rows = "".join(f"<li>{text(item)}</li>" for item in items)
    if rows:
        yield (
            f'<section class="list" aria-labelledby="{label}">\n'
            f'<h2 id="{label}">{name}</h2>\n<ul>{rows}</ul>\n</section>'
        )
