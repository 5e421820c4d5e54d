"""Runs a program as a rehearsal: a few steps of everything, nothing written."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from saccade.engine._rehearsal import Rehearsed, rehearsing
from saccade.launcher._run import run_program
from saccade.launcher._scratch import scratch
from saccade.models import Model

# Calls of train_on_batch and its like that are made of each model.
_ENOUGH = 5


@dataclasses.dataclass
class Rehearsal:
    """What was seen of a program.

    Args:
        calls: of fit, evaluate and predict, in order.
        written: files that it would write.
        removed: files and folders that it would remove.
        output: what it printed.
        warnings: what it was warned of.
        error: what ended it, None if nothing did.
        place: where in the program that was, as 'line 12: model.fit(x, y)'.
        seconds: how long the rehearsal took.
    """

    calls: list[Rehearsed] = dataclasses.field(default_factory=list)
    written: list[str] = dataclasses.field(default_factory=list)
    removed: list[str] = dataclasses.field(default_factory=list)
    output: str = ""
    warnings: list[str] = dataclasses.field(default_factory=list)
    error: BaseException | None = None
    place: str = ""
    seconds: float = 0.0


def rehearse_program(path: str, arguments: Sequence[str] = ()) -> Rehearsal:
    """Runs a program with few steps in each fit, and returns what was seen.

    What it writes goes into a temporary folder; windows with pictures do not open.

    Args:
        path: the program's file.
        arguments: what it finds in `sys.argv[1:]`.

    Raises:
        KeyboardInterrupt: the user's.

    Differs from Keras: Keras has no such thing.
    """
    found = Rehearsal()
    printed = io.StringIO()
    backend = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "Agg"
    start = time.perf_counter()
    before = sys.argv, list(sys.path), sys.modules["__main__"]
    with (
        scratch() as files,
        rehearsing() as calls,
        _few_batches(calls),
        warnings.catch_warnings(record=True) as told,
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        warnings.simplefilter("default")
        try:
            run_program(path, arguments)
        except KeyboardInterrupt:
            raise
        except SystemExit as error:
            if error.code not in (None, 0):
                found.error = error
        except BaseException as error:  # whatever would end the long run
            found.error = error
        finally:
            sys.argv, sys.path[:], sys.modules["__main__"] = before
    if backend is None:
        del os.environ["MPLBACKEND"]
    else:
        os.environ["MPLBACKEND"] = backend
    found.calls = calls
    found.written, found.removed = list(files.written), list(files.removed)
    found.output = printed.getvalue()
    found.warnings = [str(one.message) for one in told]
    found.seconds = time.perf_counter() - start
    if found.error is not None:
        found.place = _place(found.error, path)
    return found


def _place(error: BaseException, path: str) -> str:
    """Returns the line of the program that an error came through."""
    program = os.path.abspath(path)
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if os.path.abspath(frame.filename) == program]
    if isinstance(error, SyntaxError) and error.lineno:
        return f"line {error.lineno}: {(error.text or '').strip()}"
    return f"line {own[-1].lineno}: {own[-1].line}" if own else ""


@contextlib.contextmanager
def _few_batches(seen: list[Rehearsed]) -> Iterator[None]:
    """Lets loops over single batches go on without computing, after a few."""
    names = ("train_on_batch", "test_on_batch")
    before = {name: getattr(Model, name) for name in names}
    for name, method in before.items():
        setattr(Model, name, _bounded(name, method, seen))
    try:
        yield
    finally:
        for name in names:
            delattr(Model, name)


def _bounded(
    name: str, method: Callable[..., Any], seen: list[Rehearsed]
) -> Callable[..., Any]:
    latest: dict[int, tuple[Rehearsed, Any]] = {}

    def call(self: Model, x: Any, *args: Any, **kwargs: Any) -> Any:
        known = latest.get(id(self))
        if known is not None and (known[0].steps or 0) >= _ENOUGH:
            known[0].steps = (known[0].steps or 0) + 1
            return known[1]
        start = time.perf_counter()
        result = method(self, x, *args, **kwargs)
        taken = time.perf_counter() - start
        if known is None:
            line = sys._getframe(1).f_lineno
            shape = getattr(x, "shape", (0,))
            row = f"{tuple(shape[1:])} {getattr(x, 'dtype', '')}"
            record = Rehearsed(name, line, self, row, "", None, int(shape[0]), 0)
            record.first_s = taken
            seen.append(record)
        else:
            record = known[0]
        record.steps = (record.steps or 0) + 1
        record.step_s = taken
        latest[id(self)] = record, result
        return result

    return call
