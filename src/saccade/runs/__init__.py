"""Runs of training kept in folders: what the studio shows, also later.

One folder a run::

    run.json          what was trained: model, layers, settings; form 1
    state.json        running, paused, finished, stopped or failed, and by which process
    log.jsonl         a line for each look at the run and for each epoch
    examples.npz      a few examples with their targets
    weights/000003.npz    the weights after epoch 3, counted from 1; 0 is the start
    command.json      what the studio last asked for: stop, pause, go on, another rate
"""

from ._command import Command as Command
from ._command import read_command as read_command
from ._command import send_command as send_command
from ._read import RunFolder as RunFolder
from ._read import find_runs as find_runs
from ._write import RunWriter as RunWriter

__all__ = [
    "Command",
    "RunFolder",
    "RunWriter",
    "find_runs",
    "read_command",
    "send_command",
]
