"""`%load_ext saccade`: the launcher's aliases in IPython and notebooks."""

from __future__ import annotations

from saccade.launcher._install import install, uninstall


def load_ipython_extension(ipython: object) -> None:
    """Is called by `%load_ext saccade`; put that line at the top of the notebook.

    Args:
        ipython: the running shell.

    Raises:
        ConfigError: the real Keras or TensorFlow has been imported already.

    Differs from Keras: Keras has no such thing.
    """
    install()


def unload_ipython_extension(ipython: object) -> None:
    """Is called by `%unload_ext saccade`; imports find what is installed again.

    Args:
        ipython: the running shell.

    Differs from Keras: Keras has no such thing.
    """
    uninstall()
