"""The models that `saccade explain` is asked about: files, and folders of runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saccade.models import Model


def model_of(path: str, epoch: int | None) -> Model:
    """Returns the model of a file, of a run of `saccade train`, or of one of `Studio`.

    Args:
        path: a .keras file or a folder.
        epoch: of a run that `Studio` kept, after which epoch; None for the last.

    Raises:
        ConfigError: there are no weights of this epoch.
        SavingError: there is no model.
    """
    from saccade.core._errors import ConfigError
    from saccade.models import load_model
    from saccade.recipes._run_folder import model_file

    if (Path(path) / "run.json").is_file():
        return _kept_model(Path(path), epoch)
    if epoch is not None:
        raise ConfigError(f"--epoch is for folders of `Studio`, which {path!r} is not.")
    return load_model(model_file(path), compile=False)


def _kept_model(folder: Path, epoch: int | None) -> Model:
    from saccade.core._errors import ConfigError, SavingError
    from saccade.models import model_from_json
    from saccade.runs import RunFolder

    run = RunFolder(folder)
    text, kept = run.facts().get("model"), run.epochs()
    if text is None or not kept:
        what = "weights" if text else "description of its model"
        raise SavingError(f"{folder}: the run kept no {what}.")
    if epoch is not None and epoch not in kept:
        near = min(kept, key=lambda other: abs(other - epoch))
        raise ConfigError(f"{folder}: no weights after epoch {epoch}; take {near}.")
    model = model_from_json(text)
    model.set_weights(run.weights(kept[-1] if epoch is None else epoch))
    return model
