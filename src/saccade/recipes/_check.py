"""`check`: what `saccade train` would do with a folder, tried out on a little of it."""

from __future__ import annotations

import dataclasses
import math
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import jax
import numpy as np

from saccade.core._errors import SaccadeError
from saccade.data import (
    FileIndex,
    Looked,
    PictureForm,
    Unusable,
    find_duplicates,
    list_duplicates,
    look_at_all,
    picture_form,
    threads_for_reading,
)
from saccade.engine._rehearsal import FEW, Rehearsed, rehearsing
from saccade.launcher._rehearsal_report import (
    call_lines,
    coloured,
    seconds,
    size,
    too_large,
)
from saccade.recipes._balance import Balance, balance
from saccade.recipes._fit import fit
from saccade.recipes._networks import Built, build_network, check_name
from saccade.recipes._pictures import (
    PictureSet,
    find_pictures,
    find_validation,
    memory_budget,
    read_pictures,
    split_index,
)
from saccade.recipes._recipe import TrainRecipe
from saccade.utils import set_random_seed

_SHOWN = 20
_COLOURS = {
    "1": "black and white", "L": "grey", "LA": "grey with alpha", "P": "palette",
    "RGB": "colour", "RGBA": "colour with alpha", "CMYK": "CMYK",
    "I;16": "grey of 16 bits", "I": "grey of 32 bits", "F": "grey of floats",
}  # fmt: skip


@dataclasses.dataclass
class FolderCheck:
    """What was found in a folder.

    Args:
        recipe: the settings of the run.
        problems: what would keep the run from starting, as sentences.
        notes: what is odd, as sentences.
        train: pictures to learn from.
        val: pictures to validate with.
        looked: what each usable picture is.
        unusable: pictures that cannot be used.
        left_out: files of kinds that are not read.
        balance: how even the classes are.
        run: what the training was seen to be; None if it was not tried.
        reading_s: seconds to read all pictures once.
        table: the network, as text.
        settings: the rest of what was decided, as sentences.
    """

    recipe: TrainRecipe
    problems: list[str] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)
    train: FileIndex | None = None
    val: FileIndex | None = None
    looked: list[Looked] = dataclasses.field(default_factory=list)
    unusable: list[Unusable] = dataclasses.field(default_factory=list)
    left_out: list[str] = dataclasses.field(default_factory=list)
    balance: Balance | None = None
    run: Rehearsed | None = None
    reading_s: float = 0.0
    table: str = ""

    @property
    def ready(self) -> bool:
        """Whether the run would start."""
        return not self.problems


def check(recipe: TrainRecipe, out: str = "") -> FolderCheck:
    """Looks at every picture of a run, builds its network and makes a few steps.

    Nothing is written.

    Args:
        recipe: the settings of the run.
        out: where its files would go.

    Differs from Keras: Keras has no such function.
    """
    found = FolderCheck(recipe)
    try:
        check_name(recipe.model)
        recipe.augmentation.layers((*recipe.size, 3))
        _find(found)
        _look(found)
        _check_out(found, out)
        if found.ready:
            _try(found)
    except SaccadeError as error:
        found.problems.append(str(error))
    return found


def _find(found: FolderCheck) -> None:
    recipe = found.recipe
    index = find_pictures(recipe.folder)
    if recipe.val:
        train, val = index, find_validation(recipe.val, index)
    else:
        train, val = split_index(index, recipe.split, recipe.seed)
    for part in (train, val) if recipe.val else (index,):
        found.left_out += [os.path.join(part.directory, n) for n in part.left_out]
    found.train, found.val = train, val


