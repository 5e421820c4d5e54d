"""Data for training: anything `fit` accepts, made arrays or a stream of batches.

`adapt` checks the data and returns an `ArraySource` or a `StreamSource`, the two forms
that the engine takes. Nothing in here knows of layers or models.
"""

from ._adapters import adapt as adapt
from ._adapters import labels_on_host as labels_on_host
from ._batches import pack_x_y_sample_weight as pack_x_y_sample_weight
from ._batches import unpack_x_y_sample_weight as unpack_x_y_sample_weight
from ._cache import PictureCache as PictureCache
from ._dataset import Dataset as Dataset
from ._dataset import DatasetIterator as DatasetIterator
from ._dataset import Options as Options
from ._dataset_elements import Tensor as Tensor
from ._dataset_elements import TensorSpec as TensorSpec
from ._dataset_elements import as_tensor as as_tensor
from ._dataset_elements import to_array as to_array
from ._dataset_nodes import AUTOTUNE as AUTOTUNE
from ._dataset_nodes import INFINITE as INFINITE
from ._dataset_nodes import UNKNOWN as UNKNOWN
from ._decode import PictureForm as PictureForm
from ._decode import picture_form as picture_form
from ._decode import shape_picture as shape_picture
from ._duplicates import find_duplicates as find_duplicates
from ._duplicates import list_duplicates as list_duplicates
from ._image_check import Looked as Looked
from ._image_check import Unusable as Unusable
from ._image_check import find_unusable as find_unusable
from ._image_check import list_unusable as list_unusable
from ._image_check import look_at_all as look_at_all
from ._image_check import threads_for_reading as threads_for_reading
from ._image_folder import SUFFIXES as SUFFIXES
from ._image_folder import FileIndex as FileIndex
from ._image_folder import index_folder as index_folder
from ._image_folder import problems_of as problems_of
from ._image_open import open_picture as open_picture
from ._image_reader import PictureReader as PictureReader
from ._image_resize import resize_taps as resize_taps
from ._image_rows import decode_channels as decode_channels
from ._image_rows import picture_frames as picture_frames
from ._image_warp import FILL_MODES as FILL_MODES
from ._image_warp import prepare_warp as prepare_warp
from ._image_warp import warp_batch as warp_batch
from ._image_warp import warp_picture as warp_picture
from ._order import epoch_batches as epoch_batches
from ._order import rows_order as rows_order
from ._prefetch import Prefetcher as Prefetcher
from ._prefetch import prefetch as prefetch
from ._py_dataset import PyDataset as PyDataset
from ._py_dataset import Sequence as Sequence
from ._source import ArraySource as ArraySource
from ._source import StreamSource as StreamSource
from ._source import check_steps as check_steps
from ._source import whole_executions as whole_executions
from ._split import split_validation as split_validation
from ._stratify import stratified_split as stratified_split

__all__ = [
    "AUTOTUNE",
    "FILL_MODES",
    "INFINITE",
    "SUFFIXES",
    "UNKNOWN",
    "ArraySource",
    "Dataset",
    "DatasetIterator",
    "FileIndex",
    "Looked",
    "Options",
    "PictureCache",
    "PictureForm",
    "PictureReader",
    "Prefetcher",
    "PyDataset",
    "Sequence",
    "StreamSource",
    "Tensor",
    "TensorSpec",
    "Unusable",
    "adapt",
    "as_tensor",
    "check_steps",
    "decode_channels",
    "epoch_batches",
    "find_duplicates",
    "find_unusable",
    "index_folder",
    "labels_on_host",
    "list_duplicates",
    "list_unusable",
    "look_at_all",
    "open_picture",
    "pack_x_y_sample_weight",
    "picture_form",
    "picture_frames",
    "prefetch",
    "prepare_warp",
    "problems_of",
    "resize_taps",
    "rows_order",
    "shape_picture",
    "split_validation",
    "stratified_split",
    "threads_for_reading",
    "to_array",
    "unpack_x_y_sample_weight",
    "warp_batch",
    "warp_picture",
    "whole_executions",
]
