"""Names of the files of a run, and the form they are in."""

from __future__ import annotations

FORM = 1
RUN, STATE, LOG = "run.json", "state.json", "log.jsonl"
EXAMPLES, WEIGHTS, COMMAND = "examples.npz", "weights", "command.json"


def weights_name(epoch: int) -> str:
    """Returns the file's name for the weights after so many epochs.

    Example:
        >>> weights_name(3)
        '000003.npz'
    """
    return f"{epoch:06d}.npz"
