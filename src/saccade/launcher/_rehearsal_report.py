"""What a rehearsal saw, as lines of text."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

import jax

from saccade.core import _output
from saccade.engine._plan import free_bytes
from saccade.engine._rehearsal import Memory, Rehearsed
from saccade.launcher._rehearsal import Rehearsal

_SHOWN = 10
_RED, _GREEN, _BOLD, _PLAIN = "\x1b[31m", "\x1b[32m", "\x1b[1m", "\x1b[0m"


def coloured(text: str, good: bool | None = None) -> str:
    """Returns text in bold, green or red, if a person looks at a terminal.

    Args:
        text: a line.
        good: whether it is good news; None for a heading.

    Example:
        >>> coloured("pictures")
        'pictures'
    """
    if _output.display() != "terminal":
        return text
    return f"{ {None: _BOLD, True: _GREEN, False: _RED}[good] }{text}{_PLAIN}"


def seconds(value: float) -> str:
    """Returns a time as a person would say it.

    Example:
        >>> seconds(0.0004), seconds(3.21), seconds(75), seconds(9000)
        ('0.4 ms', '3.2 s', '1 min 15 s', '2 h 30 min')
    """
    if value < 1:
        return f"{1000 * value:.1f} ms"
    if value < 60:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60:,} h {minutes % 60} min"


def size(count: int) -> str:
    """Returns a number of bytes as a person would say it.

    Example:
        >>> size(900), size(2048), size(3 * 2**30)
        ('900 B', '2.0 KiB', '3.0 GiB')
    """
    value, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"


def memory_line(memory: Memory) -> str:
    """Returns what a fit needs on the device.

    Example:
        >>> memory_line(Memory(1024, 2048, 0, 512))
        '3.5 KiB: parameters 1.0 KiB, optimizer 2.0 KiB, one step 0 B, data 512 B'
    """
    return (
        f"{size(memory.total)}: parameters {size(memory.parameters)}, optimizer "
        f"{size(memory.optimizer)}, one step {size(memory.working)}, data "
        f"{size(memory.data)}"
    )


def speed_line(call: Rehearsed) -> str:
    """Returns how long a call takes on this device."""
    words = f"{seconds(max(call.step_s, call.input_s))} a step"
    if call.input_s > call.step_s:
        words += (
            f", of which the device works {seconds(call.step_s)}: it waits for the data"
        )
    elif call.input_s:
        words += f"; its data are there within {seconds(call.input_s)}"
    if call.epoch_s is None or call.total_s is None:
        return f"{words}; the data do not say how many steps an epoch has"
    if call.call != "fit":
        return f"{words}, {seconds(call.epoch_s)} in all"
    words += f"; {seconds(call.epoch_s)} an epoch"
    if call.validation_s:
        words += f", {seconds(call.validation_s)} of them for validation"
    epochs = "1 epoch" if call.epochs == 1 else f"{call.epochs:,} epochs"
    return f"{words}; {epochs} and compiling: {seconds(call.total_s)}"


def call_lines(call: Rehearsed) -> Iterator[str]:
    """Gives the lines about one call, without the model's table."""
    rows = "" if call.rows is None else f"{call.rows:,} x "
    targets = f"; targets {call.y}" if call.y else ""
    yield f"  data        {rows}{call.x}{targets}"
    if call.steps is not None:
        each = " an epoch" if call.call == "fit" else ""
        yield f"  steps       {_steps(call.steps)} of {call.batch_size}{each}"
    if call.validation_steps:
        yield f"  validation  {_steps(call.validation_steps)} after each epoch"
    if call.call == "fit":
        yield f"  plan        {call.plan}"
        yield f"  memory      {memory_line(call.memory)}"
    yield f"  speed       {speed_line(call)}"
    if call.logs:
        shown = ", ".join(f"{name} {value:.4g}" for name, value in call.logs.items())
        yield f"  gives       {shown} after few steps"


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count:,} steps"


def too_large(calls: Sequence[Rehearsed]) -> str:
    """Says which call needs more memory than there is, '' if none does."""
    device = jax.devices()[0]
    free = free_bytes(device)
    for call in calls:
        if call.memory.total > free:
            return (
                f"line {call.line}: {call.call} needs {size(call.memory.total)} and "
                f"{device.platform} has {size(free)} left; a smaller batch_size or "
                "smaller pictures need less"
            )
    return ""


def program_lines(program: str, found: Rehearsal) -> Iterator[str]:
    """Gives the whole report on a program; the last lines are the verdict.

    Args:
        program: its file.
        found: what was seen.
    """
    device = jax.devices()[0]
    kind = f"{device.platform}: {device.device_kind}"
    yield coloured(f"{program} on {kind}")
    described: set[str] = set()
    for call in found.calls:
        yield ""
        epochs = f", {call.epochs:,} epochs" if call.epochs > 1 else ""
        yield coloured(f"line {call.line}: {call.call}{epochs}")
        yield from call_lines(call)
        table = _table(call.model)
        if table not in described:
            described.add(table)
            yield table
    yield from _file_lines("would be written", found.written)
    yield from _file_lines("would be removed", found.removed)
    if found.warnings:
        yield ""
        yield coloured("warnings")
        for text in dict.fromkeys(found.warnings):
            yield "  " + text.replace("\n", "\n    ")
    yield ""
    yield from _verdict(found)


def _table(model: Any) -> str:
    lines: list[str] = []
    model.summary(print_fn=lines.append)
    return "\n".join(f"  {line}".rstrip() for line in "\n".join(lines).splitlines())


def _file_lines(what: str, paths: Sequence[str]) -> Iterator[str]:
    if not paths:
        return
    yield ""
    yield coloured(f"{what} (not in this rehearsal)")
    for path in paths[:_SHOWN]:
        yield f"  {os.path.relpath(path) if _is_here(path) else path}"
    if len(paths) > _SHOWN:
        yield f"  and {len(paths) - _SHOWN:,} more"


def _is_here(path: str) -> bool:
    return path.startswith(os.getcwd() + os.sep)


def is_ready(found: Rehearsal) -> bool:
    """Says whether the long run would start and come to its end."""
    return found.error is None and not too_large(found.calls)


def _verdict(found: Rehearsal) -> Iterator[str]:
    expected = sum(call.total_s or 0 for call in found.calls)
    if found.error is not None:
        error = found.error
        after = f", about {seconds(expected)} after its start" if expected > 1 else ""
        at = f" at {found.place}" if found.place else ""
        yield coloured(f"The program would fail{after}{at}", good=False)
        text = f"{type(error).__name__}: {error}"
        if isinstance(error, SystemExit):
            text = f"it ends by sys.exit({error.code!r})"
        yield "  " + text.replace("\n", "\n  ")
        last = found.output.rstrip().splitlines()[-5:]
        if last:
            yield "Before that it printed:"
            yield from (f"  {line}" for line in last)
        return
    large = too_large(found.calls)
    if large:
        yield coloured(f"The memory is too small. {large}.", good=False)
    elif any(call.call in ("fit", "train_on_batch") for call in found.calls):
        yield coloured(
            f"The program would run to its end. Expected for its training and "
            f"predictions: at most {seconds(expected)}; this rehearsal took "
            f"{seconds(found.seconds)}.",
            good=True,
        )
    else:
        yield coloured(
            f"The program ran to its end in {seconds(found.seconds)}; it trains "
            "nothing.",
            good=True,
        )
