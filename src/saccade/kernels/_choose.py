"""The one place that picks how a heavy operation runs, by device and shape.

Each operation ("conv", "max_pool", ...) has forms: functions that return the same
numbers and differ in speed. A form says on which devices it runs, which shapes it
takes and what it costs there. The choice is arithmetic on shapes: nothing is timed at
run time, so the same program always compiles to the same code.

`SACCADE_KERNELS` forces forms, for tests and measurements: one name for every
operation that has it (`SACCADE_KERNELS=xla`), or pairs
(`SACCADE_KERNELS=conv=patches,max_pool=split`). A forced form that does not take a
shape is passed over. `SACCADE_KERNELS=off` leaves out the native forms.
"""

from __future__ import annotations

import dataclasses
import math
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import jax

from saccade.core._errors import ConfigError, message, unknown_name
from saccade.core._names import current_path

from ._spec import ChannelSpec, ConvSpec, PoolSpec, ProductSpec, RowsSpec, WarpSpec

Spec = ChannelSpec | ConvSpec | PoolSpec | ProductSpec | RowsSpec | WarpSpec
VARIABLE = "SACCADE_KERNELS"
OFF = "off"
# The form that XLA lowers by itself on every platform.
PORTABLE = "xla"
_local = threading.local()


def _takes_all(spec: Spec) -> bool:
    return True


def _free(spec: Spec) -> float:
    return 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class Form:
    """One way to run an operation.

    Args:
        name: unique within the operation.
        run: the function.
        devices: platforms it runs on ('cpu', 'gpu', 'tpu'); empty for all.
        fits: says whether it takes a shape.
        cost: estimated microseconds for a shape; the cheapest form is taken.
        native: it calls code that was compiled when saccade was installed.
        with_relu: of a convolution or its gradient to the kernel, what also counts the
            bias and relu behind it in, if there is such a function.
        with_max: of a convolution, what also takes the maxima of windows behind these.
    """

    name: str
    run: Callable[..., Any]
    devices: tuple[str, ...] = ()
    fits: Callable[..., bool] = _takes_all
    cost: Callable[..., float] = _free
    native: bool = False
    with_relu: Callable[..., Any] | None = None
    with_max: Callable[..., Any] | None = None


_forms: dict[str, dict[str, Form]] = {}


def register(operation: str, form: Form) -> None:
    """Adds a form, or replaces the one of the same name.

    Example:
        >>> register("doctest", Form("twice", lambda x: 2 * x))
        >>> form_names("doctest")
        ['twice']
    """
    _forms.setdefault(operation, {})[form.name] = form


def form_names(operation: str) -> list[str]:
    """Returns the names of an operation's forms, in the order of registration.

    Raises:
        ConfigError: there is no such operation.
    """
    if operation not in _forms:
        raise ConfigError(unknown_name("operation", operation, _forms))
    return list(_forms[operation])


def form(operation: str, name: str) -> Form:
    """Returns one form by name.

    Raises:
        ConfigError: there is none.
    """
    if name not in form_names(operation):
        raise ConfigError(unknown_name(f"form of {operation}", name, _forms[operation]))
    return _forms[operation][name]


def platform() -> str:
    """Returns the platform that a computation started now would run on.

    Example:
        >>> platform() in ("cpu", "gpu", "tpu")
        True
    """
    device = jax.config.jax_default_device  # type: ignore[attr-defined]
    if isinstance(device, str):
        return device
    return jax.default_backend() if device is None else device.platform


@contextmanager
def portable() -> Iterator[None]:
    """Makes `choose` pick the forms that are single operations of XLA on any device.

    For programs that are traced here and run elsewhere: no code of this machine is in
    them, and other tools know the operations.

    Example:
        >>> spec = ConvSpec(1, (4, 4), (4, 4), (1, 1), 1, 1, (1, 1), (1, 1),
        ...                 ((0, 0), (0, 0)))
        >>> with portable(): choose("conv", spec).name
        'xla'
    """
    before = getattr(_local, "portable", False)
    _local.portable = True
    try:
        yield
    finally:
        _local.portable = before


