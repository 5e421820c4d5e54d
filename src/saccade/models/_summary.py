"""The table of a model's layers: boxes in a terminal or notebook, plain text else."""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import jax

from saccade.core import _output
from saccade.core._errors import ConfigError, message
from saccade.core._symbolic import KerasTensor, Operation
from saccade.layers import Layer
from saccade.models._flops import Path, below, flops_by_path
from saccade.models._functional import connections, is_chain

if TYPE_CHECKING:
    from saccade.models._graph import Graph
    from saccade.models._model import Model

_NUMBER, _SYMBOL, _BOLD, _RESET = "\033[38;5;34m", "\033[38;5;33m", "\033[1m", "\033[0m"
_BYTES = {"float64": 8, "int64": 8, "uint64": 8, "float16": 2, "bfloat16": 2,
          "int16": 2, "uint16": 2, "int8": 1, "uint8": 1, "bool": 1}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class _Row:
    name: str
    kind: str
    shape: str
    params: str
    connected: str
    trainable: str
    flops: str

    def cells(
        self, connections: bool, show_trainable: bool, show_flops: bool
    ) -> list[str]:
        cells = [f"{self.name} ({self.kind})", self.shape, self.params]
        cells += [self.flops] * show_flops
        cells += [self.connected] * connections
        return [*cells, self.trainable] if show_trainable else cells


def print_summary(
    model: Model,
    line_length: int | None = None,
    positions: Sequence[float] | None = None,
    print_fn: Callable[[str], object] | None = None,
    expand_nested: bool = False,
    show_trainable: bool = False,
    layer_range: Sequence[str] | None = None,
    show_flops: bool = False,
) -> None:
    """Prints the table; see `Model.summary` for the arguments.

    Raises:
        ConfigError: too narrow, or a name in `layer_range` that is not there.
    """
    graph = model._graph
    connected = graph is not None and not is_chain(graph)
    parts = model.operations if connected else model.layers
    flops = flops_by_path(model) if show_flops else Counter()
    rows = [
        row
        for part in _in_range(parts, layer_range)
        for row in _rows(
            part, expand_nested, (model.name,), graph if connected else None, flops
        )
    ]
    titles = ["Layer (type)", "Output Shape", "Param #"]
    titles += ["FLOPs"] * show_flops
    titles += ["Connected to"] * connected
    if show_trainable:
        titles.append("Trainable")
    boxed = print_fn is None and _shows_boxes()
    widths = _widths(
        line_length, positions, connected, show_trainable, show_flops, boxed
    )
    table = [row.cells(connected, show_trainable, show_flops) for row in rows]
    body = _boxes(titles, table, widths) if boxed else _plain(titles, table, widths)
    bold, reset = (_BOLD, _RESET) if boxed and _shows_colour() else ("", "")
    totals = _totals(model)
    if show_flops:
        totals.append(f" Total FLOPs of one row: {flops.total():,}")
    text = "\n".join([f'{bold}Model: "{model.name}"{reset}', *body, *totals])
    if print_fn is None:
        _output.print_line(text)
    else:
        print_fn(text)


def _shows_boxes() -> bool:
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return _output.display() != "plain" and encoding.startswith("utf")


def _shows_colour() -> bool:
    return _output.display() == "terminal" and not os.environ.get("NO_COLOR")


def _in_range(
    layers: Sequence[Operation], bounds: Sequence[str] | None
) -> Sequence[Operation]:
    if bounds is None:
        return layers
    if len(bounds) != 2:
        raise ConfigError(
            message("summary", f"`layer_range` must be two names, got {bounds!r}")
        )
    numbers = []
    for number, bound in enumerate(bounds):
        found = [i for i, layer in enumerate(layers) if re.match(bound, layer.name)]
        if not found:
            names = ", ".join(layer.name for layer in layers)
            raise ConfigError(
                message("summary", f"no layer matches {bound!r}; there are {names}")
            )
        numbers.append(found[-1] if number else found[0])
    return layers[numbers[0] : numbers[1] + 1]


