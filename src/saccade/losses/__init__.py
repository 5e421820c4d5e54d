"""Losses: how wrong predictions are, as one number to make small."""

from saccade.core import _refused, _registry
from saccade.losses._checks import check_targets as check_targets
from saccade.losses._crossentropy import BinaryCrossentropy as BinaryCrossentropy
from saccade.losses._crossentropy import (
    CategoricalCrossentropy as CategoricalCrossentropy,
)
from saccade.losses._crossentropy import (
    CategoricalGeneralizedCrossEntropy as CategoricalGeneralizedCrossEntropy,
)
from saccade.losses._crossentropy import KLDivergence as KLDivergence
from saccade.losses._crossentropy import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from saccade.losses._crossentropy import binary_crossentropy as binary_crossentropy
from saccade.losses._crossentropy import (
    categorical_crossentropy as categorical_crossentropy,
)
from saccade.losses._crossentropy import (
    categorical_generalized_cross_entropy as categorical_generalized_cross_entropy,
)
from saccade.losses._crossentropy import kl_divergence as kl_divergence
from saccade.losses._crossentropy import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from saccade.losses._ctc import CTC as CTC
from saccade.losses._ctc import ctc as ctc
from saccade.losses._focal import BinaryFocalCrossentropy as BinaryFocalCrossentropy
from saccade.losses._focal import (
    CategoricalFocalCrossentropy as CategoricalFocalCrossentropy,
)
from saccade.losses._focal import binary_focal_crossentropy as binary_focal_crossentropy
from saccade.losses._focal import (
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from saccade.losses._logits import on_logits as on_logits
from saccade.losses._lookup import SHAPE_DEPENDENT as SHAPE_DEPENDENT
from saccade.losses._lookup import as_loss as as_loss
from saccade.losses._lookup import deserialize as deserialize
from saccade.losses._lookup import get as get
from saccade.losses._lookup import serialize as serialize
from saccade.losses._loss import Loss as Loss
from saccade.losses._loss import LossFunctionWrapper as LossFunctionWrapper
from saccade.losses._loss import Reduction as Reduction
from saccade.losses._margin import CategoricalHinge as CategoricalHinge
from saccade.losses._margin import Circle as Circle
from saccade.losses._margin import Hinge as Hinge
from saccade.losses._margin import SquaredHinge as SquaredHinge
from saccade.losses._margin import categorical_hinge as categorical_hinge
from saccade.losses._margin import circle as circle
from saccade.losses._margin import hinge as hinge
from saccade.losses._margin import squared_hinge as squared_hinge
from saccade.losses._overlap import Dice as Dice
from saccade.losses._overlap import Tversky as Tversky
from saccade.losses._overlap import dice as dice
from saccade.losses._overlap import tversky as tversky
from saccade.losses._regression import CosineSimilarity as CosineSimilarity
from saccade.losses._regression import Huber as Huber
from saccade.losses._regression import LogCosh as LogCosh
from saccade.losses._regression import MeanAbsoluteError as MeanAbsoluteError
from saccade.losses._regression import (
    MeanAbsolutePercentageError as MeanAbsolutePercentageError,
)
from saccade.losses._regression import MeanSquaredError as MeanSquaredError
from saccade.losses._regression import (
    MeanSquaredLogarithmicError as MeanSquaredLogarithmicError,
)
from saccade.losses._regression import Poisson as Poisson
from saccade.losses._regression import cosine_similarity as cosine_similarity
from saccade.losses._regression import huber as huber
from saccade.losses._regression import log_cosh as log_cosh
from saccade.losses._regression import mean_absolute_error as mean_absolute_error
from saccade.losses._regression import (
    mean_absolute_percentage_error as mean_absolute_percentage_error,
)
from saccade.losses._regression import mean_squared_error as mean_squared_error
from saccade.losses._regression import (
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
)
from saccade.losses._regression import poisson as poisson
from saccade.losses._resolve import resolve as resolve

bce = BCE = binary_crossentropy
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
mse = MSE = mean_squared_error
msle = MSLE = mean_squared_logarithmic_error

__all__ = [
    "BCE",
    "CTC",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "BinaryCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "CategoricalHinge",
    "Circle",
    "CosineSimilarity",
    "Dice",
    "Hinge",
    "Huber",
    "KLDivergence",
    "LogCosh",
    "Loss",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "Reduction",
    "SparseCategoricalCrossentropy",
    "SquaredHinge",
    "Tversky",
    "bce",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "categorical_hinge",
    "circle",
    "cosine_similarity",
    "ctc",
    "deserialize",
    "dice",
    "get",
    "hinge",
    "huber",
    "kl_divergence",
    "kld",
    "kullback_leibler_divergence",
    "log_cosh",
    "logcosh",
    "mae",
    "mape",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_error",
    "mean_squared_logarithmic_error",
    "mse",
    "msle",
    "poisson",
    "serialize",
    "sparse_categorical_crossentropy",
    "squared_hinge",
    "tversky",
]

# Objects' own names first, then aliases: the first is the one written to files.
_registry.export(
    "keras.losses",
    {
        name: globals()[name]
        for name in sorted(__all__, key=lambda n: globals()[n].__name__ != n)
    },
)
_registry.export("keras.losses", {"LossFunctionWrapper": LossFunctionWrapper})
_registry.export("keras", {"Loss": Loss})

__getattr__ = _refused.door(__name__, __all__)
