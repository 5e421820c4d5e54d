"""Operations on pictures: `saccade.ops.image`."""

from ._affine import affine_transform as affine_transform
from ._affine import map_coordinates as map_coordinates
from ._affine import perspective_transform as perspective_transform
from ._image import resize as resize

__all__ = ["affine_transform", "map_coordinates", "perspective_transform", "resize"]
