"""HTML that is escaped by how it is made: text is escaped, only `Html` is not."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

# Characters that no HTML file may hold, and halves of pairs that file names on Linux
# may bring and that UTF-8 cannot write.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)
_VOID = frozenset({"meta", "img", "br", "line", "rect", "circle", "path", "polyline"})


class Html(str):
    """Text that is HTML already, so that it is not escaped again."""

    __slots__ = ()


def escape(text: object) -> Html:
    """Makes any text safe inside an element or an attribute; `Html` stays as it is.

    Args:
        text: shown by `str`.

    Example:
        >>> escape("<b> & 'c'")
        '&lt;b&gt; &amp; &#x27;c&#x27;'
        >>> escape(Html("<b>")), escape("a" + chr(0xDC80)) == "a" + chr(0xFFFD)
        ('<b>', True)
    """
    if isinstance(text, Html):
        return text
    return Html(html.escape(_FORBIDDEN.sub("\ufffd", str(text))))


def join(parts: Iterable[object], between: str = "") -> Html:
    """Puts parts behind each other, each escaped unless it is `Html`.

    Args:
        parts: text and HTML.
        between: HTML between two of them.

    Example:
        >>> join(["a<b", Html("<br>")])
        'a&lt;b<br>'
    """
    return Html(between.join(map(escape, parts)))


def tag(name: str, /, *children: object, **attributes: object) -> Html:
    """Makes an element.

    Args:
        name: 'p', 'table', ...
        *children: text, which is escaped, and `Html`.
        **attributes: `class_` is `class`, `_` stands for `-`; True writes the bare
            name, None and False nothing, numbers are rounded.

    Example:
        >>> tag("p", "a < b", class_="note", hidden=None)
        '<p class="note">a &lt; b</p>'
        >>> tag("circle", cx=1 / 3, stroke_width=2)
        '<circle cx="0.33" stroke-width="2"/>'
    """
    written = ""
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        if isinstance(value, float):
            value = f"{value:.2f}".rstrip("0").rstrip(".")
        written += f" {key}" if value is True else f' {key}="{escape(value)}"'
    if not children and name in _VOID:
        return Html(f"<{name}{written}/>")
    return Html(f"<{name}{written}>{join(children)}</{name}>")
