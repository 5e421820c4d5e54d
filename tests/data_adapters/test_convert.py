"""One value of the user's -> one array."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from saccade.core import _settings
from saccade.core._errors import (
    ArgumentTypeError,
    DataError,
    UnsupportedFeatureError,
)
from saccade.data._convert import can_convert, position, to_array, to_tree


@pytest.fixture
def bfloat16():
    _settings.set_floatx("bfloat16")
    yield
    _settings.set_floatx("float32")


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("uint8", "uint8"),
        ("int8", "int8"),
        ("int16", "int16"),
        ("int32", "int32"),
        ("uint32", "uint32"),
        ("int64", "int32"),
        ("uint64", "int32"),
        ("bool", "bool"),
        ("float16", "float32"),
        ("float32", "float32"),
        ("float64", "float32"),
        (jnp.bfloat16, "float32"),
    ],
)
def test_dtypes(given, taken):
    value = np.array([[0, 1], [1, 0]]).astype(given)
    array = to_array(value, "x", "fit")
    assert array.dtype == taken
    np.testing.assert_array_equal(array, [[0, 1], [1, 0]])


@pytest.mark.parametrize("dtype", ["uint8", "float32", "int32", "bool"])
def test_memory_is_shared(dtype):
    value = np.zeros((5, 3), dtype)
    assert to_array(value, "x", "fit") is value


def test_only_the_layout_is_changed_of_transposed_arrays():
    value = np.arange(6, dtype="float32").reshape(2, 3).T
    array = to_array(value, "x", "fit")
    assert array.flags.c_contiguous
    np.testing.assert_array_equal(array, value)


def test_memory_map_is_not_read(tmp_path):
    mapped = np.memmap(tmp_path / "x", "uint8", "w+", shape=(4, 2))
    assert np.shares_memory(to_array(mapped, "x", "fit"), mapped)


def test_floats_take_the_global_type(bfloat16):
    assert to_array(np.zeros(3), "x", "fit").dtype == jnp.bfloat16
    assert to_array(jnp.zeros(3), "x", "fit").dtype == jnp.bfloat16
    assert to_array(np.zeros(3, "uint8"), "x", "fit").dtype == "uint8"


def test_jax_arrays_stay_where_they_are():
    value = jnp.ones((2, 2), "float32")
    assert to_array(value, "x", "fit") is value
    assert to_array(jnp.ones(2, "float16"), "x", "fit").dtype == "float32"


@pytest.mark.parametrize(
    ("value", "shape", "dtype"),
    [
        ([1, 2, 3], (3,), "int32"),
        ([1.5, 2], (2,), "float32"),
        ([True, False], (2,), "bool"),
        ([[1, 2], [3, 4], [5, 6]], (3, 2), "int32"),
        ((1.0, 2.0), (2,), "float32"),
        ([np.float64(1), np.float64(2)], (2,), "float32"),
        ([np.array(1), np.array(2)], (2,), "int32"),
        ([], (0,), "float32"),
    ],
)
def test_lists_of_numbers_are_one_array(value, shape, dtype):
    array = to_tree(value, "x", "fit")
    assert isinstance(array, np.ndarray)
    assert (array.shape, array.dtype) == (shape, dtype)


def test_structures_keep_their_form():
    tree = to_tree(
        {"a": np.zeros(2), "b": (np.zeros(2), None), "c": [[1, 2], [3, 4]]}, "x", "fit"
    )
    assert isinstance(tree, dict)
    assert list(tree) == ["a", "b", "c"]
    assert isinstance(tree["b"], tuple)
    assert tree["b"][1] is None
    assert isinstance(tree["c"], np.ndarray)
    listed = to_tree([np.zeros((2, 3)), np.zeros((2, 1))], "x", "fit")
    assert isinstance(listed, list)
    assert [leaf.shape for leaf in jax.tree.leaves(listed)] == [(2, 3), (2, 1)]


def test_tensor_of_torch_by_its_methods():
    class Tensor:
        def __init__(self, values):
            self.values = values
            self.dtype = "torch.float64"
            self.shape = values.shape

        def __array__(self):
            raise AssertionError("a tensor that needs a gradient has no array")

        def detach(self):
            return self

        def cpu(self):
            return self

        def numpy(self):
            return self.values

    Tensor.__module__ = "torch"
    array = to_tree(Tensor(np.ones((2, 2))), "x", "fit")
    assert isinstance(array, np.ndarray)
    assert array.dtype == "float32"


def test_what_is_no_array():
    assert not can_convert(iter([]))
    assert not can_convert(object())
    assert not can_convert([np.zeros(2), iter([])])
    assert can_convert({"a": [np.zeros(2), None]})


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            np.array([["1", "2"], ["3", "x"]]),
            "fit: `x` must hold numbers, got '1' at row 0, column 0.",
        ),
        (
            np.array([1.0, 2.0, "b"], object),
            "fit: `x` must hold numbers, got 'b' at row 2.",
        ),
        (
            np.array([1, 2], object),
            "array of Python objects (object), though all are numbers.\n"
            "Fix: pass x.astype('float32').",
        ),
        (
            np.array(["2020-01-01"], "datetime64[D]"),
            "`x` holds dates or durations (datetime64[D])",
        ),
        (np.array([1j]), "`x` holds complex numbers (complex128)"),
        (
            np.zeros(2, [("width", "f4"), ("height", "f4")]),
            "`x` is a structured array with the fields width, height",
        ),
        (["cat", "dog"], "`x` must hold numbers, got 'cat' at row 0"),
        (
            [[1, 2], [3]],
            "row 0 of `x` holds 2 values and row 1 holds 1.\n"
            "Fix: give every row the same shape.",
        ),
        (
            np.array(5.0),
            "`x` must have a first axis of rows, got a single value.\n"
            "Fix: for one sample pass x[None], of shape (1, ...).",
        ),
        (3, "`x` must have a first axis of rows"),
        (
            np.array([0, 2**40]),
            "`x` holds the whole number 1099511627776 at row 1, beyond the range of "
            "32 bits",
        ),
        (np.array([-(2**40), 0]), "the whole number -1099511627776 at row 0"),
    ],
)
def test_errors(value, words):
    with pytest.raises(DataError) as caught:
        to_tree(value, "x", "fit")
    assert words in str(caught.value)


def test_array_of_pictures_of_different_sizes():
    pictures = np.empty(2, object)
    pictures[0], pictures[1] = np.zeros((2, 2)), np.zeros((3, 2))
    with pytest.raises(DataError, match=r"array of 2 arrays; the first has the shape"):
        to_tree(pictures, "x", "fit")


def test_names_of_classes_as_labels():
    with pytest.raises(DataError) as caught:
        to_tree(np.array(["cat", "dog"], object), "y", "fit")
    assert str(caught.value) == (
        "fit: `y` must hold numbers, got 'cat' at row 0.\n"
        "Fix: number the classes: names, y = np.unique(y, return_inverse=True)."
    )


def test_part_of_a_structure_is_named():
    with pytest.raises(DataError, match=r"`x\['b'\]\[1\]` must hold numbers"):
        to_tree({"b": [np.zeros(1), np.array(["a"])]}, "x", "fit")


def test_sparse_matrix():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(UnsupportedFeatureError) as caught:
        to_tree(sparse.eye(3, format="csr"), "x", "fit")
    assert "Fix: pass x.toarray()." in str(caught.value)


def test_path_instead_of_data():
    with pytest.raises(ArgumentTypeError, match=r"got the text 'train.csv'"):
        to_tree("train.csv", "x", "fit")


def test_words_for_a_place():
    assert position((1, 2, 3)) == "row 1, position (2, 3)"
