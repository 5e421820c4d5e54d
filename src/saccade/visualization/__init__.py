"""Pictures of training and of data. Figures need matplotlib, extra `plot`."""

from saccade.core import _refused, _registry

from ._boxes import draw_bounding_boxes as draw_bounding_boxes
from ._galleries import plot_bounding_box_gallery as plot_bounding_box_gallery
from ._galleries import plot_image_gallery as plot_image_gallery
from ._galleries import plot_segmentation_mask_gallery as plot_segmentation_mask_gallery
from ._history import plot_history as plot_history
from ._masks import draw_segmentation_masks as draw_segmentation_masks
from ._predictions import plot_predictions as plot_predictions

__all__ = [
    "draw_bounding_boxes",
    "draw_segmentation_masks",
    "plot_bounding_box_gallery",
    "plot_history",
    "plot_image_gallery",
    "plot_predictions",
    "plot_segmentation_mask_gallery",
]
_registry.export("keras.visualization", {name: globals()[name] for name in __all__})

__getattr__ = _refused.door(__name__, __all__)
