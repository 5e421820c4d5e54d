"""Runs a program as Python would, with saccade in the place of Keras and TensorFlow."""

from __future__ import annotations

import builtins
import gc
import os
import sys
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from types import CodeType, ModuleType, TracebackType

from saccade.launcher._install import install


def run_program(path: str, arguments: Sequence[str] = ()) -> None:
    """Runs a Python file as the main program, as `python path arguments...` does.

    `sys.argv`, `sys.path`, `__main__`, `__file__`, exit codes, tracebacks and
    processes started with `multiprocessing` are those of a plain run. An exception or
    `SystemExit` of the program goes on to the caller, whose frames an uncaught
    exception does not show.

    Args:
        path: the program's file.
        arguments: what it finds in `sys.argv[1:]`.

    Raises:
        OSError: the file cannot be read.

    Differs from Keras: Keras has no such thing.
    """
    install()
    # Imports and tracing make many objects that live on; looking through them again
    # and again takes a tenth of a short program's time.
    gc.set_threshold(50_000, 50, 100)
    # Not normalised: `./program.py` keeps its dot, as in Python's own `__file__`.
    full_path = os.path.join(os.getcwd(), path)
    loader = SourceFileLoader("__main__", full_path)
    source = loader.get_data(full_path)
    module = ModuleType("__main__")
    module.__loader__ = loader
    vars(module).update(__builtins__=builtins, __file__=full_path, __package__=None)
    # Python's versions differ in what else they put into a main program.
    before = sys.modules["__main__"]
    for name, value in (("__annotations__", {}), ("__cached__", None)):
        if name in vars(before):
            vars(module)[name] = value
    sys.argv = [_ProgramName(path), *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = os.path.dirname(os.path.realpath(full_path))
    _KEPT.append(before)
    sys.modules["__main__"] = module
    code: CodeType | None = None
    try:
        code = compile(source, full_path, "exec", dont_inherit=True)
        exec(code, vars(module))
    except BaseException as error:
        if isinstance(error, AttributeError) and isinstance(error.obj, tuple):
            hint = _SHAPES.get(error.name or "")
            if hint:
                error.add_note(f"Fix: a shape is a tuple here; {hint}.")
        _hide_frames_outside(code)
        raise


# What TensorFlow's shapes have beyond a tuple.
_SHAPES = {
    "as_list": "list(x.shape)",
    "dims": "list(x.shape)",
    "ndims": "len(x.shape)",
    "num_elements": "math.prod(x.shape)",
    "rank": "len(x.shape)",
}


# The module that ran before must outlive the program: its frames are still in use.
_KEPT: list[ModuleType] = []


def _hide_frames_outside(code: CodeType | None) -> None:
    """Makes the report of an uncaught exception begin at the program's own lines."""
    report = sys.excepthook

    def report_program(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        own = trace
        while own is not None and own.tb_frame.f_code is not code:
            own = own.tb_next
        report(kind, error.with_traceback(own), own)

    sys.excepthook = report_program


class _ProgramName(str):
    """The program's name in `sys.argv`; whoever unpickles it gets the aliases too.

    A process that `multiprocessing` spawns first receives the parent's `sys.argv` and
    then imports the main program, which needs them.
    """

    __slots__ = ()

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return _arrive, (str(self),)


def _arrive(name: str) -> str:
    install()
    return _ProgramName(name)