def _look(found: FolderCheck) -> None:
    """Opens every picture; leaves out those that cannot be used."""
    train, val = found.train, found.val
    if train is None or val is None:
        return
    bad: set[str] = set()
    for item in look_at_all([*train.filepaths, *val.filepaths], threads_for_reading()):
        if isinstance(item, Looked):
            found.looked.append(item)
        else:
            found.unusable.append(item)
            bad.add(item.path)
    pairs = find_duplicates(train.filepaths, val.filepaths)
    if pairs:
        found.notes.append(list_duplicates(pairs))
    if bad:
        if found.recipe.on_error == "stop":
            found.problems.append(
                f"{len(bad):,} pictures cannot be used; repair or remove them, or pass "
                "--on-error skip to go on without them"
            )
        train, val = (
            part.keep(np.array([path not in bad for path in part.filepaths], bool))
            for part in (train, val)
        )
        found.train, found.val = train, val
    names = train.class_names
    for part, index in (("training", train), ("validation", val)):
        empty = [n for n, c in zip(names, index.counts, strict=True) if not c]
        if empty:
            shown = ", ".join(map(repr, empty))
            text = f"no pictures for {part} are left of {shown}"
            (found.problems if part == "training" else found.notes).append(text)
    trained, validated = (tuple(map(int, part.counts)) for part in (train, val))
    even = balance(names, trained, validated, found.recipe.class_weight)
    found.balance = even
    found.notes += even.notes


def _check_out(found: FolderCheck, out: str) -> None:
    """Looks whether files may be written where the run would write them."""
    place = Path(out or "runs").absolute()
    while not place.exists():
        place = place.parent
    if not place.is_dir() or not os.access(place, os.W_OK):
        found.problems.append(
            f"files cannot be written into {str(place)!r}; give a folder of your own: "
            "--out DIR"
        )


def _try(found: FolderCheck) -> None:
    """Builds the network and makes a few steps with some of the pictures."""
    train, val, recipe = found.train, found.val, found.recipe
    if train is None or val is None or found.balance is None:
        return
    form = picture_form(
        "check", recipe.size, recipe.colour, recipe.interpolation,
        exif_orientation=recipe.exif,
    )  # fmt: skip
    set_random_seed(recipe.seed)
    built = build_network(recipe.model, form.shape, len(train.class_names))
    found.notes += built.notes
    lines: list[str] = []
    built.model.summary(print_fn=lines.append)
    found.table = "\n".join(lines)
    start = time.perf_counter()
    some = [_some(index, form, recipe) for index in (train, val)]
    each_s = (time.perf_counter() - start) / sum(map(len, some))
    total = len(train) + len(val)
    found.reading_s = each_s * total
    found.run = _rehearse(found, built, some)
    _scale(found.run, found, PictureSet(train, form), PictureSet(val, form), each_s)
    large = too_large([found.run])
    if large:
        found.problems.append(large.partition(": ")[2])


def _some(index: FileIndex, form: PictureForm, recipe: TrainRecipe) -> PictureSet:
    """Reads a few batches of pictures, of all classes."""
    count = min(len(index), FEW * recipe.batch_size)
    rows = np.unique(np.linspace(0, len(index) - 1, count).astype(int))
    pictures, _ = read_pictures(index.keep(rows), form, True, 2**40)
    return pictures


def _rehearse(
    found: FolderCheck, built: Built, some: Sequence[PictureSet]
) -> Rehearsed:
    with rehearsing() as calls:
        outcome = fit(
            found.recipe, built, some[0], some[1],
            found.balance and found.balance.class_weight, lambda: None, quiet=True,
        )  # fmt: skip
    if outcome.failure is not None:
        raise outcome.failure
    (call,) = calls
    loss = call.logs.get("loss", 0.0)
    if not math.isfinite(loss):
        found.notes.append(
            f"the loss is {loss} after {FEW} steps; a lower --learning-rate may help"
        )
    return call


