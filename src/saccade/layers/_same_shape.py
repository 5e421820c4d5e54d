"""The base of layers whose output has the shape of their input."""

from __future__ import annotations

from saccade.core._symbolic import Shape

from ._layer import Layer


class SameShape(Layer):
    """A layer whose output has the shape of its input, and its mask."""

    supports_masking = True

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Returns the input's shape."""
        return tuple(input_shape)
