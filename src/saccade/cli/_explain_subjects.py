"""The subjects of `saccade explain`: their options, and the calls they stand for."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from saccade.cli._explain_models import model_of

Numbers = list[Any]
_STEPS = "flip_lr|rotate(30)|shift(0.2)|zoom(0.2)|brightness(0.3)|erase(0.7)"
_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
_SIDE = 64  # pixels of the longer side of a picture that is convolved
_SEQUENCE, _DIFFERENCE = "2 3 5 7 11", "-1 1"


class Explained(Protocol):
    """What a function of `saccade.explain` returns."""

    def lines(self) -> list[str]:
        """Returns the steps for the screen."""
        ...


@dataclasses.dataclass(frozen=True)
class Subject:
    """One subject.

    Args:
        help: what it shows.
        add: adds its options.
        make: calls the function of `saccade.explain`.
        moves: whether it can be a .gif.
        steps: whether one of its steps can be drawn by itself.
    """

    help: str
    add: Callable[[argparse.ArgumentParser], None]
    make: Callable[[argparse.Namespace], Explained]
    moves: bool = False
    steps: bool = False


def numbers(text: str) -> Numbers:
    """Reads numbers: '1 2 3', rows '1 2; 3 4', or nested lists '[[1, 2], [3, 4]]'.

    Raises:
        argparse.ArgumentTypeError: something that is no number.

    Example:
        >>> numbers("1 2.5, -3"), numbers("1 2; 3 4"), numbers("[[1], [2]]")
        ([1.0, 2.5, -3.0], [[1.0, 2.0], [3.0, 4.0]], [[1], [2]])
    """
    if text.strip().startswith("["):
        try:
            return json.loads(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is no list: {error}") from None
    rows = [row for row in text.replace("\n", ";").split(";") if row.strip()]
    found = [[_number(word, text) for word in _words(row)] for row in rows]
    if not found:
        raise argparse.ArgumentTypeError(
            'there are no numbers; write them as "1 2 3", rows as "1 2; 3 4"'
        )
    return found[0] if len(found) == 1 and ";" not in text else found


def _words(row: str) -> list[str]:
    return row.replace(",", " ").split()


def _number(word: str, text: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{word!r} is no number in {text!r}; write numbers with spaces between "
            'them and ; between rows, such as "1 2; 3 4"'
        ) from None


def _whole(text: str) -> tuple[int, ...]:
    """Reads whole numbers: '3 4', '3,4' or '720x1280x3'."""
    try:
        found = tuple(int(word) for word in _words(text.lower().replace("x", " ")))
    except ValueError:
        found = ()
    if not found:
        raise argparse.ArgumentTypeError(
            f'must be whole numbers such as "3 4", got {text!r}'
        )
    return found


def _one_or_more(text: str) -> int | tuple[int, ...]:
    found = _whole(text)
    return found[0] if len(found) == 1 else found


def _padding(text: str) -> str | int | tuple[int, ...]:
    return text if text.isalpha() else _one_or_more(text)


def _rate(text: str) -> tuple[str, float]:
    name, equals, value = text.partition("=")
    try:
        return name, float(value if equals else "none")
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a name and a rate such as sgd=0.1, got {text!r}"
        ) from None


def _input(text: str) -> Any:
    """Reads numbers, or the name of a picture, which is opened later."""
    return Path(text) if Path(text).suffix.lower() in _PICTURES else numbers(text)


def _input_of(value: Any) -> Any:
    """Returns numbers; of a picture its shades of grey, made small."""
    if not isinstance(value, Path):
        return value
    import numpy as np

    from saccade import explain
    from saccade.utils import load_img

    height, width = explain.channels(value).picture.shape[:2]
    share = min(1.0, _SIDE / max(height, width))
    size = max(1, round(height * share)), max(1, round(width * share))
    return np.asarray(load_img(value, "grayscale", size, "bilinear"))


def _kernel(text: str) -> Any:
    """Reads numbers, or the name of a kernel, which is looked up later."""
    return text if text.isalpha() else numbers(text)


def _kernel_of(value: Any) -> Any:
    from saccade import explain

    return explain.kernel(value) if isinstance(value, str) else value


def _add_windows(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--input", metavar="NUMBERS", type=_input, default=numbers(_SEQUENCE),
        help='numbers such as "1 2 3 4"; rows with ; between them; or a picture file, '
        f'of which the shades of grey are taken ("{_SEQUENCE}")')  # fmt: skip
    add("--kernel", metavar="NUMBERS", type=_kernel, default=numbers(_DIFFERENCE),
        help="its weights, written alike, or identity, blur, sharpen, edges, "
        f'vertical, horizontal ("{_DIFFERENCE}")')  # fmt: skip


def _add_one_step(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--position", metavar="PLACE", type=_whole,
        help="draw one step only, that of this place in the output")  # fmt: skip
    add("--filter", metavar="N", type=int, default=0,
        help="which filter or channel is drawn (0)")  # fmt: skip


def _add_neuron(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--inputs", metavar="NUMBERS", type=numbers, default=[1.0, -2.0, 0.5],
        help='what comes in ("1 -2 0.5")')  # fmt: skip
    add("--weights", metavar="NUMBERS", type=numbers, default=[0.8, 0.4, -1.5],
        help='one for each ("0.8 0.4 -1.5")')  # fmt: skip
    add("--bias", metavar="NUMBER", type=float, default=0.3, help="is added (0.3)")
    add("--activation", metavar="NAME", default="sigmoid",
        help="function of the sum (sigmoid)")  # fmt: skip


def _neuron(options: argparse.Namespace) -> Explained:
    from saccade import explain

    return explain.neuron(
        options.inputs, options.weights, options.bias, options.activation
    )


def _add_convolve(parser: argparse.ArgumentParser) -> None:
    _add_windows(parser)
    add = parser.add_argument
    add("--stride", metavar="N", type=_one_or_more, default=1,
        help="cells from one window to the next (1)")  # fmt: skip
    add("--padding", metavar="KIND", type=_padding, default="valid",
        help="valid, same, full, or a number of cells (valid)")  # fmt: skip
    add("--dilation", metavar="N", type=_one_or_more, default=1,
        help="cells between neighbouring weights (1)")  # fmt: skip
    add("--bias", metavar="NUMBERS", type=numbers, help="added to each sum (none)")
    add("--activation", metavar="NAME", help="function of each sum (none)")
    add("--fill", metavar="KIND", default="zeros",
        help="what padding holds: zeros, reflect, replicate (zeros)")  # fmt: skip
    _add_one_step(parser)


def _convolve(options: argparse.Namespace) -> Explained:
    from saccade import explain

    bias = options.bias
    return explain.convolve(
        _input_of(options.input),
        _kernel_of(options.kernel),
        stride=options.stride,
        padding=options.padding,
        dilation=options.dilation,
        bias=bias[0] if bias is not None and len(bias) == 1 else bias,
        activation=options.activation,
        fill=options.fill,
    )


def _add_pooling(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    example = "1 3 2 0; 5 2 -1 4; 0 2 8 1; 3 1 2 6"
    add(
        "--input",
        metavar="NUMBERS",
        type=_input,
        default=numbers(example),
        help=f'numbers, rows with ; between them, or a picture file ("{example}")',
    )
    add("--size", metavar="N", type=_one_or_more, default=2, help="of the window (2)")
    add("--stride", metavar="N", type=_one_or_more, help="the size if not given")
    add("--padding", metavar="KIND", type=_padding, default="valid",
        help="valid, same, or a number of cells (valid)")  # fmt: skip
    add("--kind", metavar="KIND", default="max", help="max or average (max)")
    _add_one_step(parser)


def _pooling(options: argparse.Namespace) -> Explained:
    from saccade import explain

    return explain.pooling(
        _input_of(options.input),
        options.size,
        stride=options.stride,
        padding=options.padding,
        kind=options.kind,
    )


def _add_padding(parser: argparse.ArgumentParser) -> None:
    _add_windows(parser)
    add = parser.add_argument
    add("--kinds", metavar="KINDS", type=str.split, default=["valid", "same", "full"],
        help='what is compared, also numbers of cells ("valid same full")')  # fmt: skip
    add("--stride", metavar="N", type=int, default=1, help="as for convolve (1)")
    add("--dilation", metavar="N", type=int, default=1, help="as for convolve (1)")
    add("--fill", metavar="KIND", default="zeros", help="as for convolve (zeros)")


def _padding_made(options: argparse.Namespace) -> Explained:
    from saccade import explain

    return explain.padding(
        _input_of(options.input),
        _kernel_of(options.kernel),
        kinds=[int(kind) if kind.isdecimal() else kind for kind in options.kinds],
        stride=options.stride,
        dilation=options.dilation,
        fill=options.fill,
    )


def _add_stride(parser: argparse.ArgumentParser) -> None:
    _add_windows(parser)
    add = parser.add_argument
    add("--strides", metavar="NUMBERS", type=_whole, default=(1, 2, 3),
        help='what is compared ("1 2 3")')  # fmt: skip
    add("--padding", metavar="KIND", type=_padding, default="valid",
        help="as for convolve (valid)")  # fmt: skip


def _stride(options: argparse.Namespace) -> Explained:
    from saccade import explain

    return explain.stride(
        _input_of(options.input),
        _kernel_of(options.kernel),
        strides=options.strides,
        padding=options.padding,
    )


def _add_functions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", metavar="NAME", nargs="*",
                        help="such as relu, tanh (six of them)")  # fmt: skip


def _functions(options: argparse.Namespace) -> Explained:
    from saccade import explain

    return explain.functions(options.names) if options.names else explain.functions()


def _add_vanishing(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("names", metavar="NAME", nargs="*", help="(sigmoid tanh relu)")
    add("--layers", metavar="N", type=int, default=10, help="how many (10)")
    add("--weight", metavar="W", type=float, default=1.0, help="of each neuron (1)")
    add("--start", metavar="X", type=float, default=1.0, help="the input (1)")


def _vanishing(options: argparse.Namespace) -> Explained:
    from saccade import explain

    names = options.names or ["sigmoid", "tanh", "relu"]
    return explain.vanishing(names, options.layers, options.start, options.weight)


def _add_softmax(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--logits", metavar="NUMBERS", type=numbers, default=[2.0, 1.0, -1.0, 0.5],
        help='one for each class ("2 1 -1 0.5")')  # fmt: skip
    add("--temperature", metavar="T", type=float, default=1.0, help="divides them (1)")
    add("--target", metavar="CLASS", type=int, help="the class that is right")


def _softmax(options: argparse.Namespace) -> Explained:
    from saccade import explain

    return explain.softmax(options.logits, options.temperature, options.target)


def _add_losses(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--target", metavar="T", type=float, default=1.0, help="0 or 1 (1)")
    add("--targets", metavar="NUMBERS", type=numbers,
        help="with --predictions: the loss of these, not curves")  # fmt: skip
    add("--predictions", metavar="NUMBERS", type=numbers, help="what was said")
    add("--name", metavar="LOSS", default="binary_crossentropy",
        help="of these: mse or binary_crossentropy (binary_crossentropy)")  # fmt: skip


def _losses(options: argparse.Namespace) -> Explained:
    from saccade import explain
    from saccade.core._errors import ConfigError

    if (options.targets is None) != (options.predictions is None):
        raise ConfigError("--targets and --predictions are given together.")
    if options.targets is not None:
        return explain.loss(options.targets, options.predictions, options.name)
    return explain.losses(options.target)


def _add_race(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--surface", metavar="NAME", default="two_gaussians",
        help="two_gaussians, ravine, rosenbrock, rastrigin, himmelblau, beale, saddle, "
        "or network: a trained network's loss over two of its weights (two_gaussians)",
        )  # fmt: skip
    add("--start", metavar='"X Y"', type=numbers, help="where all begin")
    add("--optimizers", metavar="NAMES", type=str.split,
        help="of sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw, "
        "adam_uncorrected (all but the last)")  # fmt: skip
    add("--steps", metavar="N", type=int, help="how many (what suits the surface)")
    add("--rate", metavar="NAME=RATE", type=_rate, action="append", default=[],
        help="learning rate of one of them; may be repeated")  # fmt: skip
    add("--noise", metavar="S", type=float, default=0.0,
        help="standard deviation added to gradients (0)")  # fmt: skip
    add("--seed", metavar="N", type=int, default=0, help="of the noise (0)")


def _race(options: argparse.Namespace) -> Explained:
    from saccade import explain

    chosen = {} if options.optimizers is None else {"optimizers": options.optimizers}
    return explain.race(
        options.surface,
        options.start,
        steps=options.steps,
        rates=dict(options.rate),
        noise=options.noise,
        seed=options.seed,
        **chosen,
    )


def _add_basins(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--surface", metavar="NAME", default="two_gaussians", help="as for race")
    add("--optimizer", metavar="NAME", default="sgd", help="as for race (sgd)")
    add("--steps", metavar="N", type=int, default=500, help="how many (500)")
    add("--size", metavar="N", type=int, default=81, help="starts along a side (81)")
    add("--rate", metavar="RATE", type=float, help="(what suits the surface)")


def _basins(options: argparse.Namespace) -> Explained:
    from saccade import explain

    return explain.basins(
        options.surface,
        options.optimizer,
        steps=options.steps,
        size=options.size,
        rate=options.rate,
    )


def _add_parameters(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--shape", metavar="HxWxC", type=_whole, default=(720, 1280, 3),
        help="of the picture (720x1280x3)")  # fmt: skip
    add("--kernel", metavar="N", type=_one_or_more, default=3, help="its size (3)")
    add("--filters", metavar="N", type=int, default=1, help="or units (1)")
    add("--no-bias", action="store_true", help="count weights only")


def _parameters(options: argparse.Namespace) -> Explained:
    from saccade import explain

    return explain.parameters(
        options.shape, options.kernel, options.filters, not options.no_bias
    )


def _add_channels(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("picture", metavar="PICTURE", help="a JPEG, PNG, ... file")
    add("--corner", metavar='"ROW COLUMN"', type=_whole,
        help="first of the pixels shown as numbers (where most happens)")  # fmt: skip


def _channels(options: argparse.Namespace) -> Explained:
    from saccade import explain
    from saccade.core._errors import ConfigError

    if options.corner is not None and len(options.corner) != 2:
        raise ConfigError('--corner must be two numbers, such as "10 20".')
    return explain.channels(options.picture, options.corner)


def _add_augment(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("picture", metavar="PICTURE", help="a JPEG, PNG, ... file")
    add("--steps", metavar="STEPS", default=_STEPS,
        help=f"those of saccade train --augment, each alone ({_STEPS})")  # fmt: skip
    add("--size", metavar="PIXELS", type=int, default=160,
        help="height and width that the picture is made (160)")  # fmt: skip
    add("--count", metavar="N", type=int, default=5, help="how often each (5)")
    add("--seed", metavar="N", type=int, default=0, help="of the random numbers (0)")


def _augment(options: argparse.Namespace) -> Explained:
    import numpy as np

    from saccade import explain
    from saccade.core._checks import positive_int
    from saccade.core._errors import ConfigError
    from saccade.recipes import AugmentSpec
    from saccade.utils import load_img, set_random_seed

    size = positive_int(options.size, "--size", "augment")
    spec = AugmentSpec.parse(options.steps)
    if not spec.steps or spec.mixes_labels:
        problem = "mixup and cutmix need several pictures" if spec.steps else "no step"
        raise ConfigError(f"augment: {problem}; see saccade augment --preview.")
    explain.channels(options.picture)  # says what is wrong with the file
    pixels = np.asarray(load_img(options.picture, "rgb", (size, size), "bilinear"))
    set_random_seed(options.seed)
    steps = {
        str(step): AugmentSpec((step,)).layers((size, size, 3)) for step in spec.steps
    }
    return explain.augmentations(pixels, steps, options.count, options.seed)


def _add_layers(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("model", metavar="MODEL",
        help="a .keras file, or the folder of a run, also of one that the studio shows",
        )  # fmt: skip
    add("--epoch", metavar="N", type=int,
        help="of a run that the studio shows: its weights after this epoch (the last)",
        )  # fmt: skip


def _layers(options: argparse.Namespace) -> Explained:
    from saccade import explain

    return explain.layers(model_of(options.model, options.epoch))


def _add_cell(parser: argparse.ArgumentParser) -> None:
    _add_layers(parser)
    add = parser.add_argument
    add("picture", metavar="PICTURE", help="is resized to the model's input")
    add("--layer", metavar="NAME", required=True, help="its name or number")
    add("--position", metavar='"ROW COLUMN"', type=_whole, default=(),
        help="place in the layer's output; not for dense layers")  # fmt: skip
    add("--filter", metavar="N", type=int, default=0,
        help="the filter, or the unit of a dense layer (0)")  # fmt: skip


def _cell(options: argparse.Namespace) -> Explained:
    from saccade import explain

    layer: str | int = options.layer
    if options.layer.removeprefix("-").isdecimal():
        layer = int(options.layer)
    model = model_of(options.model, options.epoch)
    return explain.cell(model, options.picture, layer, options.position, options.filter)


SUBJECTS: dict[str, Subject] = {
    "neuron": Subject("a neuron: products, their sum, the activation", _add_neuron,
                      _neuron),
    "convolve": Subject("a convolution, 1-D or 2-D, window by window", _add_convolve,
                        _convolve, moves=True, steps=True),
    "pooling": Subject("max or average pooling, window by window", _add_pooling,
                       _pooling, moves=True, steps=True),
    "padding": Subject("kinds of padding side by side", _add_padding, _padding_made),
    "stride": Subject("strides side by side: what is skipped and dropped", _add_stride,
                      _stride),
    "parameters": Subject("weights of a convolution beside those of a dense layer",
                          _add_parameters, _parameters),
    "functions": Subject("activation functions and their slopes", _add_functions,
                         _functions),
    "vanishing": Subject("a signal through many layers, and its gradient back",
                         _add_vanishing, _vanishing),
    "softmax": Subject("softmax: logits made probabilities", _add_softmax, _softmax),
    "losses": Subject("squared error and cross-entropy with their gradients",
                      _add_losses, _losses),
    "race": Subject("optimizers race down a surface", _add_race, _race, moves=True),
    "basins": Subject("which start ends in which minimum", _add_basins, _basins),
    "channels": Subject("the colour channels of a picture", _add_channels, _channels),
    "augment": Subject(
        "a picture through augmentations, several times each", _add_augment, _augment
    ),
    "layers": Subject("a model as a diagram", _add_layers, _layers),
    "cell": Subject("the arithmetic of one number inside a model", _add_cell, _cell),
}  # fmt: skip
