"""The race of optimizers: all from one start, or one from many starts."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from saccade.core._checks import positive_int
from saccade.core._errors import ConfigError, ShapeError, message, unknown_name

from ._network_surface import network_surface
from ._numbers import Floats, floats, words
from ._racers import RACERS, Racer, find_racer
from ._steps import Steps
from ._surfaces import SURFACES, Surface

_WHERE = "race"
NETWORK = "network"
DEFAULT = ("sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adam", "adamw")
# A point this many widths of the box away does not come back.
_LOST = 1000.0
# Near a minimum: this share of the width of the box, 0.1 on the first surface.
_NEAR = 0.025


@dataclasses.dataclass(frozen=True, eq=False)
class Race(Steps):
    """Where each optimizer went.

    Args:
        surface: what was descended.
        start: where all began.
        racers: the optimizers, with the settings they ran with.
        paths: where each was after each step; NaN once it was lost.
        losses: the surface's height there.
        ends: how each ended: 'minimum 1', ..., 'elsewhere' or 'diverged'.
        noise: standard deviation of what was added to each gradient.

    Shapes:
        start: (2,); paths: (racers, steps + 1, 2); losses: (racers, steps + 1)
    """

    surface: Surface
    start: Floats
    racers: tuple[Racer, ...]
    paths: Floats
    losses: Floats
    ends: tuple[str, ...]
    noise: float

    @property
    def steps(self) -> int:
        """How many steps each made."""
        return self.paths.shape[1] - 1

    def lines(self) -> list[str]:
        """Returns a table of where each ended for the screen."""
        surface = self.surface
        x, y = (words(v) for v in self.start)
        lines = [
            f"{surface.name}: {surface.formula}",
            f"{surface.lesson}",
            f"start ({x}, {y}), {self.steps} steps, gradient noise {words(self.noise)}",
        ]
        for number, minimum in enumerate(surface.minima, 1):
            height = float(surface.value(*np.array(minimum)))
            place = ", ".join(words(v) for v in minimum)
            lines.append(f"minimum {number}: ({place}), height {words(height)}")
        lines.append(f"{'':<30}{'rate':>8}{'x':>11}{'y':>11}{'height':>11}  end")
        for racer, path, loss, end in zip(
            self.racers, self.paths, self.losses, self.ends, strict=True
        ):
            row = f"{racer.title:<30}{words(racer.settings['rate']):>8}"
            numbers = (path[-1, 0], path[-1, 1], loss[-1])
            texts = ["-" if np.isnan(v) else words(v, 3) for v in numbers]
            row += f"{texts[0]:>11}{texts[1]:>11}{texts[2]:>11}  {end}"
            lines.append(row)
        return lines


def race(
    surface: str = "two_gaussians",
    start: npt.ArrayLike | None = None,
    *,
    optimizers: Sequence[str] = DEFAULT,
    steps: int | None = None,
    rates: Mapping[str, float] | None = None,
    noise: float = 0.0,
    seed: int = 0,
) -> Race:
    """Lets optimizers descend a surface from the same start.

    Args:
        surface: 'two_gaussians', 'ravine', 'rosenbrock', 'rastrigin', 'himmelblau',
            'beale', 'saddle', or 'network': the loss of a small trained network over
            two of its weights.
        start: x and y; None for a place from which they differ.
        optimizers: of 'sgd', 'momentum', 'nesterov', 'rmsprop', 'adagrad', 'adam',
            'adamw', and 'adam_uncorrected', Adam as some animations show it.
        steps: how many each makes; None for what suits the surface.
        rates: learning rates by the optimizer's name, in place of those that suit the
            surface.
        noise: standard deviation of normal numbers that are added to each gradient, as
            if it came from a batch; every optimizer gets the same.
        seed: of the noise.

    Raises:
        ConfigError: a name that is not known, a number out of range.
        ShapeError: the start is not two numbers.

    Differs from Keras: not in Keras; the formulas are those of its optimizers.

    Example:
        >>> found = race(start=(0.3, 1.5), optimizers=["sgd", "momentum"])
        >>> found.ends
        ('minimum 2', 'minimum 1')
        >>> race("network", optimizers=["momentum", "adam"]).ends
        ('minimum 2', 'minimum 1')
    """
    ground = find_surface(surface)
    point = floats(ground.start if start is None else start, "start", _WHERE)
    if point.shape != (2,):
        problem = f"`start` must be two numbers, x and y, got shape {point.shape}"
        raise ShapeError(message(_WHERE, problem))
    count = positive_int(ground.steps if steps is None else steps, "steps", _WHERE)
    if not noise >= 0:
        raise ConfigError(message(_WHERE, f"`noise` must be >= 0, got {noise!r}"))
    racers = tuple(suited(find_racer(name), ground) for name in optimizers)
    racers = tuple(_with_rate(racer, rates or {}) for racer in racers)
    unknown = [name for name in rates or {} if name not in RACERS]
    if unknown:
        raise ConfigError(unknown_name("optimizer", unknown[0], RACERS))
    bumps = np.random.default_rng(seed).normal(0.0, noise, (count, 1, 2))
    paths = np.stack([descend(r, ground, point[None], bumps)[:, 0] for r in racers])
    with np.errstate(all="ignore"):
        losses = ground.value(paths[..., 0], paths[..., 1])
    ends = tuple(_end(ground, path[-1]) for path in paths)
    return Race(ground, point, racers, paths, losses, ends, float(noise))


def find_surface(name: str) -> Surface:
    """Returns the surface of a name.

    Raises:
        ConfigError: there is none; the nearest is named.

    Example:
        >>> find_surface("saddle").formula
        'x² - y²'
    """
    if name == NETWORK:
        return network_surface()
    if name not in SURFACES:
        raise ConfigError(unknown_name("surface", name, [*SURFACES, NETWORK]))
    return SURFACES[name]


def suited(racer: Racer, surface: Surface) -> Racer:
    """Returns an optimizer with the rate for a surface.

    Args:
        racer: with its settings for the first surface.
        surface: where it will run.

    Example:
        >>> suited(RACERS["sgd"], find_surface("rosenbrock")).settings["rate"]
        0.001
    """
    scale = surface.scale if racer.scaled else surface.plain_scale
    rate = racer.settings["rate"] * scale
    return dataclasses.replace(racer, settings={**racer.settings, "rate": rate})


def _with_rate(racer: Racer, rates: Mapping[str, float]) -> Racer:
    rate = rates.get(racer.name, racer.settings["rate"])
    if not 0 <= rate < np.inf:
        problem = f"the rate of {racer.name!r} must be a number >= 0, got {rate!r}"
        raise ConfigError(message(_WHERE, problem))
    return dataclasses.replace(racer, settings={**racer.settings, "rate": rate})


def descend(racer: Racer, surface: Surface, starts: Floats, bumps: Floats) -> Floats:
    """Returns the paths of one optimizer from many starts.

    Args:
        racer: the optimizer with its settings.
        surface: what it descends.
        starts: where it begins.
        bumps: what is added to the gradients of each step.

    Shapes:
        starts: (n, 2); bumps: (steps, 1 or n, 2); paths: (steps + 1, n, 2), NaN once a
        point is lost

    Example:
        >>> still = np.zeros((3, 1, 2))
        >>> descend(RACERS["sgd"], find_surface("ravine"), np.ones((5, 2)), still).shape
        (4, 5, 2)
    """
    low_x, high_x, low_y, high_y = surface.box
    bound = _LOST * max(high_x - low_x, high_y - low_y)
    slots = {"m": np.zeros_like(starts), "v": np.zeros_like(starts)}
    paths = np.empty((len(bumps) + 1, *starts.shape))
    paths[0] = starts
    with np.errstate(all="ignore"):  # A lost point overflows before it is noticed.
        for step, bump in enumerate(bumps, 1):
            now = paths[step - 1]
            slope = np.stack(surface.gradient(now[:, 0], now[:, 1]), -1) + bump
            new = racer.rule(now, slope, slots, step, racer.settings)
            here = (np.abs(new) < bound).all(-1, keepdims=True)
            paths[step] = np.where(here, new, np.nan)
    return paths


def _end(surface: Surface, point: Floats) -> str:
    if np.isnan(point).any():
        return "diverged"
    near = _NEAR * (surface.box[1] - surface.box[0])
    for number, minimum in enumerate(surface.minima, 1):
        if np.hypot(*(point - minimum)) < near:
            return f"minimum {number}"
    return "elsewhere"


@dataclasses.dataclass(frozen=True, eq=False)
class Basins(Steps):
    """Which start ends where.

    Args:
        surface: what was descended.
        racer: the optimizer with its settings.
        x: starts along x.
        y: starts along y.
        ends: 0, 1, ... for the minimum near which it ended, -1 for none.
        shares: the share of starts that ended near each minimum.

    Shapes:
        x, y: (size,); ends: (size, size), rows are y; shares: (minima,)
    """

    surface: Surface
    racer: Racer
    x: Floats
    y: Floats
    ends: np.ndarray
    shares: Floats

    def lines(self) -> list[str]:
        """Returns the shares for the screen."""
        lines = [f"{self.racer.title} on {self.surface.name}"]
        for minimum, share in zip(self.surface.minima, self.shares, strict=True):
            place = ", ".join(words(v) for v in minimum)
            lines.append(f"  ends at ({place}): {share:.1%}")
        return [*lines, f"  elsewhere: {1 - self.shares.sum():.1%}"]


def basins(
    surface: str = "two_gaussians",
    optimizer: str = "sgd",
    *,
    steps: int = 500,
    size: int = 81,
    rate: float | None = None,
) -> Basins:
    """Finds out which start ends in which minimum.

    Args:
        surface: as for `race`.
        optimizer: as for `race`.
        steps: how many it makes.
        size: starts along each side of the surface's box.
        rate: learning rate; None for what suits the surface.

    Raises:
        ConfigError: a name that is not known, a number out of range.

    Differs from Keras: not in Keras.

    Example:
        >>> [round(float(share), 3) for share in basins(optimizer="sgd").shares]
        [0.548, 0.452]
    """
    ground = find_surface(surface)
    racer = suited(find_racer(optimizer), ground)
    racer = _with_rate(racer, {} if rate is None else {racer.name: rate})
    count = positive_int(steps, "steps", "basins")
    side = positive_int(size, "size", "basins", minimum=2)
    x = np.linspace(*ground.box[:2], side)
    y = np.linspace(*ground.box[2:], side)
    grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    last = _last_points(racer, ground, grid, count)
    near = _NEAR * (ground.box[1] - ground.box[0])
    ends = np.full(len(grid), -1)
    for number, minimum in enumerate(ground.minima):
        ends[np.hypot(*(last - minimum).T) < near] = number
    shares = np.array([(ends == n).mean() for n in range(len(ground.minima))])
    return Basins(ground, racer, x, y, ends.reshape(side, side), shares)


def _last_points(racer: Racer, surface: Surface, starts: Floats, steps: int) -> Floats:
    slots = {"m": np.zeros_like(starts), "v": np.zeros_like(starts)}
    now = starts
    with np.errstate(all="ignore"):
        for step in range(1, steps + 1):
            slope = np.stack(surface.gradient(now[:, 0], now[:, 1]), -1)
            now = racer.rule(now, slope, slots, step, racer.settings)
    return now
