"""Operations on pictures: `saccade.ops.image`."""

from ._affine import affine_transform as affine_transform
from ._affine import map_coordinates as map_coordinates
from ._affine import perspective_transform as perspective_transform
from ._colour import hsv_to_rgb as hsv_to_rgb
from ._colour import rgb_to_grayscale as rgb_to_grayscale
from ._colour import rgb_to_hsv as rgb_to_hsv
from ._dispatch import open_door
from ._filters import elastic_transform as elastic_transform
from ._filters import gaussian_blur as gaussian_blur
from ._filters import sobel_edges as sobel_edges
from ._filters import ssim as ssim
from ._image import resize as resize
from ._patches import crop_images as crop_images
from ._patches import extract_patches as extract_patches
from ._patches import extract_patches_3d as extract_patches_3d
from ._patches import pad_images as pad_images
from ._patches import scale_and_translate as scale_and_translate

__all__ = [
    "affine_transform",
    "crop_images",
    "elastic_transform",
    "extract_patches",
    "extract_patches_3d",
    "gaussian_blur",
    "hsv_to_rgb",
    "map_coordinates",
    "pad_images",
    "perspective_transform",
    "resize",
    "rgb_to_grayscale",
    "rgb_to_hsv",
    "scale_and_translate",
    "sobel_edges",
    "ssim",
]

open_door(globals(), __all__, "image")
