"""Reading and changing of pictures, where Keras 2 has it: `preprocessing.image`."""

from . import image as image

__all__ = ["image"]
