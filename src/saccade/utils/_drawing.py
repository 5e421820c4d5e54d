"""A drawing of boxes, lines and words, as SVG by text and as PNG by Pillow."""

from __future__ import annotations

import functools
import io
import itertools
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageDraw
    from PIL.ImageFont import FreeTypeFont

Point = tuple[float, float]

# Units are those of SVG: 96 to an inch.
INCH = 96.0
_FAMILY = "Aileron, Helvetica, Arial, sans-serif"
_ARROW = 7.0
# Pixels beyond which smoothing, and then the size, is given up.
_SMOOTH, _MOST = 40e6, 120e6


@functools.cache
def _font(size: float) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.load_default(size)  # type: ignore[return-value]  with a size


def text_width(text: str, size: float, bold: bool = False) -> float:
    """Returns how wide a text is drawn.

    Example:
        >>> 20 < text_width("Dense", 12) < 40
        True
    """
    return _font(100).getlength(text) * size / 100 * (1.06 if bold else 1.0)


class Drawing:
    """Shapes, later ones above earlier ones.

    Args:
        width: of the whole, in 96ths of an inch.
        height: of the whole.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._shapes: list[tuple[str, tuple]] = []

    def box(
        self, corner: Point, size: Point, fill: str, line: str, dashed: bool = False
    ) -> None:
        """Draws a box with round corners."""
        self._shapes.append(("box", (corner, size, fill, line, dashed)))

    def text(
        self,
        place: Point,
        text: str,
        size: float,
        colour: str = "#222222",
        bold: bool = False,
        middle: bool = True,
    ) -> None:
        """Writes a line; `place` is the middle of its base, or its beginning."""
        self._shapes.append(("text", (place, text, size, colour, bold, middle)))

    def arrow(self, route: Sequence[Point], across: bool, colour: str) -> None:
        """Draws a smooth line through points, with a head at its end.

        Args:
            route: the points.
            across: whether it leaves and arrives in the direction of x.
            colour: of the line.
        """
        self._shapes.append(("arrow", (_curves(route, across), across, colour)))

    # SVG ----------------------------------------------------------------------------

    def svg(self) -> str:
        """Returns the drawing as an SVG file."""
        w, h = _short(self.width), _short(self.height)
        parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" '
            f'viewBox="0 0 {w} {h}" font-family="{_FAMILY}">',
            f'<rect width="{w}" height="{h}" fill="#ffffff"/>',
        ]
        for kind, arguments in self._shapes:
            parts.append(getattr(self, f"_svg_{kind}")(*arguments))
        return "\n".join([*parts, "</svg>", ""])

    def _svg_box(
        self, corner: Point, size: Point, fill: str, line: str, dashed: bool
    ) -> str:
        (x, y), (w, h) = corner, size
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        return (
            f'<rect x="{_short(x)}" y="{_short(y)}" width="{_short(w)}" '
            f'height="{_short(h)}" rx="6" fill="{fill}" stroke="{line}"{dash}/>'
        )

    def _svg_text(
        self,
        place: Point,
        text: str,
        size: float,
        colour: str,
        bold: bool,
        middle: bool,
    ) -> str:
        anchor = ' text-anchor="middle"' if middle else ""
        weight = ' font-weight="bold"' if bold else ""
        return (
            f'<text x="{_short(place[0])}" y="{_short(place[1])}" '
            f'font-size="{_short(size)}" fill="{colour}"{anchor}{weight}>'
            f"{escape(text)}</text>"
        )

    def _svg_arrow(
        self, curves: list[tuple[Point, ...]], across: bool, colour: str
    ) -> str:
        start = curves[0][0]
        path = f"M{_short(start[0])} {_short(start[1])}"
        for curve in curves:
            letter = "C" if len(curve) == 4 else "L"
            path += letter + " ".join(f"{_short(x)} {_short(y)}" for x, y in curve[1:])
        head = " ".join(f"{_short(x)},{_short(y)}" for x, y in _head(curves, across))
        return (
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"/>'
            f'<polygon points="{head}" fill="{colour}"/>'
        )

    # Pixels -------------------------------------------------------------------------

    def image(self, dpi: float = 200) -> Image.Image:
        """Returns the drawing as a picture.

        Args:
            dpi: pixels to an inch; fewer are drawn where the picture would have more
                than 120 million.
        """
        from PIL import Image, ImageDraw

        scale = dpi / INCH
        area = self.width * self.height
        scale = min(scale, (_MOST / area) ** 0.5)
        smooth = 2 if area * scale**2 * 4 <= _SMOOTH else 1
        size = (round(self.width * scale), round(self.height * scale))
        large = (size[0] * smooth, size[1] * smooth)
        image = Image.new("RGB", large, "#ffffff")
        pen = _Pen(ImageDraw.Draw(image), scale * smooth)
        for kind, arguments in self._shapes:
            getattr(pen, kind)(*arguments)
        return image if smooth == 1 else image.resize(size, Image.Resampling.BOX)

    def encoded(self, kind: str, dpi: float = 200) -> bytes:
        """Returns the bytes of a file: 'png', 'pdf', 'jpeg' or what Pillow knows."""
        buffer = io.BytesIO()
        self.image(dpi).save(buffer, format=kind, dpi=(dpi, dpi), resolution=dpi)
        return buffer.getvalue()


class _Pen:
    """Draws shapes into a picture.

    Args:
        draw: Pillow's.
        scale: pixels for a unit.
    """

    def __init__(self, draw: ImageDraw.ImageDraw, scale: float) -> None:
        self._draw, self._scale = draw, scale

    def _at(self, *points: Point) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def _line_width(self, width: float) -> int:
        return max(1, round(width * self._scale))

    def box(
        self, corner: Point, size: Point, fill: str, line: str, dashed: bool
    ) -> None:
        (x, y), (w, h) = corner, size
        self._draw.rounded_rectangle(
            self._at((x, y), (x + w, y + h)),
            radius=6 * self._scale,
            fill=fill,
            outline=None if dashed else line,
            width=self._line_width(1),
        )
        if dashed:
            corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)]
            for start, stop in itertools.pairwise(corners):
                self._dashes(start, stop, line)

    def _dashes(self, start: Point, stop: Point, colour: str) -> None:
        length = abs(stop[0] - start[0]) + abs(stop[1] - start[1])
        place = 0.0
        while place < length:
            ends = [min(place + part, length) / length for part in (0, 5)]
            points = [
                (
                    start[0] + (stop[0] - start[0]) * t,
                    start[1] + (stop[1] - start[1]) * t,
                )
                for t in ends
            ]
            self._draw.line(self._at(*points), colour, self._line_width(1))
            place += 9

    def text(
        self,
        place: Point,
        text: str,
        size: float,
        colour: str,
        bold: bool,
        middle: bool,
    ) -> None:
        self._draw.text(
            self._at(place)[0],
            text,
            fill=colour,
            font=_font(size * self._scale),
            anchor="ms" if middle else "ls",
            stroke_width=size * self._scale / 40 if bold else 0,
        )

    def arrow(self, curves: list[tuple[Point, ...]], across: bool, colour: str) -> None:
        points = [curves[0][0]]
        for curve in curves:
            points += [_on_curve(curve, t / 16) for t in range(1, 17)]
        self._draw.line(self._at(*points), colour, self._line_width(1.4), joint="curve")
        self._draw.polygon(self._at(*_head(curves, across)), fill=colour)


def _curves(route: Sequence[Point], across: bool) -> list[tuple[Point, ...]]:
    """The line through points: straight along the flow, curves between."""
    found: list[tuple[Point, ...]] = []
    route = [p for n, p in enumerate(route) if not n or _apart(p, route[n - 1])]
    if (
        len(route) > 2
        and abs(_along(route[-1], across) - _along(route[-2], across)) < 2 * _ARROW
    ):  # no room for the head
        del route[-2]
    last = len(route) - 2
    for number, (start, stop) in enumerate(itertools.pairwise(route)):
        if number == last:  # the head takes the end
            back = _ARROW if _along(stop, across) >= _along(start, across) else -_ARROW
            stop = (stop[0] - back, stop[1]) if across else (stop[0], stop[1] - back)
        side = 1 if across else 0
        if abs(start[side] - stop[side]) < 0.5:
            found.append((start, stop))
            continue
        half = (_along(start, across) + _along(stop, across)) / 2
        if across:
            found.append((start, (half, start[1]), (half, stop[1]), stop))
        else:
            found.append((start, (start[0], half), (stop[0], half), stop))
    return found


def _apart(a: Point, b: Point) -> bool:
    return abs(a[0] - b[0]) + abs(a[1] - b[1]) > 0.01


def _along(point: Point, across: bool) -> float:
    return point[0 if across else 1]


def _head(curves: Sequence[tuple[Point, ...]], across: bool) -> list[Point]:
    x, y = curves[-1][-1]
    ahead = _along(curves[-1][-1], across) >= _along(curves[-1][0], across)
    tip = _ARROW if ahead else -_ARROW
    if across:
        return [(x, y - 4), (x, y + 4), (x + tip, y)]
    return [(x - 4, y), (x + 4, y), (x, y + tip)]


def _on_curve(curve: Sequence[Point], t: float) -> Point:
    points = list(curve)
    while len(points) > 1:  # de Casteljau
        points = [
            (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t)
            for a, b in itertools.pairwise(points)
        ]
    return points[0]


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
