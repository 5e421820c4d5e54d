"""Damages model files at random and loads them, to see that nothing else happens.

    python scripts/fuzz_files.py [--seconds 120] [--seed 0]

Each form of file is made once, then damaged over and over: bytes changed, moved and
cut off, members of archives exchanged, values in the configs replaced. Loading may work
or end in an error of saccade. Any other exception, a load of more than 30 seconds or a
crash is a fault: the file is kept, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import faulthandler
import io
import json
import random
import tempfile
import time
import traceback
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py

import saccade
from saccade import layers
from saccade.core._errors import SaccadeError

Load = Callable[[Path], object]
_LIMIT_S = 30
# What a value in a config may become.
_ODD = (
    None, True, -1, 0, 2**70, 1e300, float("nan"), "", "../../x", "Dense", [], [[]],
    {}, [None], {"class_name": "Dense"}, {"class_name": 3, "config": []},
    {"class_name": "Lambda", "config": {"function": ["eA==", None, None]}},
)  # fmt: skip


def network() -> Any:
    """A small graph with a chain inside, compiled."""
    given = layers.Input((4,), name="a")
    chain = saccade.Sequential([layers.Input((4,)), layers.Dense(3)], name="chain")
    shared = layers.Dense(3, activation="relu", kernel_regularizer="l2")
    x = shared(chain(given))
    x = layers.BatchNormalization()(layers.Add()([x, shared(x)]))
    model = saccade.Model(given, layers.Dense(2)(x))
    model.compile(saccade.optimizers.Adam(0.1), "mse", metrics=["mae"])
    model.optimizer.build(model.trainable_variables)
    return model


def originals(folder: Path) -> dict[str, tuple[bytes, Load]]:
    """Each form of file, whole, with what loads it."""
    model, other = network(), network()
    found: dict[str, tuple[bytes, Load]] = {}
    for name in ("m.keras", "m.h5"):
        model.save(folder / name)
        found[name] = (folder / name).read_bytes(), saccade.models.load_model
    for name in ("m.weights.h5", "m.safetensors"):
        model.save_weights(folder / name)
        found[name] = (folder / name).read_bytes(), other.load_weights
    return found


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Changes some bytes; moves or repeats a part, or cuts the end off."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 8, 40))):
        at = draw.randrange(len(changed))
        changed[at] = draw.choice((0, 255, 127, changed[at] ^ 1 << draw.randrange(8)))
    kind = draw.randrange(9)
    start, stop = sorted(draw.randrange(len(changed)) for _ in range(2))
    if kind == 0:
        del changed[start:]
    elif kind == 1:
        del changed[start:stop]
    elif kind == 2:
        changed[start:start] = changed[start : start + draw.randrange(200)]
    elif kind == 3:
        changed[start : start + 64] = bytes(64)
    return bytes(changed)


def exchanged(content: bytes, draw: random.Random) -> bytes:
    """An archive with members under each other's names, left out, or damaged."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    kind = draw.randrange(4)
    name = draw.choice(list(parts))
    if kind == 0:
        other = draw.choice(list(parts))
        parts[name], parts[other] = parts[other], parts[name]
    elif kind == 1:
        del parts[name]
    elif kind == 2:
        parts[name] = damaged(parts[name], draw)
    else:
        parts["config.json"] = odd(parts["config.json"], draw)
    into = io.BytesIO()
    packing = draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
    with zipfile.ZipFile(into, "w", packing) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return into.getvalue()


def reworded(content: bytes, draw: random.Random) -> bytes:
    """An `.h5` file with a value in its configs replaced, or a list of names cut."""
    into = io.BytesIO(content)
    with h5py.File(into, "a") as file:
        name = draw.choice(("model_config", "training_config", "layer_names"))
        if name == "layer_names":
            weights = file["model_weights"]
            weights.attrs[name] = weights.attrs[name][draw.randrange(3) :]
        else:
            text = file.attrs[name]
            text = text if isinstance(text, bytes) else text.encode()
            file.attrs[name] = odd(text, draw).decode()
    return into.getvalue()


def odd(text: bytes, draw: random.Random) -> bytes:
    """A config with one value replaced, or one key left out."""
    config = json.loads(text)
    at, key = draw.choice(list(_places(config)))
    if draw.randrange(5):
        at[key] = draw.choice(_ODD)
    else:
        del at[key]
    return json.dumps(config).encode()


def _places(value: Any) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in items:
        yield value, key
        if isinstance(part, (dict, list)):
            yield from _places(part)


def try_once(
    folder: Path, forms: dict[str, tuple[bytes, Load]], draw: random.Random
) -> tuple[str, str, Path]:
    """Damages a file and loads it.

    Returns:
        The form, 'loaded', 'refused' or what went wrong, and the damaged file.
    """
    name = draw.choice(list(forms))
    content, load = forms[name]
    change = damaged
    if draw.randrange(3):
        change = {"m.keras": exchanged, "m.h5": reworded}.get(name, damaged)
    changed = change(content, draw)
    path = folder / f"bad.{name}"
    path.write_bytes(changed)
    try:
        load(path)
    except SaccadeError:
        return name, "refused", path
    except Exception:  # what this looks for
        return name, traceback.format_exc(), path
    return name, "loaded", path


def main() -> int:
    """Runs for a while; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    draw = random.Random(options.seed)
    counts: dict[tuple[str, str], int] = {}
    end = time.monotonic() + options.seconds
    kept = Path(tempfile.mkdtemp(prefix="fuzz_files_"))

    print(f"files in {kept}")
    faults = 0
    forms = originals(kept)
    while time.monotonic() < end:
        # Ends the program even where HDF5 does not come back.
        faulthandler.dump_traceback_later(_LIMIT_S, exit=True)
        name, result, path = try_once(kept, forms, draw)
        faulthandler.cancel_dump_traceback_later()
        if result not in ("loaded", "refused"):
            faults += 1
            path = path.rename(kept / f"fault{faults}.{name}")
            print(f"{path}\n{result}")
            result = "fault"
        counts[name, result] = counts.get((name, result), 0) + 1
    for (name, result), count in sorted(counts.items()):
        print(f"{name:15} {result:8} {count:6}")
    return int(bool(faults))


if __name__ == "__main__":
    raise SystemExit(main())
