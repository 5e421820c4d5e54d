"""Layers: the steps that networks are made of."""

from saccade.core import _refused, _registry
from saccade.saving import deserialize_keras_object as deserialize
from saccade.saving import serialize_keras_object as serialize

from ._activation import ELU as ELU
from ._activation import Activation as Activation
from ._activation import LeakyReLU as LeakyReLU
from ._activation import PReLU as PReLU
from ._activation import ReLU as ReLU
from ._activation import Softmax as Softmax
from ._attention import AdditiveAttention as AdditiveAttention
from ._attention import Attention as Attention
from ._augmentation_clahe import (
    ContrastLimitedAdaptiveHistogramEqualization as ContrastLimitedAdaptiveHistogramEqualization,  # noqa: E501
)
from ._augmentation_colour import RandomBrightness as RandomBrightness
from ._augmentation_colour import RandomColorDegeneration as RandomColorDegeneration
from ._augmentation_colour import RandomColorJitter as RandomColorJitter
from ._augmentation_colour import RandomContrast as RandomContrast
from ._augmentation_colour import RandomGrayscale as RandomGrayscale
from ._augmentation_colour import RandomHue as RandomHue
from ._augmentation_colour import RandomInvert as RandomInvert
from ._augmentation_colour import RandomSaturation as RandomSaturation
from ._augmentation_crop import RandomCrop as RandomCrop
from ._augmentation_filters import RandomGaussianBlur as RandomGaussianBlur
from ._augmentation_filters import RandomSharpness as RandomSharpness
from ._augmentation_geometry import RandomElasticTransform as RandomElasticTransform
from ._augmentation_geometry import RandomFlip as RandomFlip
from ._augmentation_geometry import RandomPerspective as RandomPerspective
from ._augmentation_geometry import RandomRotation as RandomRotation
from ._augmentation_geometry import RandomShear as RandomShear
from ._augmentation_geometry import RandomTranslation as RandomTranslation
from ._augmentation_geometry import RandomZoom as RandomZoom
from ._augmentation_mix import CutMix as CutMix
from ._augmentation_mix import MixUp as MixUp
from ._augmentation_mix import RandomErasing as RandomErasing
from ._augmentation_policy import AugMix as AugMix
from ._augmentation_policy import RandAugment as RandAugment
from ._augmentation_tone import AutoContrast as AutoContrast
from ._augmentation_tone import Equalization as Equalization
from ._augmentation_tone import RandomPosterization as RandomPosterization
from ._augmentation_tone import Solarization as Solarization
from ._batch_norm import BatchNormalization as BatchNormalization
from ._category import CategoryEncoding as CategoryEncoding
from ._conv import Conv1D as Conv1D
from ._conv import Conv1DTranspose as Conv1DTranspose
from ._conv import Conv2D as Conv2D
from ._conv import Conv2DTranspose as Conv2DTranspose
from ._conv import Conv3D as Conv3D
from ._conv import Conv3DTranspose as Conv3DTranspose
from ._dense import Dense as Dense
from ._dense import Embedding as Embedding
from ._dense import Identity as Identity
from ._dense import Lambda as Lambda
from ._einsum_dense import EinsumDense as EinsumDense
from ._input import Input as Input
from ._input import InputLayer as InputLayer
from ._input import InputSpec as InputSpec
from ._layer import Layer as Layer
from ._masking import Masking as Masking
from ._max_boxes import MaxNumBoundingBoxes as MaxNumBoundingBoxes
from ._merge import Add as Add
from ._merge import Average as Average
from ._merge import Concatenate as Concatenate
from ._merge import Dot as Dot
from ._merge import Maximum as Maximum
from ._merge import Minimum as Minimum
from ._merge import Multiply as Multiply
from ._merge import Subtract as Subtract
from ._merge import add as add
from ._merge import average as average
from ._merge import concatenate as concatenate
from ._merge import dot as dot
from ._merge import maximum as maximum
from ._merge import minimum as minimum
from ._merge import multiply as multiply
from ._merge import subtract as subtract
from ._multi_head import GroupQueryAttention as GroupQueryAttention
from ._multi_head import MultiHeadAttention as MultiHeadAttention
from ._norm import GroupNormalization as GroupNormalization
from ._norm import LayerNormalization as LayerNormalization
from ._norm import RMSNormalization as RMSNormalization
from ._norm import UnitNormalization as UnitNormalization
from ._pipeline import Pipeline as Pipeline
from ._pool import AdaptiveAveragePooling1D as AdaptiveAveragePooling1D
from ._pool import AdaptiveAveragePooling2D as AdaptiveAveragePooling2D
from ._pool import AdaptiveAveragePooling3D as AdaptiveAveragePooling3D
from ._pool import AdaptiveMaxPooling1D as AdaptiveMaxPooling1D
from ._pool import AdaptiveMaxPooling2D as AdaptiveMaxPooling2D
from ._pool import AdaptiveMaxPooling3D as AdaptiveMaxPooling3D
from ._pool import AveragePooling1D as AveragePooling1D
from ._pool import AveragePooling2D as AveragePooling2D
from ._pool import AveragePooling3D as AveragePooling3D
from ._pool import GlobalAveragePooling1D as GlobalAveragePooling1D
from ._pool import GlobalAveragePooling2D as GlobalAveragePooling2D
from ._pool import GlobalAveragePooling3D as GlobalAveragePooling3D
from ._pool import GlobalMaxPooling1D as GlobalMaxPooling1D
from ._pool import GlobalMaxPooling2D as GlobalMaxPooling2D
from ._pool import GlobalMaxPooling3D as GlobalMaxPooling3D
from ._pool import MaxPooling1D as MaxPooling1D
from ._pool import MaxPooling2D as MaxPooling2D
from ._pool import MaxPooling3D as MaxPooling3D
from ._preprocessing import CenterCrop as CenterCrop
from ._preprocessing import Normalization as Normalization
from ._preprocessing import Rescaling as Rescaling
from ._preprocessing import Resizing as Resizing
from ._regularization import ActivityRegularization as ActivityRegularization
from ._regularization import AlphaDropout as AlphaDropout
from ._regularization import Dropout as Dropout
from ._regularization import GaussianDropout as GaussianDropout
from ._regularization import GaussianNoise as GaussianNoise
from ._regularization import SpatialDropout1D as SpatialDropout1D
from ._regularization import SpatialDropout2D as SpatialDropout2D
from ._regularization import SpatialDropout3D as SpatialDropout3D
from ._reshape import Cropping1D as Cropping1D
from ._reshape import Cropping2D as Cropping2D
from ._reshape import Cropping3D as Cropping3D
from ._reshape import Flatten as Flatten
from ._reshape import Permute as Permute
from ._reshape import RepeatVector as RepeatVector
from ._reshape import Reshape as Reshape
from ._reshape import UpSampling1D as UpSampling1D
from ._reshape import UpSampling2D as UpSampling2D
from ._reshape import UpSampling3D as UpSampling3D
from ._reshape import ZeroPadding1D as ZeroPadding1D
from ._reshape import ZeroPadding2D as ZeroPadding2D
from ._reshape import ZeroPadding3D as ZeroPadding3D
from ._separable import DepthwiseConv1D as DepthwiseConv1D
from ._separable import DepthwiseConv2D as DepthwiseConv2D
from ._separable import SeparableConv1D as SeparableConv1D
from ._separable import SeparableConv2D as SeparableConv2D
from ._spectral import SpectralNormalization as SpectralNormalization
from ._wrapper import TimeDistributed as TimeDistributed
from ._wrapper import Wrapper as Wrapper

