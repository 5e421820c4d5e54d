"""Charts as SVG in the page: curves by epoch, bars beside names.

They take their colours from the style sheet, so they follow light, dark and paper.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence

from ._html import Html, join, tag

_WIDTH, _HEIGHT = 460.0, 270.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 12.0, 12.0, 44.0
_LOG_FROM = 100.0  # values that differ by more are drawn on a logarithmic axis
_DOTS_UP_TO = 40
_MOST_POINTS = 400


@dataclasses.dataclass(frozen=True)
class Curve:
    """A line of a chart.

    Args:
        label: for the legend.
        places: on the horizontal axis.
        values: on the vertical one; what is not finite leaves a gap.
        colour: 'first' or 'second' of the style sheet; the second line is dashed.
    """

    label: str
    places: Sequence[float]
    values: Sequence[float]
    colour: str = "first"


def line_chart(
    title: str,
    curves: Sequence[Curve],
    below: str,
    mark: tuple[float, str] | None = None,
    percent: bool = False,
) -> Html:
    """Draws curves over a common axis.

    Args:
        title: what the values are.
        curves: one or two lines.
        below: name of the horizontal axis.
        mark: a place to mark by a vertical line, and what it is.
        percent: whether the values are shares of 1.

    Example:
        >>> chart = line_chart("loss", [Curve("training", [1, 2], [0.9, 0.4])], "epoch")
        >>> "<polyline" in chart, "training" in chart
        (True, True)
    """
    finite = [v for curve in curves for v in curve.values if math.isfinite(v)]
    places = [float(p) for curve in curves for p in curve.places] or [0.0]
    if not finite:
        text = f"{title}: no value is a number."
        return tag("figure", tag("figcaption", text))
    scale = _log_scale(finite) if _is_wide(finite) else _linear_scale(finite)
    low, high = min(places), max(places)
    span = (high - low) or 1.0

    def x(place: float) -> float:
        return _LEFT + (place - low) / span * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _TOP + (1 - scale.share(value)) * (_HEIGHT - _TOP - _BOTTOM)

    parts = [*_axes(scale, _whole_ticks(low, high), x, y, below, percent)]
    if mark is not None:
        at = x(mark[0])
        parts.append(tag("line", x1=at, x2=at, y1=_TOP, y2=_HEIGHT - _BOTTOM,
                         class_="mark"))  # fmt: skip
    for curve in curves:
        parts += _drawn(_thinned(curve), x, y, percent)
    picture = tag("svg", *parts, viewBox=f"0 0 {_WIDTH:.0f} {_HEIGHT:.0f}", role="img",
                  aria_label=f"{title} by {below}")  # fmt: skip
    legend = [_legend(curve) for curve in curves]
    if mark is not None:
        legend.append(tag("span", _swatch(dashes="mark"), mark[1], style=_KEY))
    return tag(
        "figure",
        tag("h3", title, " (logarithmic axis)" if scale.logarithmic else ""),
        tag("div", *legend, class_="soft"),
        picture,
    )


_KEY = "display:inline-block;margin-right:1rem"


def _legend(curve: Curve) -> Html:
    return tag("span", _swatch(curve.colour), curve.label, style=_KEY)


def _swatch(colour: str = "", dashes: str = "") -> Html:
    line = tag(
        "line", x1=1, x2=25, y1=6, y2=6, class_=f"line {colour}{dashes}",
        stroke_dasharray="6 4" if colour == "second" else None,
    )  # fmt: skip
    box = "display:inline-block;width:1.7rem;height:.8rem;vertical-align:middle"
    return tag("svg", line, viewBox="0 0 28 12", style=box, aria_hidden="true")


@dataclasses.dataclass(frozen=True)
class Scale:
    """An axis: where a value lies between 0 and 1, and which values are named."""

    low: float
    high: float
    ticks: Sequence[float]
    logarithmic: bool = False

    def share(self, value: float) -> float:
        """Where a value lies, 0 at the low end and 1 at the high one."""
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def _is_wide(values: Sequence[float]) -> bool:
    return min(values) > 0 and max(values) / min(values) > _LOG_FROM


def _log_scale(values: Sequence[float]) -> Scale:
    first = math.floor(math.log10(min(values)))
    last = math.ceil(math.log10(max(values)))
    step = max(1, math.ceil((last - first) / 6))
    ticks = [10.0**power for power in range(first, last + 1, step)]
    return Scale(10.0**first, 10.0**last, ticks, True)


def _linear_scale(values: Sequence[float]) -> Scale:
    return linear_scale(min(values), max(values))


def linear_scale(low: float, high: float, count: int = 5) -> Scale:
    """Makes an axis with round numbers that holds both limits.

    Args:
        low: the least value.
        high: the greatest value.
        count: about how many numbers are named.

    Example:
        >>> [round(tick, 2) for tick in linear_scale(0.31, 0.87).ticks]
        [0.2, 0.4, 0.6, 0.8, 1.0]
    """
    # Values that differ by rounding alone are one.
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        low, high = low - max(abs(low), 1.0) / 2, high + max(abs(high), 1.0) / 2
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = [step * n for n in range(first, last + 1)]
    return Scale(ticks[0], ticks[-1], ticks)


def _whole_ticks(low: float, high: float) -> list[float]:
    """Numbers of epochs to name: whole ones within the limits."""
    if high == low:
        return [low]
    scale = linear_scale(low, high, 7)
    ticks = [t for t in scale.ticks if low <= t <= high and t == round(t)]
    return ticks if len(ticks) > 1 else [low, high]


def _axes(
    scale: Scale,
    across: Sequence[float],
    x: Callable[[float], float],
    y: Callable[[float], float],
    below: str,
    percent: bool,
) -> list[Html]:
    parts: list[Html] = []
    for tick in scale.ticks:
        at = y(tick)
        # On a logarithmic axis each number has the decimals that it needs itself.
        step = tick if scale.logarithmic else scale.ticks[1] - scale.ticks[0]
        parts += [
            tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=at, y2=at, class_="grid"),
            tag("text", number(tick, step, percent), x=_LEFT - 8, y=at + 4.5,
                text_anchor="end", class_="faint"),
        ]  # fmt: skip
    floor = _HEIGHT - _BOTTOM
    for tick in across:
        at = x(tick)
        parts += [
            tag("line", x1=at, x2=at, y1=floor, y2=floor + 4, class_="axis"),
            tag("text", f"{tick:g}", x=at, y=floor + 18, text_anchor="middle",
                class_="faint"),
        ]  # fmt: skip
    parts += [
        tag("line", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=floor, y2=floor, class_="axis"),
        tag("text", below, x=(_LEFT + _WIDTH - _RIGHT) / 2, y=_HEIGHT - 6,
            text_anchor="middle", class_="faint"),
    ]  # fmt: skip
    return parts


def number(value: float, step: float = 0.0, percent: bool = False) -> str:
    """Writes a number of an axis with as many decimals as its steps need.

    Args:
        value: the number.
        step: distance to the next one; 0 for three significant digits.
        percent: whether it is a share of 1.

    Example:
        >>> number(0.4, 0.2), number(0.25, 0.05, percent=True), number(1e-5, 1e-5)
        ('0.4', '25%', '1e-05')
    """
    if percent:
        decimals = max(0, -math.floor(math.log10(step * 100) + 1e-9)) if step else 1
        return f"{value * 100:.{decimals}f}%"
    if not step or 0 < step < 1e-3:
        return f"{value:.3g}"
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return f"{value:,.{decimals}f}"


def _thinned(curve: Curve) -> Curve:
    """Leaves out points that no screen could show, so that the file stays small."""
    count = len(curve.values)
    if count <= _MOST_POINTS:
        return curve
    kept = sorted(
        {round(i * (count - 1) / (_MOST_POINTS - 1)) for i in range(_MOST_POINTS)}
    )
    places = [curve.places[i] for i in kept]
    return dataclasses.replace(
        curve, places=places, values=[curve.values[i] for i in kept]
    )


def _drawn(
    curve: Curve,
    x: Callable[[float], float],
    y: Callable[[float], float],
    percent: bool,
) -> list[Html]:
    parts: list[Html] = []
    run: list[tuple[float, float]] = []
    runs = [run]
    dots: list[Html] = []
    for place, value in zip(curve.places, curve.values, strict=False):
        if not math.isfinite(value):
            run = []
            runs.append(run)
            continue
        point = (x(place), y(value))
        run.append(point)
        tip = f"{curve.label}, {place:g}: {number(value, percent=percent)}"
        dots.append(tag("circle", tag("title", tip), cx=point[0], cy=point[1],
                        r=3.2, class_=f"fill-{curve.colour}"))  # fmt: skip
    for points in runs:
        if len(points) > 1:
            drawn = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
            parts.append(
                tag("polyline", points=drawn, class_=f"line {curve.colour}",
                    stroke_dasharray="6 4" if curve.colour == "second" else None)
            )  # fmt: skip
    alone = len(dots) <= _DOTS_UP_TO or not parts
    return [*parts, *(dots if alone else ())]


def bar(share: float, second: bool = False, tip: str = "") -> Html:
    """Draws a bar inside a table's cell.

    Args:
        share: of the cell's width, in [0, 1].
        second: whether it has the second colour.
        tip: shown when the mouse rests on it.
    """
    width = min(max(share, 0.0), 1.0) * 100 if math.isfinite(share) else 0.0
    colour = "bar second" if second else "bar"
    return tag("span", class_=colour, style=f"width:{width:.1f}%", title=tip or None)


def bars_cell(*bars: Html) -> Html:
    """Makes the cell of a table that holds bars.

    Args:
        *bars: one below the other.
    """
    return tag("td", join(bars), class_="bars")
