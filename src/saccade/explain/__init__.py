"""The arithmetic of networks, step by step: as data, and drawn.

Each function returns what it did as arrays that can be looked at, printed with
`lines()` and drawn with `draw` (or `animate`). Drawing needs matplotlib, extra `plot`.
"""

from ._augment import Augmented as Augmented
from ._augment import augmentations as augmentations
from ._cell import LayerCell as LayerCell
from ._cell import cell as cell
from ._cell import layer_cell as layer_cell
from ._cell import layer_input as layer_input
from ._channels import Channels as Channels
from ._channels import channels as channels
from ._convolve import Convolution as Convolution
from ._convolve import ConvolvedCell as ConvolvedCell
from ._convolve import convolve as convolve
from ._draw import animate as animate
from ._draw import draw as draw
from ._functions import FunctionCurves as FunctionCurves
from ._functions import VanishingSignal as VanishingSignal
from ._functions import functions as functions
from ._functions import vanishing as vanishing
from ._kernels import kernel as kernel
from ._losses import Loss as Loss
from ._losses import LossCurves as LossCurves
from ._losses import loss as loss
from ._losses import losses as losses
from ._network import LayerBlock as LayerBlock
from ._network import LayerDiagram as LayerDiagram
from ._network import layers as layers
from ._neuron import Neuron as Neuron
from ._neuron import neuron as neuron
from ._pooling import PooledCell as PooledCell
from ._pooling import Pooling as Pooling
from ._pooling import pooling as pooling
from ._race import Basins as Basins
from ._race import Race as Race
from ._race import basins as basins
from ._race import race as race
from ._sizes import Comparison as Comparison
from ._sizes import ParameterCount as ParameterCount
from ._sizes import padding as padding
from ._sizes import parameters as parameters
from ._sizes import stride as stride
from ._softmax import Softmax as Softmax
from ._softmax import softmax as softmax

__all__ = [
    "Augmented",
    "Basins",
    "Channels",
    "Comparison",
    "Convolution",
    "ConvolvedCell",
    "FunctionCurves",
    "LayerBlock",
    "LayerCell",
    "LayerDiagram",
    "Loss",
    "LossCurves",
    "Neuron",
    "ParameterCount",
    "PooledCell",
    "Pooling",
    "Race",
    "Softmax",
    "VanishingSignal",
    "animate",
    "augmentations",
    "basins",
    "cell",
    "channels",
    "convolve",
    "draw",
    "functions",
    "kernel",
    "layer_cell",
    "layer_input",
    "layers",
    "loss",
    "losses",
    "neuron",
    "padding",
    "parameters",
    "pooling",
    "race",
    "softmax",
    "stride",
    "vanishing",
]
