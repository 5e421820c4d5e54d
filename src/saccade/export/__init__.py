"""Models as files that other programs run, without the model's code."""

from saccade.core import _refused

from ._formats import FORMATS as FORMATS
from ._formats import export_model as export_model
from ._stablehlo import ExportedModel as ExportedModel
from ._stablehlo import load_exported as load_exported

__all__ = ["FORMATS", "ExportedModel", "export_model", "load_exported"]

__getattr__ = _refused.door(__name__, __all__)
