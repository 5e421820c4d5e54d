"""Layers: the steps that networks are made of."""

from saccade.layers._input import Input as Input
from saccade.layers._input import InputLayer as InputLayer
from saccade.layers._input import InputSpec as InputSpec
from saccade.layers._layer import Layer as Layer
