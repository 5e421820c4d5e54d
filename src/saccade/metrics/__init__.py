"""Metrics: what is measured over all batches, beside the loss."""

from saccade.core import _refused, _registry
from saccade.losses import binary_crossentropy as binary_crossentropy
from saccade.losses import binary_focal_crossentropy as binary_focal_crossentropy
from saccade.losses import categorical_crossentropy as categorical_crossentropy
from saccade.losses import (
    categorical_focal_crossentropy as categorical_focal_crossentropy,
)
from saccade.losses import categorical_hinge as categorical_hinge
from saccade.losses import hinge as hinge
from saccade.losses import huber as huber
from saccade.losses import kl_divergence as kl_divergence
from saccade.losses import log_cosh as log_cosh
from saccade.losses import mean_absolute_error as mean_absolute_error
from saccade.losses import (
    mean_absolute_percentage_error as mean_absolute_percentage_error,
)
from saccade.losses import mean_squared_error as mean_squared_error
from saccade.losses import (
    mean_squared_logarithmic_error as mean_squared_logarithmic_error,
)
from saccade.losses import poisson as poisson
from saccade.losses import (
    sparse_categorical_crossentropy as sparse_categorical_crossentropy,
)
from saccade.losses import squared_hinge as squared_hinge
from saccade.metrics._accuracy import Accuracy as Accuracy
from saccade.metrics._accuracy import BinaryAccuracy as BinaryAccuracy
from saccade.metrics._accuracy import CategoricalAccuracy as CategoricalAccuracy
from saccade.metrics._accuracy import (
    SparseCategoricalAccuracy as SparseCategoricalAccuracy,
)
from saccade.metrics._accuracy import (
    SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy,
)
from saccade.metrics._accuracy import TopKCategoricalAccuracy as TopKCategoricalAccuracy
from saccade.metrics._accuracy import binary_accuracy as binary_accuracy
from saccade.metrics._accuracy import categorical_accuracy as categorical_accuracy
from saccade.metrics._accuracy import (
    sparse_categorical_accuracy as sparse_categorical_accuracy,
)
from saccade.metrics._accuracy import (
    sparse_top_k_categorical_accuracy as sparse_top_k_categorical_accuracy,
)
from saccade.metrics._accuracy import (
    top_k_categorical_accuracy as top_k_categorical_accuracy,
)
from saccade.metrics._auc import AUC as AUC
from saccade.metrics._confusion import FalseNegatives as FalseNegatives
from saccade.metrics._confusion import FalsePositives as FalsePositives
from saccade.metrics._confusion import Precision as Precision
from saccade.metrics._confusion import PrecisionAtRecall as PrecisionAtRecall
from saccade.metrics._confusion import Recall as Recall
from saccade.metrics._confusion import RecallAtPrecision as RecallAtPrecision
from saccade.metrics._confusion import (
    SensitivityAtSpecificity as SensitivityAtSpecificity,
)
from saccade.metrics._confusion import (
    SpecificityAtSensitivity as SpecificityAtSensitivity,
)
from saccade.metrics._confusion import TrueNegatives as TrueNegatives
from saccade.metrics._confusion import TruePositives as TruePositives
from saccade.metrics._f_score import F1Score as F1Score
from saccade.metrics._f_score import FBetaScore as FBetaScore
from saccade.metrics._lookup import SHAPE_DEPENDENT as SHAPE_DEPENDENT
from saccade.metrics._lookup import deserialize as deserialize
from saccade.metrics._lookup import get as get
from saccade.metrics._lookup import serialize as serialize
from saccade.metrics._metric import Metric as Metric
from saccade.metrics._probabilistic import BinaryCrossentropy as BinaryCrossentropy
from saccade.metrics._probabilistic import (
    CategoricalCrossentropy as CategoricalCrossentropy,
)
from saccade.metrics._probabilistic import CategoricalHinge as CategoricalHinge
from saccade.metrics._probabilistic import Hinge as Hinge
from saccade.metrics._probabilistic import KLDivergence as KLDivergence
from saccade.metrics._probabilistic import Poisson as Poisson
from saccade.metrics._probabilistic import (
    SparseCategoricalCrossentropy as SparseCategoricalCrossentropy,
)
from saccade.metrics._probabilistic import SquaredHinge as SquaredHinge
from saccade.metrics._reduction import Mean as Mean
from saccade.metrics._reduction import MeanMetricWrapper as MeanMetricWrapper
from saccade.metrics._reduction import Sum as Sum
from saccade.metrics._regression import CosineSimilarity as CosineSimilarity
from saccade.metrics._regression import LogCoshError as LogCoshError
from saccade.metrics._regression import MeanAbsoluteError as MeanAbsoluteError
from saccade.metrics._regression import (
    MeanAbsolutePercentageError as MeanAbsolutePercentageError,
)
from saccade.metrics._regression import MeanSquaredError as MeanSquaredError
from saccade.metrics._regression import (
    MeanSquaredLogarithmicError as MeanSquaredLogarithmicError,
)
from saccade.metrics._regression import R2Score as R2Score
from saccade.metrics._regression import RootMeanSquaredError as RootMeanSquaredError
from saccade.metrics._resolve import resolve as resolve
from saccade.metrics._resolve import shape_dependent_loss as shape_dependent_loss
from saccade.metrics._segmentation import BinaryIoU as BinaryIoU
from saccade.metrics._segmentation import IoU as IoU
from saccade.metrics._segmentation import MeanIoU as MeanIoU
from saccade.metrics._segmentation import OneHotIoU as OneHotIoU
from saccade.metrics._segmentation import OneHotMeanIoU as OneHotMeanIoU

