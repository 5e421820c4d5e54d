"""Boxes around objects in pictures: forms, moving, overlap (`keras.utils`' names)."""

from saccade.core import _registry
from saccade.ops._box_overlap import compute_ciou as compute_ciou
from saccade.ops._box_overlap import compute_iou as compute_iou
from saccade.ops._boxes import affine_transform as affine_transform
from saccade.ops._boxes import clip_to_image_size as clip_to_image_size
from saccade.ops._boxes import convert_format as convert_format
from saccade.ops._boxes import crop as crop
from saccade.ops._boxes import decode_deltas_to_boxes as decode_deltas_to_boxes
from saccade.ops._boxes import encode_box_to_deltas as encode_box_to_deltas
from saccade.ops._boxes import pad as pad

__all__ = [
    "affine_transform",
    "clip_to_image_size",
    "compute_ciou",
    "compute_iou",
    "convert_format",
    "crop",
    "decode_deltas_to_boxes",
    "encode_box_to_deltas",
    "pad",
]
_registry.export("keras.utils.bounding_boxes", {n: globals()[n] for n in __all__})