def _rows(
    part: Operation,
    expand: bool,
    above: Path,
    graph: Graph | None,
    flops: Counter[Path],
) -> list[_Row]:
    level, path = len(above) - 1, (*above, part.name)
    layer = part if isinstance(part, Layer) else None
    own = layer.weights if layer is not None else []
    built = layer is None or layer.built
    row = _Row(
        name="   " * level + "└ " * bool(level) + part.name,
        kind=type(part).__name__,
        shape=_shape_text(part),
        params=f"{sum(v.size for v in own):,}" if built else "0 (unbuilt)",
        connected=", ".join(connections(graph, part)) or "-" if graph else "-",
        trainable="-" if layer is None or not own else "Y" if layer.trainable else "N",
        flops=f"{below(flops, path):,}",
    )
    inner = getattr(layer, "layers", None) if expand else None
    rows = (_rows(x, expand, path, graph, flops) for x in inner or ())
    return [row, *itertools.chain.from_iterable(rows)]


def _shape_text(part: Operation) -> str:
    outputs = _outputs(part)
    if outputs is None and isinstance(part, Layer):
        shape = part._build_shapes
        if shape is None:
            return "?"
        try:
            return str(part.compute_output_shape(shape))
        except (TypeError, ValueError, NotImplementedError):
            return "?"  # a layer of several inputs, or one without a known shape
    if isinstance(outputs, KerasTensor):
        return str(outputs.shape)
    return str([tensor.shape for tensor in jax.tree.leaves(outputs)])


def _outputs(part: Operation) -> Any:
    """The placeholders that a part of a model returned, None if it was not called."""
    if part._inbound_nodes:
        return part._inbound_nodes[0].returned
    known = getattr(part, "_chain", None)  # a Sequential knows them by itself
    if known:
        return known[-1]
    graph = getattr(part, "_graph", None)
    return None if graph is None else graph.output_struct


def _widths(
    line_length: int | None,
    positions: Sequence[float] | None,
    connections: bool,
    show_trainable: bool,
    show_flops: bool,
    boxed: bool,
) -> list[int]:
    """The width of each column, as Keras shares them out."""
    usual = [0.3, 0.56, 0.74, 1.0] if connections else [0.45, 0.80, 1.0]
    default = 108 if connections else 88
    if show_flops:
        usual = (
            [0.27, 0.48, 0.60, 0.76, 1.0] if connections else [0.38, 0.66, 0.82, 1.0]
        )
        default += 16
    ends = _given(positions, len(usual)) if positions else usual
    if show_trainable:
        default += 12
        ends = [p * 0.90 for p in ends] + [1.0]
    length = line_length or min(default, shutil.get_terminal_size().columns - 4)
    # Ends of columns are shares of the line, or characters where they are beyond 1.
    scale = length if ends[-1] <= 1 else 1
    stops = [0, *(int(end * scale) for end in ends)]
    widths = [b - a for a, b in itertools.pairwise(stops)]
    if min(widths) < 4:
        raise ConfigError(
            message(
                "summary",
                f"`line_length` {length} is too narrow for {len(widths)} columns",
                "leave it out, or give at least 60",
            )
        )
    if not boxed:
        return widths
    # Borders and padding come off the columns evenly.
    excess = 3 * len(widths) + 1
    for i in range(len(widths)):
        share = round(excess / (len(widths) - i))
        widths[i] -= share
        excess -= share
    return widths


def _given(positions: Sequence[float], columns: int) -> list[float]:
    """The user's ends of columns; those of columns that are not there are left out."""
    if len(positions) < columns:
        raise ConfigError(
            message(
                "summary",
                f"`positions` has {len(positions)} numbers for {columns} columns",
                "give where each column ends, for example [0.45, 0.8, 1.0]",
            )
        )
    return list(positions[:columns])


