"""The command `saccade`: one parser, one function for each sub-command.

Nothing here imports JAX; a sub-command loads what it needs when it is asked for.
"""

from ._parser import main as main

__all__ = ["main"]
