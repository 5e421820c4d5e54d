"""What every data set returns, and where the files of Keras' data sets lie."""

from __future__ import annotations

import numpy as np

Split = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
