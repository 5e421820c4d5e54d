"""Policies by name, type and config."""

from __future__ import annotations

import pytest

from saccade import dtype_policies


@pytest.mark.parametrize("name", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_there_and_back(name) -> None:
    policy = dtype_policies.get(name)
    config = dtype_policies.serialize(policy)
    assert dtype_policies.deserialize(config) == policy
    assert dtype_policies.get(config) == policy


def test_configs_are_those_of_keras() -> None:
    theirs = pytest.importorskip("keras").dtype_policies
    for name in ("float16", "mixed_bfloat16"):
        assert dtype_policies.serialize(dtype_policies.get(name)) == theirs.serialize(
            theirs.get(name)
        )


def test_unknown_names() -> None:
    with pytest.raises(ValueError, match="unknown name 'float17'"):
        dtype_policies.get("float17")
