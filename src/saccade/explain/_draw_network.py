"""Diagrams of models: neurons and links, or blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._network import LayerBlock, LayerDiagram
from ._palette import ABOVE, FAINT, INK, LINE, PAPER, ZERO, colours, number, size_of
from ._sheet import Sheet, head_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LINKS = 8  # with more, numbers would hide each other
_TILES = 8
_BROAD, _TALL = 15.0, 1.7


def draw_layers(shown: LayerDiagram) -> Figure:
    """Draws a model: small chains of dense layers as neurons, others as blocks.

    Args:
        shown: the diagram.
    """
    return _neurons(shown) if shown.small else _blocks(shown)


def _neurons(shown: LayerDiagram) -> Figure:
    chain = [b for b in shown.blocks if b.kind in ("InputLayer", "Dense")]
    chain = chain or list(shown.blocks)
    tallest = max(block.shape[0] or 1 for block in chain if block.shape)
    gap = 6.0
    width = max(gap * (len(chain) - 1) + 3.6, 15.0)
    lines, head = head_of(
        [
            "a circle is a neuron; + or − in it: the sign of its bias",
            "links: blue above zero, dashed orange below; the wider, the larger",
        ],
        width,
    )
    sheet = Sheet(width, head + tallest * 1.7 + 2.8, "explain.layers")
    sheet.head(f"{shown.name}: {shown.parameters:,} parameters", lines)
    weights = [block.weights.get("kernel") for block in chain]
    scale = size_of([size_of(w) for w in weights if w is not None])
    middle = head + 1.9 + tallest * 0.85
    places = [
        [(1.7 + gap * c, middle + 1.7 * (i - ((b.shape or (1,))[0] - 1) / 2))  # type: ignore[operator]
         for i in range((b.shape or (1,))[0] or 1)]
        for c, b in enumerate(chain)
    ]  # fmt: skip
    for column, kernel in enumerate(weights):
        if column and kernel is not None:
            _links(sheet, places[column - 1], places[column], kernel, scale)
    for column, block in enumerate(chain):
        bias = block.weights.get("bias")
        for i, (x, y) in enumerate(places[column]):
            fill = PAPER if bias is None else colours(float(bias[i]), scale)
            sheet.circle(x, y, 0.55, fill)
            if bias is not None and bias[i]:
                sheet.text(x, y, "+" if bias[i] > 0 else "−", fit=True)
        x = places[column][0][0]
        sheet.text(x, head + 0.3, block.name, bold=True)
        sheet.text(x, head + 0.95, _what(block), colour=FAINT, size=0.92)
    return sheet.figure


def _what(block: LayerBlock) -> str:
    if block.kind == "InputLayer":
        return "input"
    return block.activation or "no activation"


def _links(
    sheet: Sheet,
    sources: list[tuple[float, float]],
    targets: list[tuple[float, float]],
    kernel: np.ndarray,
    scale: float,
) -> None:
    order = np.argsort(np.abs(kernel), axis=None)  # the strongest on top
    for flat in order:
        i, j = np.unravel_index(int(flat), kernel.shape)
        (x, y), (u, v) = sources[i], targets[j]
        value = float(kernel[i, j])
        width = 0.6 + 5.0 * abs(value) / scale
        sheet.link((x, y), (u, v), colours(value, scale), width, dashed=value < 0)
    if kernel.size <= _LINKS:
        values = [
            (sources[i], targets[j], float(kernel[i, j]))
            for i, j in np.ndindex(kernel.shape)
        ]
        _link_values(sheet, values)


def _link_values(
    sheet: Sheet, links: list[tuple[tuple[float, float], tuple[float, float], float]]
) -> None:
    """Writes each value on its link, where it is farthest from those written before."""
    written: list[np.ndarray] = []
    for start, end, value in links:
        along = np.linspace(0.2, 0.8, 13)[:, None]
        places = np.array(start) + along * (np.array(end) - np.array(start))
        best = 6  # the middle
        if written:
            # A number is wider than it is high.
            gaps = (places[:, None] - np.array(written)) * (1.0, 2.0)
            best = int(np.hypot(gaps[..., 0], gaps[..., 1]).min(1).argmax())
        x, y = written_at = places[best]
        written.append(written_at)
        sheet.text(float(x), float(y), number(value, 2), size=0.82, box=True)


def _blocks(shown: LayerDiagram) -> Figure:
    columns: dict[int, list[LayerBlock]] = {}
    for block in shown.blocks:
        columns.setdefault(block.depth, []).append(block)
    most = max(len(blocks) for blocks in columns.values())
    wide = _BROAD * most + 1.0 * (most - 1) + 1.0
    lines, head = head_of(
        [
            "each box is a layer: its kind and name, the shape of what it gives, how "
            "many numbers it learns; bars: its share of all parameters",
        ],
        wide,
    )
    depth = max(columns) + 1
    sheet = Sheet(wide, head + depth * (_TALL + 0.8) + 0.4, "explain.layers")
    sheet.head(f"{shown.name}: {shown.parameters:,} parameters", lines)
    places: dict[str, tuple[float, float]] = {}
    total = max(shown.parameters, 1)
    for row in sorted(columns):
        blocks = columns[row]
        left = (wide - len(blocks) * (_BROAD + 1.0) + 1.0) / 2
        y = head + row * (_TALL + 0.8)
        for block in blocks:
            places[block.name] = (left, y)
            _block(sheet, block, left, y, total)
            left += _BROAD + 1.0
    for block in shown.blocks:
        for source in block.inputs:
            x, y = places[source]
            u, v = places[block.name]
            start = (x + _BROAD / 2, y + _TALL + 0.03)
            sheet.arrow(start, (u + _BROAD / 2, v - 0.03))
    return sheet.figure


def _block(sheet: Sheet, block: LayerBlock, x: float, y: float, total: int) -> None:
    learns = block.parameters > 0
    sheet.frame(x, y, _BROAD, _TALL, thick=1.3, colour=ABOVE if learns else LINE,
                fill=PAPER if learns else ZERO)  # fmt: skip
    text = block.kind + (f" + {block.activation}" if block.activation else "")
    sheet.text(x + 0.3, y + 0.5, text, align="left", bold=True)
    sheet.text(x + 0.3, y + 1.2, block.name, align="left", colour=FAINT, size=0.92)
    sheet.text(x + 7.4, y + 0.5, block.shape_text, align="left")
    if not learns:
        return
    share = block.parameters / total
    count = f"{block.parameters:,} ({share:.0%})"
    sheet.text(x + 7.4, y + 1.2, count, align="left", colour=INK, size=0.92)
    sheet.frame(x, y + _TALL - 0.14, max(_BROAD * share, 0.05), 0.14, thick=0.0,
                fill=ABOVE)  # fmt: skip
    _tiles(sheet, block, x + 11.4, y + 0.2)


def _tiles(sheet: Sheet, block: LayerBlock, x: float, y: float) -> None:
    """Draws the first filters of a convolution as small tiles, of the first channel."""
    kernel = block.weights.get("kernel")
    if kernel is None or kernel.ndim != 4 or max(kernel.shape[:2]) > 7:
        return
    scale = size_of(kernel[:, :, 0])
    for i in range(min(kernel.shape[-1], _TILES)):
        left, top = x + (i % 4) * 0.85, y + (i // 4) * 0.75
        sheet.tile(colours(kernel[:, :, 0, i], scale), left, top, 0.65)