AvgPool1D = AveragePooling1D
AvgPool2D = AveragePooling2D
AvgPool3D = AveragePooling3D
Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
Convolution2D = Conv2D
Convolution2DTranspose = Conv2DTranspose
Convolution3D = Conv3D
Convolution3DTranspose = Conv3DTranspose
GlobalAvgPool1D = GlobalAveragePooling1D
GlobalAvgPool2D = GlobalAveragePooling2D
GlobalAvgPool3D = GlobalAveragePooling3D
GlobalMaxPool1D = GlobalMaxPooling1D
GlobalMaxPool2D = GlobalMaxPooling2D
GlobalMaxPool3D = GlobalMaxPooling3D
MaxPool1D = MaxPooling1D
MaxPool2D = MaxPooling2D
MaxPool3D = MaxPooling3D
SeparableConvolution1D = SeparableConv1D
SeparableConvolution2D = SeparableConv2D


def _is_alias(name: str) -> bool:
    return getattr(globals()[name], "__name__", name) != name


__all__ = [
    "ELU",
    "Activation",
    "ActivityRegularization",
    "AdaptiveAveragePooling1D",
    "AdaptiveAveragePooling2D",
    "AdaptiveAveragePooling3D",
    "AdaptiveMaxPooling1D",
    "AdaptiveMaxPooling2D",
    "AdaptiveMaxPooling3D",
    "Add",
    "AdditiveAttention",
    "AlphaDropout",
    "Attention",
    "AugMix",
    "AutoContrast",
    "Average",
    "AveragePooling1D",
    "AveragePooling2D",
    "AveragePooling3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNormalization",
    "CategoryEncoding",
    "CenterCrop",
    "Concatenate",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "Convolution1D",
    "Convolution1DTranspose",
    "Convolution2D",
    "Convolution2DTranspose",
    "Convolution3D",
    "Convolution3DTranspose",
    "Cropping1D",
    "Cropping2D",
    "Cropping3D",
    "CutMix",
    "Dense",
    "DepthwiseConv1D",
    "DepthwiseConv2D",
    "Dot",
    "Dropout",
    "EinsumDense",
    "Embedding",
    "Equalization",
    "Flatten",
    "GaussianDropout",
    "GaussianNoise",
    "GlobalAveragePooling1D",
    "GlobalAveragePooling2D",
    "GlobalAveragePooling3D",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GlobalMaxPooling1D",
    "GlobalMaxPooling2D",
    "GlobalMaxPooling3D",
    "GroupNormalization",
    "GroupQueryAttention",
    "Identity",
    "Input",
    "InputLayer",
    "InputSpec",
    "Lambda",
    "Layer",
    "LayerNormalization",
    "LeakyReLU",
    "Masking",
    "MaxNumBoundingBoxes",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "MaxPooling1D",
    "MaxPooling2D",
    "MaxPooling3D",
    "Maximum",
    "Minimum",
    "MixUp",
    "MultiHeadAttention",
    "Multiply",
    "Normalization",
    "PReLU",
    "Permute",
    "Pipeline",
    "RMSNormalization",
    "RandAugment",
    "RandomBrightness",
    "RandomColorDegeneration",
    "RandomColorJitter",
    "RandomContrast",
    "RandomCrop",
    "RandomElasticTransform",
    "RandomErasing",
    "RandomFlip",
    "RandomGaussianBlur",
    "RandomGrayscale",
    "RandomHue",
    "RandomInvert",
    "RandomPerspective",
    "RandomPosterization",
    "RandomRotation",
    "RandomSaturation",
    "RandomSharpness",
    "RandomShear",
    "RandomTranslation",
    "RandomZoom",
    "ReLU",
    "RepeatVector",
    "Rescaling",
    "Reshape",
    "Resizing",
    "SeparableConv1D",
    "SeparableConv2D",
    "SeparableConvolution1D",
    "SeparableConvolution2D",
    "Softmax",
    "Solarization",
    "SpatialDropout1D",
    "SpatialDropout2D",
    "SpatialDropout3D",
    "SpectralNormalization",
    "Subtract",
    "TimeDistributed",
    "UnitNormalization",
    "UpSampling1D",
    "UpSampling2D",
    "UpSampling3D",
    "Wrapper",
    "ZeroPadding1D",
    "ZeroPadding2D",
    "ZeroPadding3D",
    "add",
    "average",
    "concatenate",
    "deserialize",
    "dot",
    "maximum",
    "minimum",
    "multiply",
    "serialize",
    "subtract",
]

# A class is named in files by its own name, never by an alias.
_registry.export(
    "keras.layers",
    {name: globals()[name] for name in sorted(__all__, key=_is_alias)},
)

__getattr__ = _refused.door(__name__, __all__)
