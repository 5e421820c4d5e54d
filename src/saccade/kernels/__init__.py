"""How the heavy operations run on each device.

`_choose` picks a form by device and shape; `_native` are the compiled forms for CPU,
`_direct` that for few pictures, `_native_channels` those of sums for each channel,
`_lanes`, `_winograd`, `_matmul`, `_pooling` and `_norm` the pure-JAX ones, `_xla` those
for GPU and TPU. `_windows` joins pooling to convolutions. Arrays are channels last
here; argument checks and data formats belong to `saccade.ops`.
"""

from . import _forms as _forms  # last: fills the table
from ._bias import add_bias as add_bias
from ._choose import Choice as Choice
from ._choose import Form as Form
from ._choose import choose as choose
from ._choose import explain as explain
from ._choose import form as form
from ._choose import form_names as form_names
from ._choose import portable as portable
from ._choose import recording as recording
from ._choose import register as register
from ._conv import conv as conv
from ._conv import conv_grad_input as conv_grad_input
from ._conv import conv_grad_kernel as conv_grad_kernel
from ._conv_relu import conv_relu as conv_relu
from ._lanes import flatten as flatten
from ._library import FILL_MODES as FILL_MODES
from ._library import missing as missing
from ._library import older as older
from ._library import vectors as vectors
from ._library import warp as warp
from ._made import answering as answering
from ._norm import moments as moments
from ._norm import normalize as normalize
from ._pool import average_pool as average_pool
from ._pool import max_pool as max_pool
from ._product import product as product
from ._rows import take_rows as take_rows
from ._spec import USUAL_BATCH as USUAL_BATCH
from ._spec import ConvSpec as ConvSpec
from ._spec import PoolSpec as PoolSpec
from ._spec import WarpSpec as WarpSpec
from ._warp import look_up as look_up

__all__ = [
    "FILL_MODES",
    "USUAL_BATCH",
    "Choice",
    "ConvSpec",
    "Form",
    "PoolSpec",
    "WarpSpec",
    "add_bias",
    "answering",
    "average_pool",
    "choose",
    "conv",
    "conv_grad_input",
    "conv_grad_kernel",
    "conv_relu",
    "explain",
    "flatten",
    "form",
    "form_names",
    "look_up",
    "max_pool",
    "missing",
    "moments",
    "normalize",
    "older",
    "portable",
    "product",
    "recording",
    "register",
    "take_rows",
    "vectors",
    "warp",
]
