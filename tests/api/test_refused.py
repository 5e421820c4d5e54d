"""Names of Keras that are left out say so, wherever they are asked for."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest

import saccade
from saccade.core._refused import why_refused

ROOT = Path(__file__).resolve().parents[2]
NAMES = json.loads((ROOT / "tests/data/keras_api.json").read_text(encoding="utf-8"))


def place(namespace: str) -> object | None:
    try:
        return importlib.import_module(namespace.replace("keras", "saccade", 1))
    except ModuleNotFoundError:
        return None


def test_each_name_that_is_neither_here_nor_planned_has_a_reason() -> None:
    for namespace, entries in NAMES.items():
        module = place(namespace)
        for name, entry in entries.items():
            if entry["grade"] == "OUT" and not hasattr(module, name):
                assert why_refused(namespace, name), f"{namespace}.{name}"


@pytest.mark.parametrize("namespace", sorted(NAMES))
def test_the_package_tells_the_reason(namespace: str) -> None:
    module = place(namespace)
    for name in NAMES[namespace]:
        why = why_refused(namespace, name)
        if module is None or why is None or hasattr(module, name):
            continue
        with pytest.raises(AttributeError) as asked:
            getattr(module, name)
        with pytest.raises(ImportError) as imported:
            exec(f"from {module.__name__} import {name}")
        for error in (asked, imported):
            assert f"{namespace}.{name}: left out of saccade: {why[0]}." in str(
                error.value
            )
            assert "Fix: " in str(error.value)


def test_other_names_get_the_nearest() -> None:
    with pytest.raises(ImportError, match="'Densee'\\. Did you mean 'Dense'"):
        from saccade.layers import Densee  # noqa: F401
    with pytest.raises(AttributeError, match="Did you mean 'layers'"):
        saccade.layrs  # noqa: B018
    with pytest.raises(ImportError, match=r"keras.quantizers: left out .*quantization"):
        from saccade import quantizers  # noqa: F401
    assert not hasattr(saccade.layers, "__path_of_nothing__")
