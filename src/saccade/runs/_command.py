"""What the studio asks of a run: one small file that the run reads now and then."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path

from saccade.core._errors import ConfigError, message, unknown_name
from saccade.saving._files import replacing

from ._layout import COMMAND

_ACTIONS = ("stop", "pause", "go", "rate")


@dataclasses.dataclass(frozen=True)
class Command:
    """One request.

    Args:
        number: counts the requests of a run; a run obeys each once.
        action: 'stop', 'pause', 'go' or 'rate'.
        value: the new learning rate, for 'rate'.

    Raises:
        ConfigError: another action, or a rate that cannot be.

    Example:
        >>> Command(1, "rate", 0.01).value
        0.01
    """

    number: int
    action: str
    value: float | None = None

    def __post_init__(self) -> None:
        if self.action not in _ACTIONS:
            raise ConfigError(unknown_name("action", self.action, _ACTIONS))
        rate = self.value
        wrong = rate is None or not math.isfinite(rate) or rate < 0
        if self.action == "rate" and wrong:
            problem = f"the learning rate must be a number >= 0, got {rate!r}"
            raise ConfigError(message("rate", problem))


def send_command(folder: Path, action: str, value: float | None = None) -> Command:
    """Leaves a request in the folder of a run.

    Args:
        folder: the run's.
        action: as for `Command`.
        value: as for `Command`.

    Raises:
        ConfigError: as `Command`.
        DiskFullError: no space is left.
    """
    last = read_command(folder)
    command = Command(1 if last is None else last.number + 1, action, value)
    with replacing(folder / COMMAND, flush=False) as temporary:
        temporary.write_text(json.dumps(dataclasses.asdict(command)), "utf-8")
    return command


def read_command(folder: Path) -> Command | None:
    """Returns the last request, None if there is none or it makes no sense.

    Args:
        folder: the run's.
    """
    try:
        found = json.loads((folder / COMMAND).read_text("utf-8"))
        return Command(int(found["number"]), found["action"], found["value"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # none yet, or a file that somebody changed: nothing to obey
