"""Whole runs on folders of pictures: what `saccade train` and its like do.

result = saccade.recipes.train("pictures", epochs=20)
said = saccade.recipes.predict(result.folder, "new_pictures")
"""

from ._augment_spec import AugmentSpec as AugmentSpec
from ._augment_spec import AugmentStep as AugmentStep
from ._check import FolderCheck as FolderCheck
from ._check import check as check
from ._check import check_lines as check_lines
from ._evaluate import Evaluation as Evaluation
from ._evaluate import evaluate as evaluate
from ._ladder import Ladder as Ladder
from ._ladder import Rung as Rung
from ._ladder import augment as augment
from ._ladder import preview as preview
from ._predict import Predictions as Predictions
from ._predict import predict as predict
from ._recipe import TrainRecipe as TrainRecipe
from ._recipe import read_recipe as read_recipe
from ._train import TrainResult as TrainResult
from ._train import recipe_of as recipe_of
from ._train import train as train

__all__ = [
    "AugmentSpec",
    "AugmentStep",
    "Evaluation",
    "FolderCheck",
    "Ladder",
    "Predictions",
    "Rung",
    "TrainRecipe",
    "TrainResult",
    "augment",
    "check",
    "check_lines",
    "evaluate",
    "predict",
    "preview",
    "read_recipe",
    "recipe_of",
    "train",
]
