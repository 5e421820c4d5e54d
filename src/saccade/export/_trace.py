"""The pure function that a model is when it is not trained."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Never

import jax

from saccade import kernels
from saccade.core import _names, _scope
from saccade.core._errors import ConfigError, UnsupportedFeatureError, message

from ._inputs import Inputs

if TYPE_CHECKING:
    from saccade.models import Model


@dataclasses.dataclass(frozen=True)
class Inference:
    """What a model computes, as a function of arrays.

    Args:
        model: the model.
        inputs: what it takes.
        where: the place, for messages.
    """

    model: Model
    inputs: Inputs
    where: str

    def __call__(self, *arguments: Any) -> Any:
        """Computes the outputs with the model's own weights."""
        return self.with_weights(None, *arguments)

    def with_weights(self, weights: list[Any] | None, *arguments: Any) -> Any:
        """Computes the outputs.

        Args:
            weights: one array for each of `model.variables`; None for their own.
            *arguments: what the model is called with.
        """
        pairs = [] if weights is None else zip(
            self.model.variables, weights, strict=True
        )  # fmt: skip
        fail = functools.partial(_fail_random, self.where)
        with (
            kernels.portable(),
            _names.labelled(jax.named_scope),
            _scope.Scope(pairs, key=fail),
        ):
            return self.model(*arguments, training=False)

    def on_arrays(self, weights: list[Any] | None, *arrays: Any) -> Any:
        """Computes the outputs from one array for each input."""
        return self.with_weights(weights, *self.inputs.arguments(arrays))

    def output_names(self, outputs: Any) -> list[str]:
        """Returns one name for each leaf of the outputs, all different.

        Args:
            outputs: what the model returned.
        """
        if isinstance(outputs, dict):
            found = [
                "_".join(
                    str(getattr(key, "key", getattr(key, "idx", key))) for key in p
                )
                for p, _ in jax.tree_util.tree_flatten_with_path(outputs)[0]
            ]
        else:
            count = len(jax.tree.leaves(outputs))
            found = list(self.model._output_names() or ())
            if len(found) != count:
                found = [f"output_{i}" if i else "output" for i in range(count)]
        taken = {x.name for x in self.inputs.inputs}
        return [_fresh(name, taken) for name in found]


def _fixed(shape: Sequence[int | None]) -> tuple[int | None, ...]:
    """An example of a shape with fewer free sizes: of the batch only, if that helps."""
    if None in shape[1:]:
        return (shape[0], *(224 if size is None else size for size in shape[1:]))
    return tuple(1 if size is None else size for size in shape)


def _fresh(name: str, taken: set[str]) -> str:
    """Returns the name, with a number if it is taken, and notes it."""
    new, number = name, 0
    while new in taken:
        number += 1
        new = f"{name}_{number}"
    taken.add(new)
    return new


def _fail_random(where: str) -> Never:
    raise UnsupportedFeatureError(
        message(
            where,
            "it draws random numbers also when it is not trained, and a file would "
            "give the same ones for ever",
            "draw only `if training`, or give the numbers to the model as an input",
        )
    )


@contextmanager
def free_sizes(
    inputs: Inputs, works: Callable[[], object], where: str
) -> Iterator[None]:
    """Says what to do where tracing fails only because sizes are not fixed.

    Args:
        inputs: what the model takes.
        works: traces the model with numbers in place of free sizes.
        where: the place, for messages.

    Raises:
        ConfigError: it works with numbers and not with symbols.
    """
    try:
        yield
    except Exception as error:
        if not inputs.is_free:
            raise
        works()  # what fails here as well has another reason, and says it
        fixed = ", ".join(
            f"keras.InputSpec(shape={_fixed(x.shape)}, dtype={x.dtype!r})"
            for x in inputs.inputs
        )
        raise ConfigError(
            message(
                where,
                "a layer needs to know sizes that are free (None) in the inputs: "
                f"{str(error).splitlines()[0] if str(error) else type(error).__name__}",
                f"fix them, for example input_signature=[{fixed}]",
            )
        ) from error