def suits(device: str) -> bool:
    """Says whether what is traced now may be made for one kind of device.

    Args:
        device: 'cpu', 'gpu' or 'tpu'.

    Example:
        >>> with portable(): suits("cpu")
        False
    """
    return not getattr(_local, "portable", False) and platform() == device


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """One decision of `choose`.

    Args:
        layer: names of the layers around, joined by '/'; '' in a backward pass.
        operation: what was asked for.
        spec: the shape.
        device: the platform.
        form: name of the form that was taken.
        forced: it was taken because `SACCADE_KERNELS` says so.
        costs: what each form costs by estimate, the cheapest first.
    """

    layer: str
    operation: str
    spec: Spec
    device: str
    form: str
    forced: bool
    costs: tuple[tuple[str, float], ...]


@contextmanager
def recording() -> Iterator[list[Choice]]:
    """Gives the list of all choices that this thread makes inside.

    Example:
        >>> spec = ConvSpec(1, (4, 4), (4, 4), (1, 1), 1, 1, (1, 1), (1, 1),
        ...                 ((0, 0), (0, 0)))
        >>> with recording() as found: form = choose("conv", spec, "gpu")
        >>> found[0].operation, found[0].form
        ('conv', 'xla')
    """
    before = getattr(_local, "record", None)
    _local.record = found = []
    try:
        yield found
    finally:
        _local.record = before


def choose(operation: str, spec: Spec, device: str | None = None) -> Form:
    """Picks the form of an operation.

    Args:
        operation: "conv", "conv_grad_input", "conv_grad_kernel", "max_pool",
            "average_pool", "sum_pool", "bias_gradient", "relu_gradient", "moments",
            "normalize", "product", "take_rows" or "warp".
        spec: the shape.
        device: 'cpu', 'gpu' or 'tpu'; None for where JAX would run now.

    Raises:
        ConfigError: unknown operation, or `SACCADE_KERNELS` names no form.
    """
    if getattr(_local, "portable", False):
        return form(operation, PORTABLE)
    device = device or platform()
    ranked = _ranked(operation, spec, device)
    name = _forced(operation)
    forced = [candidate for candidate, _ in ranked if candidate.name == name]
    taken = forced[0] if forced else ranked[0][0]
    record: list[Choice] | None = getattr(_local, "record", None)
    if record is not None:
        costs = tuple((candidate.name, cost) for candidate, cost in ranked)
        around = (current_path(), operation, spec, device)
        record.append(Choice(*around, taken.name, bool(forced), costs))
    return taken


def explain(operation: str, spec: Spec, device: str | None = None) -> str:
    """Says which form is taken for a shape, and what the others would cost.

    Args:
        operation: as for `choose`.
        spec: the shape.
        device: 'cpu', 'gpu' or 'tpu'; None for where JAX would run now.

    Raises:
        ConfigError: unknown operation, or `SACCADE_KERNELS` names no form.
    """
    device = device or platform()
    taken = choose(operation, spec, device)
    ranked = _ranked(operation, spec, device)
    costs = ", ".join(f"{form.name} {cost:.0f} us" for form, cost in ranked)
    reason = "forced by " + VARIABLE if taken.name == _forced(operation) else "cheapest"
    return f"{operation} on {device}: {taken.name} ({reason}; estimates: {costs})"


def _ranked(operation: str, spec: Spec, device: str) -> list[tuple[Form, float]]:
    form_names(operation)
    off = is_off()
    found = [
        (form, form.cost(spec))
        for form in _forms[operation].values()
        if (not form.devices or device in form.devices)
        and not (off and form.native)
        and form.fits(spec)
    ]
    if not found:
        raise ConfigError(message(operation, f"no form runs on {device!r} for {spec}"))
    return sorted(found, key=lambda pair: pair[1] if pair[1] >= 0 else math.inf)


def is_off() -> bool:
    """Says whether the user left out the compiled kernels.

    Example:
        >>> is_off() in (True, False)
        True
    """
    return os.environ.get(VARIABLE, "").strip() == OFF


def _forced(operation: str) -> str | None:
    text = os.environ.get(VARIABLE, "").strip()
    if text in ("", OFF):
        return None
    everything = {name for forms in _forms.values() for name in forms}
    wanted = None
    for part in text.split(","):
        target, _, name = part.strip().rpartition("=")
        if target and target not in _forms:
            raise ConfigError(unknown_name(VARIABLE, target, _forms))
        known = _forms[target] if target else everything
        if name not in known:
            raise ConfigError(unknown_name(VARIABLE, name, known))
        if target in ("", operation) and name in _forms[operation]:
            wanted = name
    return wanted
