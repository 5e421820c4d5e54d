"""Measures readers of folders of pictures, each in fresh processes, in turn."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from ._plan import Plan
from .cases._kinds import Reading
from .load import Watch
from .processes import shared
from .summary import Facts, middle

READERS = {
    "saccade": ("saccade",),
    "keras": ("keras", "scipy"),
    "tf.data": ("tensorflow",),
}
TITLES = {
    "saccade": "saccade",
    "keras": "Keras' ImageDataGenerator",
    "tf.data": "tf.data (image_dataset_from_directory)",
    "saccade, second run": "saccade, second run of the program",
}
# Of 150x150 pixels in three colours.
_PICTURE_BYTES = 150 * 150 * 3
_PAUSE_MS = "3"


def measure(case: Reading, plan: Plan) -> Facts | None:
    """Times the first and the second epoch of each reader, and of a second run."""
    root = shared()
    if not (root / "data").is_dir():
        print(f"  left out: no pictures in {root}")
        return None
    work = plan.work / case.name
    work.mkdir()
    command = [sys.executable, str(root / "make_datasets.py"), str(work)]
    subprocess.run(command, check=True, capture_output=True)
    folders = {
        name: next(p / path for p in (work, root) if (p / path).is_dir())
        for name, path in case.folders.items()
    }
    watch = Watch()
    found: dict[str, dict[str, list[Facts]]] = {}
    for turn in range(plan.repeats):
        names = [n for n, needs in READERS.items() if all(map(find_spec, needs))]
        start = turn % len(names)
        for folder, path in folders.items():
            for form in ("plain", "augmented"):
                group = found.setdefault(f"{folder}, {form}", {})
                for name in names[start:] + names[:start]:
                    if name == "tf.data" and form == "augmented":
                        continue
                    runs = _runs(name, path, form, plan, work)
                    for row, facts in runs.items():
                        group.setdefault(row, []).append(facts)
    return {
        "title": case.title,
        "others": watch.others(0.0),
        "reading": found,
        "shares": {
            name: [_share(path, plan, work) for _ in range(plan.repeats)]
            for name, path in folders.items()
        },
        "streaming": _streaming(folders["small"], plan, work),
    }


def _runs(name: str, path: Path, form: str, plan: Plan, work: Path) -> dict[str, Facts]:
    cache = work / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    runs = {name: _run(name, path, form, plan, cache)}
    if name == "saccade":
        runs["saccade, second run"] = _run(name, path, form, plan, cache)
    return runs


def _run(
    name: str, path: Path, form: str, plan: Plan, cache: Path, *more: str
) -> Facts:
    return _process([name, str(path), form, *more], plan, SACCADE_CACHE=str(cache))


def _process(words: list[str], plan: Plan, **variables: str) -> Facts:
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.peers.reading", *words],
        env={**plan.environment(), "KERAS_BACKEND": "jax", **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    return json.loads(ended.stdout.splitlines()[-1])


def _share(path: Path, plan: Plan, work: Path) -> Facts:
    cache = work / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    return _run("saccade", path, "augmented", plan, cache, _PAUSE_MS)


def _streaming(path: Path, plan: Plan, work: Path) -> Facts:
    """Growth of the process with a tenth of the memory that the folder needs."""
    count = sum(1 for file in path.rglob("*") if file.is_file())
    limit = count * _PICTURE_BYTES // 10
    # Compiled before: compiling is no part of what reading takes.
    variables = {"SACCADE_CACHE": str(work / "cache"), "SACCADE_PICTURES_DISK": "0"}
    growth = {}
    for name, allowed in (("tenth", limit), ("nothing", 0)):
        variables["SACCADE_PICTURES_MEMORY"] = str(allowed)
        facts = _process(["saccade", str(path), "augmented"], plan, **variables)
        growth[f"{name}_growth_bytes"] = facts["growth_bytes"]
    return {"folder_bytes": count * _PICTURE_BYTES, "limit_bytes": limit, **growth}


def ratio(group: dict[str, list[Facts]], against: str, epoch: str) -> float | None:
    """Returns the median over repetitions of a reader's time divided by saccade's.

    Example:
        >>> group = {"saccade": [{"first": 2.0}], "keras": [{"first": 6.0}]}
        >>> ratio(group, "keras", "first"), ratio(group, "tf.data", "first")
        (3.0, None)
    """
    if "saccade" not in group or against not in group:
        return None
    pairs = zip(group["saccade"], group[against], strict=True)
    return median(their[epoch] / our[epoch] for our, their in pairs)


def share(found: Facts, folder: str, epoch: str) -> float | None:
    """Returns the median share of an epoch that the network waited for input."""
    return middle([facts[f"{epoch}_share"] for facts in found["shares"][folder]])