def _scale(
    call: Rehearsed,
    found: FolderCheck,
    train: PictureSet,
    val: PictureSet,
    each_s: float,
) -> None:
    """Makes of what a few batches took what all of them will take."""
    batch = found.recipe.batch_size
    tried = max(call.validation_steps, 1)
    call.rows = len(train)
    call.steps, call.validation_steps = -(-len(train) // batch), -(-len(val) // batch)
    call.validation_s *= call.validation_steps / tried
    needed = train.size_bytes + val.size_bytes
    if needed <= memory_budget():
        # Read once before the training, then kept.
        call.first_s += found.reading_s
        call.memory = dataclasses.replace(call.memory, data=needed)
        call.plan = f"resident: {size(needed)} of pictures, read once"
    else:
        call.input_s = each_s * batch
        call.plan = "streaming: the pictures do not fit into the memory set aside"
        found.notes.append(
            "the pictures need more memory than is set aside for them, so they are "
            "read anew in each epoch; SACCADE_PICTURES_MEMORY allows more"
        )


def check_lines(found: FolderCheck) -> Iterator[str]:
    """Gives the report; the last lines are the verdict.

    Args:
        found: what `check` returned.
    """
    device = jax.devices()[0]
    yield coloured(f"{found.recipe.folder} on {device.platform}: {device.device_kind}")
    if found.train is not None and found.val is not None:
        yield ""
        yield from _picture_lines(found, found.train, found.val)
    if found.run is not None:
        recipe = found.recipe
        yield ""
        yield coloured(
            f"network {recipe.model}, at most {recipe.epochs} epochs, augmentation "
            f"{recipe.augment}"
        )
        yield from call_lines(found.run)
        yield f"  reading     {seconds(found.reading_s)} for all pictures"
        yield from (f"  {line}".rstrip() for line in found.table.splitlines())
    if found.notes:
        yield ""
        yield coloured("notes")
        for note in found.notes:
            yield "  " + note.replace("\n", "\n  ")
    yield ""
    yield from _verdict(found)


def _picture_lines(
    found: FolderCheck, train: FileIndex, val: FileIndex
) -> Iterator[str]:
    names = train.class_names
    width = max(5, *map(len, names))
    yield coloured(f"  {'class':<{width}}  training  validation")
    for name, many, few in zip(names, train.counts, val.counts, strict=True):
        yield f"  {name:<{width}}  {many:8,}  {few:10,}"
    if found.balance is not None:
        yield found.balance.baseline_line
    if found.looked:
        yield from _look_lines(found)
    yield f"  unusable    {len(found.unusable) or 'none'}"
    for item in found.unusable[:_SHOWN]:
        yield f"    {item.path}: {item.why}"
    if len(found.unusable) > _SHOWN:
        yield f"    and {len(found.unusable) - _SHOWN:,} more"
    if found.left_out:
        shown = ", ".join(found.left_out[:3])
        more = " ..." if len(found.left_out) > 3 else ""
        count = len(found.left_out)
        yield f"  left out    {count:,} of kinds that are not read: {shown}{more}"


def _look_lines(found: FolderCheck) -> Iterator[str]:
    looked, (height, width) = found.looked, found.recipe.size
    heights, widths = ([getattr(o, s) for o in looked] for s in ("height", "width"))
    sizes = Counter((one.height, one.width) for one in looked)
    (often, many), *_ = sizes.most_common(1)
    most = f"; {many:,} are {often[0]} x {often[1]}" if many > len(looked) / 20 else ""
    yield (
        f"  sizes       heights {min(heights)}..{max(heights)}, widths "
        f"{min(widths)}..{max(widths)}{most}; all are made {height} x {width}"
    )
    small = sum(o.height < height and o.width < width for o in looked)
    if small > len(looked) / 2:
        yield f"              {small:,} are smaller: a smaller --size is faster"
    yield f"  kinds       {_counted(one.kind for one in looked)}"
    modes = _counted(_COLOURS.get(one.mode, one.mode) for one in looked)
    yield f"  colours     {modes}; all are made {found.recipe.colour}"
    turned = sum(one.turned for one in looked)
    if turned:
        done = "done" if found.recipe.exif else "not done, as in Keras; --exif does it"
        yield f"  to turn     {turned:,} by what their camera recorded: {done}"


def _counted(values: Iterator[Any] | Any) -> str:
    return ", ".join(f"{name} {n:,}" for name, n in Counter(values).most_common())


def _verdict(found: FolderCheck) -> Iterator[str]:
    if found.problems:
        yield coloured("The run would not start:", good=False)
        for problem in found.problems:
            yield "  " + problem.replace("\n", "\n  ")
    elif found.run is not None:
        total = found.run.total_s
        yield coloured(
            f"The run would start. Expected: {seconds(total or 0)} at most, "
            f"{seconds(found.run.epoch_s or 0)} an epoch.",
            good=True,
        )
