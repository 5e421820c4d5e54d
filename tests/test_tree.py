"""Nests: the same leaves, order and errors as Keras."""

from __future__ import annotations

import pytest

from saccade import tree

NEST = {"b": [1, (2, None)], "a": {"z": 3}}


def test_flat_and_back() -> None:
    leaves = tree.flatten(NEST)
    assert leaves == [3, 1, 2, None]
    assert tree.pack_sequence_as(NEST, leaves) == NEST
    assert next(path for path, _ in tree.flatten_with_path(NEST)) == ("a", "z")


def test_none_is_a_leaf_unless_told_otherwise() -> None:
    def add(x):
        return 0 if x is None else x + 1

    assert tree.map_structure(add, [1, None]) == [2, 0]
    assert tree.map_structure(add, [1, None], none_is_leaf=False) == [2, None]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: tree.map_structure(abs), "one nest at least"),
        (lambda: tree.map_structure(max, [1], [1, 2]), "built otherwise"),
        (lambda: tree.assert_same_structure([1], (1,)), "built otherwise"),
        (lambda: tree.pack_sequence_as([1, 2], [1]), "expected 2 leaves, got 1"),
    ],
)
def test_errors(call, text) -> None:
    with pytest.raises(ValueError, match=text):
        call()


def test_as_keras() -> None:
    theirs = pytest.importorskip("keras").tree
    for name in ("flatten", "flatten_with_path", "is_nested"):
        assert getattr(tree, name)(NEST) == getattr(theirs, name)(NEST)
