"""The warning about NaN and infinity."""

import time
import warnings

import jax.numpy as jnp
import numpy as np
import pytest

from saccade.core._errors import DataWarning
from saccade.data import adapt
from saccade.data._finite import first_not_finite


def caught(*args, **kwargs):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        adapt(*args, **kwargs)
    return [item for item in found if item.category is DataWarning]


def test_one_warning_names_every_place():
    x, y = np.zeros((5, 3)), np.zeros(5)
    x[2, 1], x[4, 0], y[3] = np.nan, np.inf, -np.inf
    (warning,) = caught(x, y)
    assert str(warning.message) == (
        "fit: the data hold NaN or infinity: `x` has nan at row 2, column 1 (2 of 15 "
        "values); `y` has -inf at row 3 (one value).\n"
        "Fix: drop or fill these rows; a loss computed from them is NaN."
    )
    assert warning.filename == __file__


def test_column_of_a_table_is_named():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"age": [1.0, 2.0], "height": [1.0, None]})
    (warning,) = caught(frame)
    assert "`x` has nan at row 1, column 'height'" in str(warning.message)


def test_cells_beyond_the_range_of_float32():
    pd = pytest.importorskip("pandas")
    (warning,) = caught(pd.DataFrame({"id": [1, 2], "far": [0.5, 1e300]}))
    assert "`x` has inf at row 1, column 'far'" in str(warning.message)


def test_part_of_a_structure_is_named():
    (warning,) = caught({"a": np.zeros((1, 2, 2)), "b": np.full((1, 2, 2), np.nan)})
    assert "`x['b']` has nan at row 0, position (0, 0)" in str(warning.message)


def test_floats_beyond_the_range_of_float32():
    (warning,) = caught(np.array([1.0, 1e300]))
    assert "`x` has inf at row 1" in str(warning.message)


@pytest.mark.parametrize("dtype", ["uint8", "int32", "bool", "float32", "float64"])
def test_silent_for_good_data(dtype):
    assert caught(np.ones((3, 2), dtype), np.zeros(3)) == []


@pytest.mark.parametrize("place", [0, 65535, 65536, 199_999])
def test_every_chunk_is_seen(place):
    values = np.zeros(200_000, "float32")
    values[place] = np.nan
    assert first_not_finite(values) == ((place,), 1)
    values[-1] = np.inf
    assert first_not_finite(values) == ((place,), 1 if place == 199_999 else 2)


def test_jax_array():
    assert first_not_finite(jnp.array([[0.0, jnp.nan]])) == ((0, 1), 1)
    assert first_not_finite(jnp.zeros(3)) is None


def test_cost_is_near_that_of_reading():
    values = np.ones((6_000, 784), "float32")

    def best(work):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
        return min(times)

    assert best(lambda: first_not_finite(values)) < 10 * best(lambda: values.sum())
