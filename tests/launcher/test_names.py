"""The launcher's tables agree with what there is."""

from types import ModuleType

import pytest

import saccade
from saccade.launcher import _names


@pytest.mark.parametrize("place", sorted(set(_names.MOVED.values())))
def test_moved_places_exist(place: str) -> None:
    assert isinstance(getattr(saccade, place), ModuleType)


@pytest.mark.parametrize("place", _names.KERAS_HINTS)
def test_no_keras_hint_hides_something_that_exists(place: str) -> None:
    value: object = saccade
    for part in place.split("."):
        public = value is not saccade or part in saccade.__all__
        value = getattr(value, part, None) if public else None
    assert value is None, f"saccade has {place} now: take its hint out of KERAS_HINTS"


@pytest.mark.parametrize("call", _names.TENSORFLOW_HINTS)
def test_no_tensorflow_hint_is_for_a_call_that_works(call: str, tf: ModuleType) -> None:
    value: object = tf
    for part in call.split("."):
        value = getattr(value, part, None)
    # A namespace may have a hint for what is not in it.
    assert value is None or isinstance(value, ModuleType)
