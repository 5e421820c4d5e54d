"""A chart of a model as a drawing: sizes, colours, places."""

from __future__ import annotations

import dataclasses
import re

from ._drawing import Drawing, Point, text_width
from ._layered_layout import layered
from ._model_chart import Box, Chart

DIRECTIONS = ("TB", "BT", "LR", "RL")
_TITLE, _LINE, _PADDING = 13.0, 11.5, 12.0
_TITLE_HEIGHT, _LINE_HEIGHT = 19.0, 16.0
_FRAME, _MARGIN = 16.0, 16.0
_ARROW, _EDGE = "#555555", "#8A8A8A"
_TRAINED, _FROZEN = "#1B6E3C", "#A33B1E"
# What a layer does, by the name of its class; the first that fits.
_COLOURS = {
    "Input": "#E6E6E6",
    "Attention": "#F9D5E2",
    "Conv": "#CDE3F7",
    "Pool": "#FFE0BD",
    "Normalization|Rescaling": "#E5DCF5",
    "Dropout|Noise|Random": "#EFE7DC",
    "Dense|Embedding": "#D2ECD6",
    "^(Add|Concat|Multiply|Subtract|Average|Maximum|Minimum|Dot)": "#FBF1B8",
    "Activation|ReLU|ELU|Softmax|Sigmoid|Relu": "#FBD9D3",
    "Functional|Sequential|Model": "#D8F0EF",
}


def colour_of(kind: str) -> str:
    """Returns the colour for a class of layers.

    Example:
        >>> colour_of("Conv2D") == colour_of("DepthwiseConv2D")
        True
    """
    for pattern, colour in _COLOURS.items():
        if re.search(pattern, kind):
            return colour
    return "#F5F5F5"


@dataclasses.dataclass
class _Placed:
    """A chart with places: corners of boxes, lines, what is inside of boxes."""

    chart: Chart
    corners: list[Point]
    sizes: list[Point]
    routes: list[list[Point]]
    inner: list[_Placed | None]
    size: Point
    across: bool


def drawn(chart: Chart, rankdir: str = "TB") -> Drawing:
    """Draws a chart.

    Args:
        chart: boxes and arrows.
        rankdir: where arrows lead.
    """
    across = rankdir in ("LR", "RL")
    placed = _placed(chart, across)
    width, height = (side + 2 * _MARGIN for side in placed.size)
    drawing = Drawing(width, height)
    flip = (rankdir == "RL", rankdir == "BT")
    canvas = _Canvas(drawing, across, flip)
    canvas.chart(placed, (_MARGIN, _MARGIN))
    return drawing


def _placed(chart: Chart, across: bool) -> _Placed:
    inner = [
        None if box.inside is None else _placed(box.inside, across)
        for box in chart.boxes
    ]
    sizes = [
        _size(box) if inside is None else _framed(box, inside)
        for box, inside in zip(chart.boxes, inner, strict=True)
    ]
    layout = layered(sizes, [(a.start, a.stop) for a in chart.arrows], across)
    placed = _Placed(
        chart, layout.corners, sizes, layout.routes, inner, layout.size, across
    )
    _reach_inside(placed)
    return placed


def _size(box: Box) -> Point:
    widths = [text_width(box.title, _TITLE, bold=True)]
    widths += [text_width(line, _LINE) for line in box.lines]
    lines = len(box.lines) + (box.trained is not None)
    height = _TITLE_HEIGHT + lines * _LINE_HEIGHT + 11
    return max(72.0, max(widths) + 2 * _PADDING), height


def _framed(box: Box, inside: _Placed) -> Point:
    title = text_width(box.title, _TITLE, bold=True)
    width = max(inside.size[0], title) + 2 * _FRAME
    return width, inside.size[1] + 2 * _FRAME + _TITLE_HEIGHT


def _start_inside(placed: _Placed, number: int) -> Point:
    """Where the chart inside a box begins, in the middle of its width."""
    (x, y), (w, _) = placed.corners[number], placed.sizes[number]
    inside = placed.inner[number]
    assert inside is not None
    return x + (w - inside.size[0]) / 2, y + _FRAME + _TITLE_HEIGHT