def _wrap(text: str, width: int) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()))
    # Only the first line of what is nested is set in, as in Keras.
    lines = textwrap.wrap(
        text.strip(), width, break_long_words=False, break_on_hyphens=False,
        initial_indent=indent,
    ) or [""]  # fmt: skip
    return [x if len(x) <= width else x[: width - 1] + "…" for x in lines]


def _boxes(titles: list[str], rows: list[list[str]], widths: list[int]) -> list[str]:
    def rule(left: str, line: str, cross: str, right: str) -> str:
        return left + cross.join(line * (w + 2) for w in widths) + right

    def lines(cells: list[str], bar: str, style: bool) -> list[str]:
        columns = [_wrap(c, w) for c, w in zip(cells, widths, strict=True)]
        height = max(len(c) for c in columns)
        result = []
        for i in range(height):
            parts = [
                _aligned(c[i] if i < len(c) else "", w, title)
                for title, c, w in zip(titles, columns, widths, strict=True)
            ]
            if style and _shows_colour():
                parts = [_coloured(p, number) for number, p in enumerate(parts)]
            result.append(bar + bar.join(f" {p} " for p in parts) + bar)
        return result

    text = [rule("┏", "━", "┳", "┓"), *lines(titles, "┃", False)]
    text.append(rule("┡", "━", "╇", "┩"))
    for number, row in enumerate(rows):
        if number:
            text.append(rule("├", "─", "┼", "┤"))
        text.extend(lines(row, "│", True))
    text.append(rule("└", "─", "┴", "┘"))
    return text


def _aligned(cell: str, width: int, column: str) -> str:
    if column in ("Param #", "FLOPs"):
        return cell.rjust(width)
    return cell.center(width) if column == "Trainable" else cell.ljust(width)


def _coloured(cell: str, column: int) -> str:
    if column == 0:
        return re.sub(r"\((\w+)\)", rf"({_SYMBOL}\1{_RESET})", cell)
    return f"{_NUMBER}{cell}{_RESET}" if column in (1, 2) else cell


def _plain(titles: list[str], rows: list[list[str]], widths: list[int]) -> list[str]:
    """Columns of plain text, as long names need them, for files and old terminals."""
    columns = list(zip(titles, *rows, strict=True))
    wide = [
        max(width, *(len(_ascii(cell)) + 2 for cell in column))
        for width, column in zip(widths, columns, strict=True)
    ]

    def line(cells: list[str]) -> str:
        parts = [_ascii(c).ljust(w) for c, w in zip(cells, wide, strict=True)]
        return " " + "".join(parts).rstrip()

    total = sum(wide)
    return ["_" * total, line(titles), "=" * total, *map(line, rows), "=" * total]


def _ascii(cell: str) -> str:
    return cell.replace("└", "|_")


def _totals(model: Model) -> list[str]:
    trainable = _count(model.trainable_variables)
    frozen = _count(model.non_trainable_weights)
    optimizer = getattr(model, "optimizer", None)
    extra = _count(optimizer.variables) if optimizer is not None and (
        optimizer.built
    ) else (0, 0)  # fmt: skip
    total = tuple(map(sum, zip(trainable, frozen, extra, strict=True)))
    lines = [
        f" Total params: {_amount(total)}",
        f" Trainable params: {_amount(trainable)}",
        f" Non-trainable params: {_amount(frozen)}",
    ]
    if extra[0]:
        lines.append(f" Optimizer params: {_amount(extra)}")
    return lines


def _count(variables: Sequence[Any]) -> tuple[int, int]:
    """The number of numbers, and their bytes."""
    sizes = [(v.size, v.size * _BYTES.get(v.dtype, 4)) for v in variables]
    return sum(n for n, _ in sizes), sum(b for _, b in sizes)


def _amount(count: Sequence[int]) -> str:
    number, size = count
    units = ["B", "KB", "MB", "GB", "TB"]
    value = float(size)
    while value >= 1024 and len(units) > 1:
        value /= 1024
        units.pop(0)
    return f"{number:,} ({value:.2f} {units[0]})"
