"""How commands that work on pictures fail: one message and an exit code."""

from __future__ import annotations

import errno
import os
import sys
import warnings
from collections.abc import Callable

from saccade.cli._run import MISTAKE

FAILED = 1
"""The exit code of a command that was right and could not be done."""
INTERRUPTED = 130
"""The exit code after Ctrl-C, as shells give it."""

_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, errno.EMFILE)


def guarded(command: str, work: Callable[[], int]) -> int:
    """Runs a command; what goes wrong becomes a message and an exit code.

    Args:
        command: its name, for the message.
        work: the command; returns the exit code.

    Example:
        >>> guarded("train", lambda: 0)
        0
    """
    from saccade.core._errors import SaccadeError

    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            return work()
        except BrokenPipeError:
            raise  # of the command line's own output: `main` ends it
        except (SaccadeError, OSError) as error:
            text = _text(error).removeprefix(f"{command.split()[-1]}: ")
            print(f"saccade {command}: {text}", file=sys.stderr)
            broken = isinstance(error, OSError) and error.errno in _MACHINE
            return FAILED if broken else MISTAKE
        except MemoryError:
            print(f"saccade {command}: the memory is full.", file=sys.stderr)
            return FAILED
        except KeyboardInterrupt:
            print(f"\nsaccade {command}: stopped by Ctrl-C.", file=sys.stderr)
            return INTERRUPTED


def _text(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror and error.filename is not None:
        return f"{os.fspath(error.filename)!r}: {error.strerror}."
    return str(error)


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    print(f"warning: {message}", file=sys.stderr)
