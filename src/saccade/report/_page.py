"""The frame of a report and the plain blocks in it: tables, tiles, lists.

A report is one file: no scripts, no fonts, nothing from a network. What a training or
a ladder shows must not go here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from saccade import __version__

from ._html import Html, escape, join, tag
from ._style import STYLE

Mood = Literal["good", "poor", "plain"]

_LONG = 4  # sections from which on a table of contents helps


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of a report with a heading.

    Args:
        title: the heading, also in the table of contents.
        body: its content.
        lead: one or two sentences that say how to read it.
    """

    title: str
    body: Html
    lead: str = ""


def page(kind: str, title: str, opening: Html, sections: Sequence[Section]) -> str:
    """Makes a whole HTML file.

    Args:
        kind: what sort of report it is, in a few words above the title.
        title: what it is about: a folder, a model.
        opening: what stands before all sections; the verdict belongs here.
        sections: the parts; from four on there is a table of contents.

    Returns:
        The file's text, to be written as UTF-8.

    Example:
        >>> text = page("Check", "a & b", Html(""), [Section("Files", tag("p", "7"))])
        >>> "a &amp; b</h1>" in text, "http" in text
        (True, False)
    """
    long = len(sections) >= _LONG
    names = [f"part-{number}" for number in range(1, len(sections) + 1)]
    contents = tag(
        "nav",
        tag(
            "ol",
            *(
                tag("li", tag("a", section.title, href=f"#{name}"))
                for name, section in zip(names, sections, strict=True)
            ),
        ),
        aria_label="Contents",
    )
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content=f"saccade {__version__}"),
        tag("title", f"{title}: {kind}"),
        tag("style", Html(STYLE)),
    )
    parts = (
        tag(
            "section",
            tag("h2", section.title),
            paragraph(section.lead, soft=True),
            section.body,
            id=name,
        )
        for name, section in zip(names, sections, strict=True)
    )
    main = tag(
        "main",
        tag("p", kind, class_="kind"),
        tag("h1", title, dir="auto"),
        opening,
        *parts,
        tag("footer", f"Made by saccade {__version__}."),
    )
    frame = tag(
        "div",
        contents if long else "",
        main,
        class_="frame long" if long else "frame",
    )
    return f'<!DOCTYPE html>\n<html lang="en">{head}{tag("body", frame)}</html>\n'


def paragraph(text: object, soft: bool = False) -> Html:
    """Makes a paragraph, nothing of no text.

    Args:
        text: its content.
        soft: whether it is an aside.
    """
    return tag("p", text, class_="soft" if soft else None) if text else Html("")


def verdict(line: str, detail: str = "", mood: Mood = "plain") -> Html:
    """Makes the one line that says how it went.

    Args:
        line: the sentence that a hurried reader reads.
        detail: a second one for those who have time.
        mood: 'good' and 'poor' colour the edge.

    Example:
        >>> verdict("It learned.", mood="good")
        '<div class="verdict good"><p>It learned.</p></div>'
    """
    more = tag("p", detail, class_="soft") if detail else ""
    return tag("div", tag("p", line), more, class_=f"verdict {mood}")


def tiles(values: Iterable[tuple[str, str]]) -> Html:
    """Makes a row of large numbers, each with what it is below.

    Args:
        values: (number as text, what it is).
    """
    return tag(
        "div",
        *(
            tag("div", tag("b", number), tag("span", what), class_="tile")
            for number, what in values
        ),
        class_="tiles",
    )


def bullets(lines: Iterable[object]) -> Html:
    """Makes a list of sentences, nothing of none.

    Args:
        lines: one for each point.
    """
    items = [tag("li", line) for line in lines]
    return tag("ul", *items) if items else Html("")


def name(text: object) -> Html:
    """Makes a name of a file or a class that reads right in any script's direction.

    Args:
        text: the name.

    Example:
        >>> name("a<b")
        '<bdi class="name">a&lt;b</bdi>'
    """
    return tag("bdi", text, class_="name")


def table(
    heads: Sequence[object], rows: Iterable[Sequence[object]], numbers: int = 0
) -> Html:
    """Makes a table that scrolls by itself where the screen is narrow.

    Args:
        heads: of the columns; empty ones make a table without a head.
        rows: the cells; the first of each row names it.
        numbers: how many columns, from the second on, hold numbers.

    Example:
        >>> table(["", "n"], [["a", 1]], numbers=1).count('class="number"')
        2
    """

    def cell(place: int, value: object, kind: str) -> Html:
        if isinstance(value, Html) and value.startswith(("<td", "<th")):
            return value
        aligned = "number" if 1 <= place <= numbers else None
        scope = {"scope": "row"} if kind == "th" else {}
        return tag(kind, value, class_=aligned if place else "name", **scope)

    head = ""
    if any(heads):
        cells = (
            tag("th", text, class_="number" if 1 <= i <= numbers else None, scope="col")
            for i, text in enumerate(heads)
        )
        head = tag("thead", tag("tr", *cells))
    body = (
        tag("tr", *(cell(i, v, "td" if i else "th") for i, v in enumerate(row)))
        for row in rows
    )
    return tag("div", tag("table", head, tag("tbody", *body)), class_="wide")


def settings_table(values: Mapping[str, object]) -> Html:
    """Makes a table of names and values, nothing of none.

    Args:
        values: in the order in which they are shown.
    """
    if not values:
        return Html("")
    return table((), ((key, name(value)) for key, value in values.items()))


def shortened(lines: Sequence[object], most: int, what: str) -> list[object]:
    """Keeps the first lines of a long list and says how many there are more.

    Args:
        lines: all.
        most: how many are kept.
        what: their kind, in the plural.

    Example:
        >>> shortened(["a", "b", "c"], 1, "files")
        ['a', '... and 2 more files']
    """
    if len(lines) <= most:
        return list(lines)
    return [*lines[:most], f"... and {len(lines) - most:,} more {what}"]


def blocks(*parts: object) -> Html:
    """Puts blocks behind each other.

    Args:
        *parts: text and HTML.
    """
    return join(escape(part) for part in parts)
