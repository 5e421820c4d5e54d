from __future__ import annotations

import pytest

from saccade import optimizers
from saccade.core._errors import ConfigError
from saccade.core._registry import custom_object_scope
from saccade.optimizers import SGD, Adam, deserialize, get, legacy, serialize


@pytest.mark.parametrize("name", ["adam", "Adam", "ADAM"])
def test_names_work_in_any_case(name):
    assert type(get(name)) is Adam


def test_each_name_gives_an_optimizer_of_its_own():
    assert get("sgd") is not get("sgd")
    optimizer = SGD()
    assert get(optimizer) is optimizer
    assert get(None) is None


def test_unknown_names_give_the_nearest():
    with pytest.raises(ConfigError, match=r"unknown name 'adamm'(.|\n)*mean 'Adam'"):
        get("adamm")
    with pytest.raises(ValueError, match=r"Known: Adadelta, Adafactor, Adagrad"):
        get("zzz")


def test_a_class_is_to_be_called():
    with pytest.raises(ConfigError, match=r"Fix: call the class: Adam\(\)"):
        get(Adam)
    with pytest.raises(ConfigError, match="expected a name, a config or an Optimizer"):
        get(3)


def test_round_trip():
    rate = optimizers.schedules.CosineDecay(0.5, 10)
    stored = serialize(SGD(rate, momentum=0.5, name="mine"))
    assert stored["module"] == "keras.optimizers"
    assert stored["class_name"] == "SGD"
    again = deserialize(stored)
    assert (again.momentum, again.name) == (0.5, "mine")
    assert again.get_config() == stored["config"]
    assert get({"class_name": "sgd", "config": {"momentum": 0.5}}).momentum == 0.5


def test_own_classes_are_found_by_name():
    class Mine(SGD):
        pass

    config = {"class_name": "Mine", "config": {"momentum": 0.5}}
    assert type(deserialize(config, custom_objects={"Mine": Mine})) is Mine
    with custom_object_scope({"Mine": Mine}):
        assert type(get("Mine")) is Mine
    with (
        custom_object_scope({"Mine": dict}),
        pytest.raises(ConfigError, match="expected a name, a config or an Optimizer"),
    ):
        get("Mine")


def test_legacy_names_are_the_same_classes():
    for name in legacy.__all__:
        assert getattr(legacy, name) is getattr(optimizers, name)


def test_doors_say_all_that_is_public():
    for door in (optimizers, optimizers.schedules, legacy):
        public = {n for n in vars(door) if not n.startswith("_")} - {"annotations"}
        assert public == set(door.__all__)
