"""Text for the person at the screen: standard output, or the log when that is asked.

Everything that reports progress writes through here, so that one setting
(`config.disable_interactive_logging`) moves all of it to `logging`.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import Literal

from saccade.core import _settings

Display = Literal["terminal", "notebook", "plain"]

_ASCII = {"━": "=", "─": "-", "×": "x", "²": "^2", "π": "pi"}


def display() -> Display:
    """Says what shows standard output at this moment.

    'terminal' and 'notebook' go back to the start of the line at a carriage return
    and know colours; 'plain' is a file, a pipe or a string, where each line stays.

    Example:
        >>> display() in ("terminal", "notebook", "plain")
        True
    """
    stream = sys.stdout
    if type(stream).__module__.partition(".")[0] == "ipykernel":
        return "notebook"
    is_a_terminal = getattr(stream, "isatty", None)
    if is_a_terminal is not None and is_a_terminal():
        return "terminal"
    if "PYCHARM_HOSTED" in os.environ and stream is sys.__stdout__:
        return "terminal"  # PyCharm's window is no TTY but behaves as one
    return "plain"


def write(text: str) -> None:
    r"""Writes text to standard output at once, or to the log `saccade`.

    Letters that the output cannot encode are replaced.

    Args:
        text: with its own line ends.

    Example:
        >>> write("Epoch 1/2\n")
        Epoch 1/2
    """
    if not _settings.is_interactive_logging_enabled():
        logging.getLogger("saccade").info(text.strip("\r\n"))
        return
    stream = sys.stdout
    if stream is None:  # pythonw on Windows has none
        return
    try:
        stream.write(text)
    except UnicodeEncodeError:
        for letter, plain in _ASCII.items():
            text = text.replace(letter, plain)
        encoding = stream.encoding or "ascii"
        stream.write(text.encode(encoding, errors="replace").decode(encoding))
    stream.flush()


def print_line(text: str) -> None:
    """Writes one line, see `write`.

    Example:
        >>> print_line("Epoch 1/2")
        Epoch 1/2
    """
    write(f"{text}\n")
