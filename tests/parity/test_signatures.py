"""Names, order and defaults of arguments are those of Keras."""

from __future__ import annotations

import importlib
import inspect

import pytest

keras = pytest.importorskip("keras")

NAMESPACES = [
    "activations", "callbacks", "constraints", "initializers", "layers", "losses",
    "metrics", "models", "optimizers", "optimizers.schedules", "regularizers", "utils",
]  # fmt: skip
# Where saccade differs on purpose.
DIFFERENT = {
    "layers.Conv3DTranspose": "arguments in the order of the 1-D and 2-D forms",
    "layers.Convolution3DTranspose": "arguments in the order of the 1-D and 2-D forms",
    "layers.serialize": "`obj` as everywhere else; it is always given by position",
    "utils.CustomObjectScope": "takes several tables, by position",
    "utils.custom_object_scope": "takes several tables, by position",
}


def pairs():
    for namespace in NAMESPACES:
        ours = importlib.import_module(f"saccade.{namespace}")
        theirs = importlib.import_module(f"keras.{namespace}")
        for name in sorted(set(dir(ours)) & set(dir(theirs))):
            one, other = getattr(ours, name), getattr(theirs, name)
            if not name.startswith("_") and callable(one) and callable(other):
                yield pytest.param(one, other, id=f"{namespace}.{name}")


def arguments(thing) -> dict[str, object]:
    """Public arguments with their defaults, in order."""
    signature = inspect.signature(thing.__init__ if inspect.isclass(thing) else thing)
    return {
        p.name: p.default
        for p in signature.parameters.values()
        if p.name != "self"
        and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
        and not p.name.startswith("_")
    }


def same(one: object, other: object) -> bool:
    if callable(one) and callable(other):
        return True
    return _plain(one) == _plain(other)


def _plain(value: object) -> object:
    """(2, 2) and 2 mean the same for sizes of windows."""
    if isinstance(value, (list, tuple)):
        items = [_plain(v) for v in value]
        return items[0] if items and all(v == items[0] for v in items) else items
    return value


@pytest.mark.parametrize(("ours", "theirs"), list(pairs()))
def test_arguments(ours, theirs, request):
    if request.node.callspec.id in DIFFERENT:
        pytest.skip(DIFFERENT[request.node.callspec.id])
    mine, wanted = arguments(ours), arguments(theirs)
    names = list(mine)
    assert names[: len(wanted)] == list(wanted), "names or order"
    for name, default in wanted.items():
        # Keras 2 had defaults that Keras 3 dropped; programs still rely on them.
        if default is not inspect.Parameter.empty:
            assert same(mine[name], default), f"{name}: {mine[name]!r} != {default!r}"


@pytest.mark.parametrize(
    "method",
    ["compile", "fit", "evaluate", "predict", "train_on_batch", "test_on_batch",
     "predict_on_batch", "summary", "get_layer", "save_weights", "load_weights",
     "count_params", "get_weights", "set_weights"],
)  # fmt: skip
def test_methods_of_models(method):
    import saccade

    mine = arguments(getattr(saccade.Model, method))
    wanted = arguments(getattr(keras.Model, method))
    assert list(mine)[: len(wanted)] == list(wanted)
    for name, default in wanted.items():
        assert same(mine[name], default), f"{name}: {mine[name]!r}, not {default!r}"
