"""`model_to_dot`: a model in Graphviz' language, without Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saccade.core._checks import no_unknown_keywords
from saccade.core._errors import ConfigError, message, unknown_name

from ._chart_drawing import DIRECTIONS, colour_of, drawn
from ._model_chart import Box, Chart, Shown, chart_of

if TYPE_CHECKING:
    from saccade.models import Model

_PICTURES = {"png": "png", "jpg": "jpeg", "jpeg": "jpeg", "pdf": "pdf", "gif": "gif"}


class Dot:
    """A model as a graph of Graphviz, which it need not be installed for.

    `to_string` gives the text for `dot` and other tools; `create` and `write` draw it
    with saccade's own layout.

    Args:
        chart: boxes and arrows.
        rankdir: where arrows lead.
        dpi: pixels to an inch.
        splines: how `dot` shall draw lines.
        name: of the graph.
    """

    def __init__(
        self, chart: Chart, rankdir: str, dpi: float, splines: str, name: str
    ) -> None:
        self.chart = chart
        self._rankdir, self._dpi, self._splines = rankdir, dpi, splines
        self._name = name

    def to_string(self) -> str:
        """Returns the text in the language DOT."""
        lines = [
            f"digraph {_quoted(self._name)} {{",
            f"  graph [rankdir={self._rankdir}, dpi={self._dpi:g}, "
            f"splines={self._splines}, concentrate=true];",
            '  node [shape=box, style="rounded,filled", fontname=Helvetica];',
            *_body(self.chart, "n", "  "),
            "}",
            "",
        ]
        return "\n".join(lines)

    def create(self, prog: object = None, format: str = "svg") -> bytes:
        """Returns the bytes of a file.

        Args:
            prog: kept for pydot; nothing else is called.
            format: 'svg', 'png', 'pdf', 'jpg', 'gif', or 'dot' for the text.

        Raises:
            ConfigError: another format.
        """
        if format in ("dot", "raw", "gv"):
            return self.to_string().encode()
        drawing = drawn(self.chart, self._rankdir)
        if format == "svg":
            return drawing.svg().encode()
        if format not in _PICTURES:
            known = ", ".join(["svg", *_PICTURES, "dot"])
            raise ConfigError(
                message(
                    "plot_model",
                    f"pictures are written as one of {known}, got {format!r}",
                    "the file's name says the format, for example model.svg",
                )
            )
        return drawing.encoded(_PICTURES[format], self._dpi)

    def write(self, path: str | Path, prog: object = None, format: str = "raw") -> bool:
        """Writes a file; see `create` for the formats.

        Args:
            path: the file.
            prog: kept for pydot.
            format: 'raw' for the text.
        """
        Path(path).write_bytes(self.create(prog, format))
        return True

    def write_png(self, path: str | Path, prog: object = None) -> bool:
        """Writes a PNG file."""
        return self.write(path, prog, "png")

    def write_svg(self, path: str | Path, prog: object = None) -> bool:
        """Writes an SVG file."""
        return self.write(path, prog, "svg")

    def _repr_svg_(self) -> str:
        return self.create(format="svg").decode()

    def __str__(self) -> str:
        return self.to_string()


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _body(chart: Chart, prefix: str, indent: str) -> Iterator[str]:
    for number, box in enumerate(chart.boxes):
        key = f"{prefix}{number}"
        if box.inside is None:
            label = _quoted("\n".join([box.title, *box.lines, *_trained(box)]))
            label = label.replace("\n", "\\n")
            fill = _quoted(colour_of(box.kind))
            yield f"{indent}{key} [label={label}, fillcolor={fill}];"
        else:
            yield f"{indent}subgraph cluster_{key} {{"
            yield f"{indent}  label={_quoted(box.title)}; style=dashed;"
            yield from _body(box.inside, f"{key}_", f"{indent}  ")
            yield f"{indent}}}"
    for arrow in chart.arrows:
        start = _end(
            chart.boxes[arrow.start], f"{prefix}{arrow.start}", arrow.output, 0
        )
        stop = _end(chart.boxes[arrow.stop], f"{prefix}{arrow.stop}", arrow.input, 1)
        yield f"{indent}{start} -> {stop};"


def _trained(box: Box) -> list[str]:
    if box.trained is None:
        return []
    return ["Trainable" if box.trained else "Non-trainable"]


def _end(box: Box, key: str, number: int, entering: int) -> str:
    """The innermost box where an arrow begins or ends."""
    if box.inside is None:
        return key
    ends = box.inside.inputs if entering else box.inside.outputs
    inner = ends[min(number, len(ends) - 1)]
    return _end(box.inside.boxes[inner], f"{key}_{inner}", 0, entering)


def model_to_dot(
    model: Model,
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = True,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    subgraph: bool = False,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Dot:
    """Returns a model as a graph in the language DOT.

    Args:
        model: the model, built.
        show_shapes: whether to write shapes of inputs and outputs.
        show_dtype: whether to write the type of outputs.
        show_layer_names: whether to write the names of layers.
        rankdir: where arrows lead: 'TB' down, 'LR' to the right.
        expand_nested: whether to open models inside.
        dpi: pixels to an inch.
        subgraph: kept for Keras.
        show_layer_activations: whether to write activation functions.
        show_trainable: whether to write which layers are trained.
        splines: how `dot` shall draw lines.
        **kwargs: nothing else.

    Returns:
        An object with `to_string()`, `write(path, format=...)`, `create(format=...)`.

    Raises:
        NotBuiltError: the model does not know its shapes yet.
        ConfigError: an unknown direction.

    Differs from Keras: pydot is not needed, and no object of it is returned.

    Example:
        >>> from saccade import Sequential, layers
        >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
        >>> "n0 -> n1;" in model_to_dot(model).to_string()
        True
    """
    no_unknown_keywords(list(kwargs), ["layer_range"], "model_to_dot")
    if rankdir not in DIRECTIONS:
        raise ConfigError(unknown_name("model_to_dot: rankdir", rankdir, DIRECTIONS))
    shown = Shown(
        show_shapes, show_dtype, show_layer_names, show_layer_activations,
        show_trainable, expand_nested,
    )  # fmt: skip
    chart = chart_of(model, shown, "model_to_dot")
    return Dot(chart, rankdir, dpi, splines, model.name)


def plot_model(
    model: Model,
    to_file: str | Path = "model.png",
    show_shapes: bool = False,
    show_dtype: bool = False,
    show_layer_names: bool = False,
    rankdir: str = "TB",
    expand_nested: bool = False,
    dpi: float = 200,
    show_layer_activations: bool = False,
    show_trainable: bool = False,
    splines: str = "ortho",
    **kwargs: Any,
) -> Any:
    """Draws a model into a file: its layers as boxes, what they hand on as arrows.

    Args:
        model: the model, built.
        to_file: the file: .png, .svg, .pdf, .jpg, .gif or .dot.
        show_shapes: whether to write shapes of inputs and outputs.
        show_dtype: whether to write the type of outputs.
        show_layer_names: whether to write the names of layers.
        rankdir: where arrows lead: 'TB' down, 'LR' to the right.
        expand_nested: whether to open models inside.
        dpi: pixels to an inch, for pictures.
        show_layer_activations: whether to write activation functions.
        show_trainable: whether to write which layers are trained.
        splines: kept for Keras; for .dot files.
        **kwargs: nothing else.

    Returns:
        The picture for a notebook, if IPython is running; None otherwise.

    Raises:
        NotBuiltError: the model does not know its shapes yet.
        ConfigError: an unknown direction, or another kind of file.

    Differs from Keras: neither pydot nor Graphviz is needed; colours say what kind a
    layer is of.

    Example:
        >>> import tempfile; from saccade import Sequential, layers
        >>> model = Sequential([layers.Input((2,)), layers.Dense(1)])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     plot_model(model, f"{folder}/model.svg", show_shapes=True)
        ...     "Dense" in Path(f"{folder}/model.svg").read_text()
        True
    """
    no_unknown_keywords(list(kwargs), ["layer_range"], "plot_model")
    dot = model_to_dot(
        model,
        show_shapes=show_shapes,
        show_dtype=show_dtype,
        show_layer_names=show_layer_names,
        rankdir=rankdir,
        expand_nested=expand_nested,
        dpi=dpi,
        show_layer_activations=show_layer_activations,
        show_trainable=show_trainable,
        splines=splines,
    )
    path = Path(to_file)
    kind = path.suffix.removeprefix(".").lower() or "png"
    dot.write(path, format=kind)
    return _for_notebook(path, kind)


def _for_notebook(path: Path, kind: str) -> Any:
    import sys

    display = sys.modules.get("IPython.display")
    core = sys.modules.get("IPython.core.getipython")
    # IPython may be loaded by something else, and no notebook there to show it.
    shown = display is not None and core is not None and core.get_ipython()
    if not shown or kind in ("pdf", "dot", "raw", "gv"):
        return None
    assert display is not None
    if kind == "svg":
        return display.SVG(filename=str(path))
    return display.Image(filename=str(path))
