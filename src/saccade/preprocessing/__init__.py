"""Reading and changing of pictures, where Keras 2 has it: `preprocessing.image`."""

from saccade.core import _refused
from saccade.utils import image_dataset_from_directory as image_dataset_from_directory

from . import image as image

__all__ = ["image", "image_dataset_from_directory"]

__getattr__ = _refused.door(__name__, __all__)
