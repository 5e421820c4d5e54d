"""Pictures from files and arrays: `keras.preprocessing.image`."""

from saccade.utils import array_to_img as array_to_img
from saccade.utils import img_to_array as img_to_array
from saccade.utils import load_img as load_img
from saccade.utils import save_img as save_img
from saccade.utils import smart_resize as smart_resize

from ._affine import apply_affine_transform as apply_affine_transform
from ._array import NumpyArrayIterator as NumpyArrayIterator
from ._colour import apply_brightness_shift as apply_brightness_shift
from ._colour import apply_channel_shift as apply_channel_shift
from ._colour import random_brightness as random_brightness
from ._colour import random_channel_shift as random_channel_shift
from ._directory import DirectoryIterator as DirectoryIterator
from ._frame import DataFrameIterator as DataFrameIterator
from ._generator import ImageDataGenerator as ImageDataGenerator
from ._iterator import Iterator as Iterator
from ._random import random_rotation as random_rotation
from ._random import random_shear as random_shear
from ._random import random_shift as random_shift
from ._random import random_zoom as random_zoom

__all__ = [
    "DataFrameIterator",
    "DirectoryIterator",
    "ImageDataGenerator",
    "Iterator",
    "NumpyArrayIterator",
    "apply_affine_transform",
    "apply_brightness_shift",
    "apply_channel_shift",
    "array_to_img",
    "img_to_array",
    "load_img",
    "random_brightness",
    "random_channel_shift",
    "random_rotation",
    "random_shear",
    "random_shift",
    "random_zoom",
    "save_img",
    "smart_resize",
]
