"""A quick look whether layers hold what they held."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain
from operator import is_
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from saccade.layers import Layer
    from saccade.optimizers import Optimizer

# Attributes that are read by nobody who looks for weights, and changed by calls.
_NO_WEIGHTS = frozenset(
    {"_eager_losses", "_given_arguments", "_inbound_nodes", "_initial_weights"}
)


class Watch:
    """Sees whether layers still hold what they held when it was made.

    Weights and layers are what the attributes of layers hold, lists and dicts opened.
    To look through them takes long; to see that they are the same objects does not.

    Args:
        layers: to be watched; also optimizers.

    Example:
        >>> from saccade.layers import Dense
        >>> layer = Dense(1); layer.build((None, 2))
        >>> watch = Watch([layer]); before = watch.unchanged()
        >>> layer.kernel = layer.add_weight(shape=(2, 1))
        >>> before, watch.unchanged()
        (True, False)
    """

    def __init__(self, layers: Iterable[Layer | Optimizer]) -> None:
        # Views, which follow what they show.
        self._views: list[Collection[Any]] = []
        for layer in layers:
            self._views.append(vars(layer).values())
            for name, value in vars(layer).items():
                if name not in _NO_WEIGHTS:
                    _add_views(value, self._views)
        # The objects themselves, since the number of one that is gone is given anew.
        self._held = tuple(chain.from_iterable(self._views))

    def unchanged(self) -> bool:
        """Says whether all is as it was."""
        return sum(map(len, self._views)) == len(self._held) and all(
            map(is_, chain.from_iterable(self._views), self._held)
        )


def _add_views(value: Any, views: list[Collection[Any]]) -> None:
    """Adds the lists and dicts in a value, which may change where they are."""
    if not isinstance(value, (list, tuple, dict)):
        return
    held = value.values() if isinstance(value, dict) else value
    if not isinstance(value, tuple):
        views.append(held)
    for part in held:
        _add_views(part, views)
