"""`draw` and `animate`: what each function of `explain` returned, as pictures."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from saccade.core._errors import ArgumentTypeError, message
from saccade.visualization._figure import save

from . import _draw_race
from ._augment import Augmented
from ._cell import LayerCell
from ._channels import Channels
from ._convolve import Convolution, ConvolvedCell
from ._draw_augment import draw_augmented
from ._draw_cell import draw_convolved_cell, draw_layer_cell, draw_pooled_cell
from ._draw_channels import draw_channels
from ._draw_compare import draw_comparison, draw_parameters
from ._draw_convolve import ConvolutionLayout
from ._draw_curves import (
    draw_functions,
    draw_loss,
    draw_losses,
    draw_softmax,
    draw_vanishing,
)
from ._draw_network import draw_layers
from ._draw_neuron import draw_neuron
from ._draw_overview import draw_overview, is_large, overview_frames
from ._draw_pooling import PoolingLayout
from ._functions import FunctionCurves, VanishingSignal
from ._losses import Loss, LossCurves
from ._network import LayerDiagram
from ._neuron import Neuron
from ._pooling import PooledCell, Pooling
from ._race import Basins, Race
from ._sizes import Comparison, ParameterCount
from ._softmax import Softmax
from ._strip import Layout, save_frames, step_figure, step_frames, strip_figure
from ._windows import check_position

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WHOLE: dict[type, Callable[[Any], Figure]] = {
    Augmented: draw_augmented,
    Basins: _draw_race.draw_basins,
    Channels: draw_channels,
    Comparison: draw_comparison,
    ConvolvedCell: draw_convolved_cell,
    FunctionCurves: draw_functions,
    LayerCell: draw_layer_cell,
    LayerDiagram: draw_layers,
    Loss: draw_loss,
    LossCurves: draw_losses,
    Neuron: draw_neuron,
    ParameterCount: draw_parameters,
    PooledCell: draw_pooled_cell,
    Race: _draw_race.draw_race,
    Softmax: draw_softmax,
    VanishingSignal: draw_vanishing,
}


def draw(
    shown: object,
    path: str | os.PathLike[str] | None = None,
    *,
    position: Sequence[int] | int | None = None,
    filter: int = 0,
) -> Figure:
    """Draws what a function of `explain` returned.

    Args:
        shown: for example what `convolve` returned.
        path: file to write as well: .png, .svg or .pdf.
        position: of a convolution or pooling, the place in the output whose step is
            drawn; None for a strip of all steps, or of a large input for the
            window with the largest output.
        filter: of a convolution or pooling, the filter or channel.

    Returns:
        A matplotlib figure; a notebook shows it.

    Raises:
        ArgumentTypeError: nothing that can be drawn.
        ConfigError: there is no such place or filter.
        MissingExtraError: matplotlib is not installed.

    Differs from Keras: not in Keras.

    Example:
        >>> from saccade import explain
        >>> figure = draw(explain.convolve([2, 3, 5, 7, 11], [-1, 1]))
        >>> figure.axes[0].texts[0].get_text()
        'Convolution: the window slides, its products are added'
    """
    if isinstance(shown, (Convolution, Pooling)):
        figure = _steps(shown, position, filter)
    elif type(shown) in _WHOLE:
        figure = _WHOLE[type(shown)](shown)
    else:
        raise ArgumentTypeError(
            message(
                "draw",
                f"a {type(shown).__name__} cannot be drawn",
                "give it what a function of saccade.explain returned, for example "
                "explain.convolve(...)",
            )
        )
    save(figure, path)
    return figure


def _steps(
    shown: Convolution | Pooling, position: Sequence[int] | int | None, filter: int
) -> Figure:
    layout = _layout(shown, filter)
    place = None
    if position is not None:
        place = check_position(position, [axis.count for axis in shown.axes], "draw")
    if is_large(shown):
        return draw_overview(shown, place, filter)
    return strip_figure(layout) if place is None else step_figure(layout, place)


def _layout(shown: Convolution | Pooling, filter: int) -> Layout:
    shown.cell((0,) * shown.rank, filter)  # says what is wrong with the filter
    if isinstance(shown, Convolution):
        return ConvolutionLayout(shown, filter)
    return PoolingLayout(shown, filter)


def animate(
    shown: Convolution | Pooling | Race,
    path: str | os.PathLike[str],
    *,
    seconds: float | None = None,
    filter: int = 0,
) -> None:
    """Writes the steps of a convolution, pooling or race as an animated GIF.

    Args:
        shown: what `convolve`, `pooling` or `race` returned.
        path: the file, .gif.
        seconds: how long each frame is shown; None for 1, in a race 0.08.
        filter: the filter or channel.

    Raises:
        ArgumentTypeError: nothing that moves.
        ConfigError: another kind of file, or there is no such filter.
        MissingExtraError: matplotlib is not installed.

    Differs from Keras: not in Keras.

    Example:
        >>> import tempfile, os
        >>> from saccade import explain
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = os.path.join(folder, "steps.gif")
        ...     animate(explain.convolve([2, 3, 5], [-1, 1]), file)
        ...     os.path.getsize(file) > 1000
        True
    """
    if isinstance(shown, (Convolution, Pooling)):
        layout = _layout(shown, filter)
        if is_large(shown):
            frames = overview_frames(shown, filter)
        else:
            frames = step_frames(layout)
    elif isinstance(shown, Race):
        frames = _draw_race.race_frames(shown)
    else:
        raise ArgumentTypeError(
            message(
                "animate",
                f"a {type(shown).__name__} does not move",
                "call explain.draw for a still picture",
            )
        )
    usual = 0.08 if isinstance(shown, Race) else 1.0
    save_frames(path, frames, usual if seconds is None else seconds, "animate")