def _reach_inside(placed: _Placed) -> None:
    """Lets arrows go on to the inputs, and come from the outputs, inside a box."""
    for arrow, route in zip(placed.chart.arrows, placed.routes, strict=True):
        if arrow.start >= arrow.stop:
            continue
        stop = _end(placed, arrow.stop, arrow.input, entering=True)
        start = _end(placed, arrow.start, arrow.output, entering=False)
        if stop is not None:
            route[-1] = stop
        if start is not None:
            route[0] = start


def _end(placed: _Placed, number: int, which: int, entering: bool) -> Point | None:
    inside = placed.inner[number]
    if inside is None:
        return None
    ends = inside.chart.inputs if entering else inside.chart.outputs
    box = ends[min(which, len(ends) - 1)]
    left, top = _start_inside(placed, number)
    deeper = _end(inside, box, 0, entering)
    (x, y), (w, h) = inside.corners[box], inside.sizes[box]
    if deeper is None:
        if placed.across:
            deeper = (x if entering else x + w, y + h / 2)
        else:
            deeper = (x + w / 2, y if entering else y + h)
    return left + deeper[0], top + deeper[1]


class _Canvas:
    """Draws placed charts, also mirrored.

    Args:
        drawing: where to.
        across: whether arrows lead to the right.
        flip: whether x and y are mirrored.
    """

    def __init__(self, drawing: Drawing, across: bool, flip: tuple[bool, bool]) -> None:
        self._drawing, self._across, self._flip = drawing, across, flip

    def _point(self, point: Point, origin: Point) -> Point:
        x, y = point[0] + origin[0], point[1] + origin[1]
        x = self._drawing.width - x if self._flip[0] else x
        y = self._drawing.height - y if self._flip[1] else y
        return x, y

    def _corner(self, point: Point, size: Point, origin: Point) -> Point:
        x, y = self._point(point, origin)
        return x - size[0] * self._flip[0], y - size[1] * self._flip[1]

    def chart(self, placed: _Placed, origin: Point) -> None:
        """Draws frames, then arrows, then boxes."""
        frames = [n for n, inside in enumerate(placed.inner) if inside is not None]
        for number in frames:
            self._frame(placed, number, origin)
        for number in frames:
            inside = placed.inner[number]
            assert inside is not None
            x, y = _start_inside(placed, number)
            if self._flip[1]:  # the title stays above
                y -= _TITLE_HEIGHT
            self.chart(inside, (origin[0] + x, origin[1] + y))
        for route in placed.routes:
            points = [self._point(point, origin) for point in route]
            self._drawing.arrow(points, self._across, _ARROW)
        for number, box in enumerate(placed.chart.boxes):
            if placed.inner[number] is None:
                corner = self._corner(
                    placed.corners[number], placed.sizes[number], origin
                )
                self._box(box, corner, placed.sizes[number])

    def _frame(self, placed: _Placed, number: int, origin: Point) -> None:
        box, size = placed.chart.boxes[number], placed.sizes[number]
        x, y = self._corner(placed.corners[number], size, origin)
        self._drawing.box((x, y), size, "#FAFCFC", _EDGE, dashed=True)
        self._drawing.text(
            (x + 10, y + _TITLE_HEIGHT), box.title, _TITLE, bold=True, middle=False
        )

    def _box(self, box: Box, corner: Point, size: Point) -> None:
        (x, y), (w, _) = corner, size
        self._drawing.box(corner, size, colour_of(box.kind), _EDGE)
        middle, base = x + w / 2, y + _TITLE_HEIGHT
        self._drawing.text((middle, base), box.title, _TITLE, bold=True)
        for line in box.lines:
            base += _LINE_HEIGHT
            self._drawing.text((middle, base), line, _LINE, "#444444")
        if box.trained is not None:
            word = "Trainable" if box.trained else "Non-trainable"
            colour = _TRAINED if box.trained else _FROZEN
            base += _LINE_HEIGHT
            self._drawing.text((middle, base), word, _LINE, colour, bold=True)
