"""Seeds and automatic names."""

from __future__ import annotations

import random

import numpy as np
import pytest

from saccade.core import _names, _random
from saccade.utils import clear_session, set_random_seed


def draws() -> tuple[float, float, int]:
    return random.random(), float(np.random.rand()), _random.default_seed()


def test_all_sources_repeat() -> None:
    set_random_seed(11)
    first = draws()
    set_random_seed(12)
    assert draws() != first
    set_random_seed(np.int64(11))  # type: ignore[arg-type]
    assert draws() == first


@pytest.mark.parametrize("seed", ["1", 1.5, None, -1, 2**32, True])
def test_a_wrong_seed_changes_nothing(seed: object) -> None:
    set_random_seed(3)
    expected = draws()
    set_random_seed(3)
    with pytest.raises(ValueError, match="`seed` must be an integer"):
        set_random_seed(seed)  # type: ignore[arg-type]
    assert draws() == expected


def test_clear_session_starts_names_afresh() -> None:
    clear_session()
    assert _names.auto_name("dense") == "dense"
    assert _names.auto_name("dense") == "dense_1"
    clear_session(free_memory=False)
    assert _names.auto_name("dense") == "dense"
