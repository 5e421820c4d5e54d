"""How masks go through a call of a layer; `core._masks` says what a mask is.

What a layer makes of a mask is its own affair: `compute_mask`, or a `mask` argument of
`call`.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import jax

from saccade.core._errors import message
from saccade.core._masks import get_mask, has_mask, masks_of, set_mask
from saccade.core._symbolic import any_symbolic, infer

if TYPE_CHECKING:
    from saccade.layers._layer import Layer


def fill_masks(
    names: Sequence[str],
    required: Sequence[str],
    args: Sequence[Any],
    kwargs: dict[str, Any],
) -> None:
    """Gives `call` the masks of its inputs, where it takes some and was given none.

    Args:
        names: the arguments of `call`, in order.
        required: those without a default.
        args: what `call` gets by position.
        kwargs: what it gets by name; masks are put in here.
    """
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    tensors = {
        name: value
        for name, value in given.items()
        if "mask" not in name and _has_arrays(value)
    }
    if len(tensors) == 1:
        wanted = {"mask": next(iter(tensors.values()))}
    else:
        wanted = {f"{name}_mask": value for name, value in tensors.items()}
    for name, value in wanted.items():
        if name in names and given.get(name) is None:
            if has_mask(value):
                kwargs[name] = masks_of(value)
            elif name in required:
                kwargs[name] = None


def mask_before(first: Any, kwargs: Mapping[str, Any]) -> Any:
    """The mask that a call starts from: as given, else that of its first input."""
    if kwargs.get("mask") is not None:
        return kwargs["mask"]
    return masks_of(first) if has_mask(first) else None


def hand_on_mask(layer: Layer, first: Any, outputs: Any, before: Any) -> None:
    """Gives the outputs of a call the mask that the layer makes of the inputs' one.

    Args:
        layer: what was called.
        first: its first argument.
        outputs: what it returned.
        before: the mask of the first argument, None if there is none.
    """
    known = any(mask is not None for mask in jax.tree.leaves(before))
    if not layer.supports_masking:
        if known:
            warnings.warn(
                message(
                    layer._where,
                    "got an input with a mask, does not support masks, and drops it",
                    "set `self.supports_masking = True` in the layer if each step of "
                    "its output belongs to that step of the input",
                ),
                stacklevel=3,
            )
        return
    if not known and not layer._makes_masks:
        return
    tensors = jax.tree.leaves(outputs)
    if tensors and all(get_mask(tensor) is not None for tensor in tensors):
        return
    if before is None:
        before = jax.tree.map(lambda _: None, first)
    symbolic = any_symbolic(first, outputs)
    mask = (
        infer(layer.compute_mask, (first, before), {})
        if symbolic
        else layer.compute_mask(first, before)
    )
    if mask is None:
        return
    masks = jax.tree.leaves(mask, is_leaf=lambda part: part is None)
    for tensor, part in zip(tensors, masks, strict=False):
        if part is not None and get_mask(tensor) is None:
            set_mask(tensor, part)


def _has_arrays(value: object) -> bool:
    leaves = jax.tree.leaves(value)
    return bool(leaves) and all(hasattr(leaf, "shape") for leaf in leaves)
