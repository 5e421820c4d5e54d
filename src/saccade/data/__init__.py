"""Data for training: anything `fit` accepts, made arrays or a stream of batches.

`adapt` checks the data and returns an `ArraySource` or a `StreamSource`, the two forms
that the engine takes. Nothing in here knows of layers or models.
"""

from ._adapters import adapt as adapt
from ._adapters import labels_on_host as labels_on_host
from ._batches import pack_x_y_sample_weight as pack_x_y_sample_weight
from ._batches import unpack_x_y_sample_weight as unpack_x_y_sample_weight
from ._decode import open_picture as open_picture
from ._decode import picture_form as picture_form
from ._decode import shape_picture as shape_picture
from ._order import epoch_batches as epoch_batches
from ._order import rows_order as rows_order
from ._prefetch import Prefetcher as Prefetcher
from ._prefetch import prefetch as prefetch
from ._py_dataset import PyDataset as PyDataset
from ._py_dataset import Sequence as Sequence
from ._source import ArraySource as ArraySource
from ._source import StreamSource as StreamSource
from ._source import check_steps as check_steps
from ._split import split_validation as split_validation
from ._stratify import stratified_split as stratified_split

__all__ = [
    "ArraySource",
    "Prefetcher",
    "PyDataset",
    "Sequence",
    "StreamSource",
    "adapt",
    "check_steps",
    "epoch_batches",
    "labels_on_host",
    "open_picture",
    "pack_x_y_sample_weight",
    "picture_form",
    "prefetch",
    "rows_order",
    "shape_picture",
    "split_validation",
    "stratified_split",
    "unpack_x_y_sample_weight",
]
