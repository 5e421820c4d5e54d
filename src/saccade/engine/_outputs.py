"""Outputs that losses or metrics are about: their form, their names, what is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from saccade.engine._loss_tree import (
    Nest,
    Path,
    at,
    form_of,
    is_nest,
    leaves,
    matched,
    named,
)


class Outputs:
    """The nest of what a model returns, as far as losses and metrics need it.

    Args:
        outputs: the outputs, or their shapes.
        names: their names, in JAX's order; None if there are none.

    Example:
        >>> pair = Outputs([1, 2], ["a", "b"])
        >>> pair.titles, pair.matched({"b": 5, "a": 4}, "y")
        (['a', 'b'], [4, 5])
    """

    def __init__(self, outputs: Nest, names: Sequence[str] | None) -> None:
        self.names: Nest = named(outputs, names)
        self.form: Nest = form_of(outputs)
        self.paths: list[Path] = [path for path, _ in leaves(outputs)]
        # Those that have a loss; others may have no targets.
        self.measured: list[Path] = []

    @property
    def titles(self) -> list[str]:
        """What each output is called: its name, else its key or number."""
        return [
            str(at(self.names, path) or (path[-1] if path else 0))
            for path in self.paths
        ]

    @property
    def length(self) -> int:
        """The number of parts of the outermost list or dict."""
        return len(self.form) if is_nest(self.form) else 1

    def is_like(self, outputs: Nest) -> bool:
        """Says whether a nest has this form."""
        return form_of(outputs) == self.form

    def arranged(self, given: Any, what: str) -> Nest:
        """Puts what was given for each output into a nest like that of the outputs."""
        return matched(given, self.form, self.names, what)

    def matched(self, given: Any, what: str) -> Nest:
        """The same for targets or weights, which may be for outputs with a loss only.

        Args:
            given: one for all, or a nest.
            what: the argument, for messages.

        Raises:
            ConfigError: an unknown name, or too few or too many.
        """
        several = isinstance(given, (list, tuple)) and len(self.paths) > 1
        if several and len(given) == len(self.measured) < len(self.paths):
            parts = dict(zip(self.measured, given, strict=True))
            given = [parts.get(path) for path in self.paths]
        return self.arranged(given, what)
