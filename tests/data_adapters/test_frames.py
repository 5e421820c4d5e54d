"""Tables of pandas and polars."""

import numpy as np
import pytest

from saccade.core._errors import DataError
from saccade.data import adapt
from saccade.data._convert import to_tree

pd = pytest.importorskip("pandas")


def convert(value, name="x"):
    array = to_tree(value, name, "fit")
    assert isinstance(array, np.ndarray)
    return array


def test_table_of_one_type():
    frame = pd.DataFrame(np.arange(6, dtype="int64").reshape(3, 2))
    array = convert(frame)
    assert array.dtype == "int32"
    assert array.flags.c_contiguous
    np.testing.assert_array_equal(array, [[0, 1], [2, 3], [4, 5]])
    assert convert(frame.astype("uint8")).dtype == "uint8"


def test_table_of_mixed_types():
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "c": [True, False]})
    array = convert(frame)
    assert array.dtype == "float32"
    np.testing.assert_array_equal(array, [[1, 0.5, 1], [2, 1.5, 0]])


def test_types_with_missing_values():
    frame = pd.DataFrame(
        {
            "i": pd.array([1, None, 3], dtype="Int64"),
            "b": pd.array([True, False, True], dtype="boolean"),
            "f": pd.array([0.5, 1.5, 2.5], dtype="Float64"),
        }
    )
    array = convert(frame)
    assert array.dtype == "float32"
    np.testing.assert_array_equal(array, [[1, 1, 0.5], [np.nan, 0, 1.5], [3, 1, 2.5]])
    assert convert(frame[["b"]]).dtype == "bool"


def test_columns_of_equal_names():
    frame = pd.DataFrame([[1, 2.5]], columns=["a", "a"])
    np.testing.assert_array_equal(convert(frame), [[1, 2.5]])


def test_series_is_a_column_as_in_keras():
    series = pd.Series([3, 1, 2], index=[7, 8, 9])
    array = convert(series, "y")
    assert (array.shape, array.dtype) == ((3, 1), "int32")


def test_two_series_as_inputs():
    source = adapt([pd.Series([1.0, 2.0]), pd.DataFrame({"a": [1, 2]})])
    assert [leaf.shape for leaf in source.x] == [(2, 1), (2, 1)]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (
            pd.Series([1.0, "two", 3.0], dtype=object),
            "column 'bad' of `x` must hold numbers, got 'two' in row 1.\n"
            "Fix: leave the column out, or turn its texts into numbers.",
        ),
        (["u", "v", "w"], "column 'bad' of `x` must hold numbers, got 'u' in row 0"),
        (
            pd.Categorical(["u", "v", "u"]),
            "column 'bad' of `x` holds categories (category), not numbers.\n"
            "Fix: pass its codes (.cat.codes) or one column per category "
            "(pd.get_dummies).",
        ),
        (pd.Categorical([1, 2, 1]), "holds categories (category)"),
        (
            pd.to_datetime(["2020-01-01"] * 3),
            "column 'bad' of `x` holds dates or durations (datetime64",
        ),
        (
            pd.Series([1, 2, 3], dtype=object),
            "column 'bad' of `x` has the type object, though all values are numbers",
        ),
        (
            pd.Series([np.zeros(2)] * 3),
            "column 'bad' of `x` holds arrays, the first of shape (2,)",
        ),
    ],
)
def test_bad_columns(column, words):
    frame = pd.DataFrame({"good": [1, 2, 3], "bad": column})
    with pytest.raises(DataError) as caught:
        convert(frame)
    assert words in str(caught.value)


def test_other_bad_columns_are_named_too():
    frame = pd.DataFrame({"a": ["x"], "b": [1], "c": ["y"]})
    with pytest.raises(DataError, match=r"column 'a'.*Also: 'c'"):
        convert(frame)


def test_labels_as_texts():
    with pytest.raises(DataError) as caught:
        convert(pd.Series(["cat", "dog"], name="kind"), "y")
    assert "`y` ('kind') must hold numbers, got 'cat' in row 0" in str(caught.value)
    assert "np.unique(y, return_inverse=True)" in str(caught.value)


def test_polars():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"a": [1, 2], "b": [0.5, None], "c": [True, False]})
    array = convert(frame)
    assert (array.shape, array.dtype) == ((2, 3), "float32")
    np.testing.assert_array_equal(array, [[1, 0.5, 1], [2, np.nan, 0]])
    labels = convert(pl.Series("y", [1, 2, 3]), "y")
    assert (labels.shape, labels.dtype) == ((3,), "int32")
    assert convert(frame[["a"]]).dtype == "int32"


@pytest.mark.parametrize(
    ("dtype", "values", "words"),
    [
        ("String", ["u", "v"], "must hold numbers, got 'u' in row 0"),
        ("Categorical", ["u", "v"], "holds categories"),
    ],
)
def test_bad_columns_of_polars(dtype, values, words):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame(
        {"a": [1, 2], "bad": pl.Series(values).cast(getattr(pl, dtype))}
    )
    with pytest.raises(DataError, match=words) as caught:
        convert(frame)
    assert "column 'bad' of `x`" in str(caught.value)


def test_table_without_columns_or_rows():
    with pytest.raises(DataError, match="the data set is empty: 0 rows"):
        adapt(pd.DataFrame({"a": []}))
