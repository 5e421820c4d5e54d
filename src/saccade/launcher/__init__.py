"""Runs Keras programs unchanged, with no Keras and no TensorFlow installed.

`saccade run program.py` in a shell, `%load_ext saccade` in a notebook, or `install()`
before the first import in a program of one's own.
"""

from ._errors import UnavailableImportError as UnavailableImportError
from ._errors import UnavailableNameError as UnavailableNameError
from ._install import install as install
from ._install import uninstall as uninstall
from ._notebook import load_ipython_extension as load_ipython_extension
from ._notebook import unload_ipython_extension as unload_ipython_extension
from ._run import run_program as run_program

__all__ = [
    "UnavailableImportError",
    "UnavailableNameError",
    "install",
    "load_ipython_extension",
    "run_program",
    "uninstall",
    "unload_ipython_extension",
]