bce = BCE = binary_crossentropy
kld = KLD = kullback_leibler_divergence = kl_divergence
logcosh = log_cosh
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
mse = MSE = mean_squared_error
msle = MSLE = mean_squared_logarithmic_error

__all__ = [
    "AUC",
    "BCE",
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "Accuracy",
    "BinaryAccuracy",
    "BinaryCrossentropy",
    "BinaryIoU",
    "CategoricalAccuracy",
    "CategoricalCrossentropy",
    "CategoricalHinge",
    "CosineSimilarity",
    "F1Score",
    "FBetaScore",
    "FalseNegatives",
    "FalsePositives",
    "Hinge",
    "IoU",
    "KLDivergence",
    "LogCoshError",
    "Mean",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanIoU",
    "MeanMetricWrapper",
    "MeanSquaredError",
    "MeanSquaredLogarithmicError",
    "Metric",
    "OneHotIoU",
    "OneHotMeanIoU",
    "Poisson",
    "Precision",
    "PrecisionAtRecall",
    "R2Score",
    "Recall",
    "RecallAtPrecision",
    "RootMeanSquaredError",
    "SensitivityAtSpecificity",
    "SparseCategoricalAccuracy",
    "SparseCategoricalCrossentropy",
    "SparseTopKCategoricalAccuracy",
    "SpecificityAtSensitivity",
    "SquaredHinge",
    "Sum",
    "TopKCategoricalAccuracy",
    "TrueNegatives",
    "TruePositives",
    "bce",
    "binary_accuracy",
    "binary_crossentropy",
    "binary_focal_crossentropy",
    "categorical_accuracy",
    "categorical_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_hinge",
    "deserialize",
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
    "sparse_categorical_accuracy",
    "sparse_categorical_crossentropy",
    "sparse_top_k_categorical_accuracy",
    "squared_hinge",
    "top_k_categorical_accuracy",
]

# Objects' own names first, then aliases: the first is the one written to files.
_registry.export(
    "keras.metrics",
    {
        name: globals()[name]
        for name in sorted(__all__, key=lambda n: globals()[n].__name__ != n)
    },
)
_registry.export("keras", {"Metric": Metric})

__getattr__ = _refused.door(__name__, __all__)
