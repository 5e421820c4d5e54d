"""Pictures of training: curves and predictions. Needs matplotlib, extra `plot`."""

from ._history import plot_history as plot_history
from ._predictions import plot_predictions as plot_predictions

__all__ = ["plot_history", "plot_predictions"]
