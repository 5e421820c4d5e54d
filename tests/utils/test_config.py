"""Config behaves as an object and as a dict, and can be frozen."""

from __future__ import annotations

import pytest

from saccade import Input, layers
from saccade.core._errors import ConfigError
from saccade.utils import Config, get_source_inputs


def test_attributes_and_keys():
    config = Config(b=1, a=2)
    config.c = 3
    config["d"] = 4
    assert config.d == config.get("d") == 4
    assert list(config) == ["a", "b", "c", "d"]
    assert dict(config.items()) == config.as_dict() == {"b": 1, "a": 2, "c": 3, "d": 4}
    assert list(config.keys()) == ["b", "a", "c", "d"]
    assert list(config.values()) == [1, 2, 3, 4]
    assert config.pop("b") == 1
    del config["c"]
    config.update(e=5)
    assert len(config) == 3
    assert "e" in config
    assert "c" not in config
    assert repr(config) == "<Config {'a': 2, 'd': 4, 'e': 5}>"
    with pytest.raises(AttributeError, match="has no entry 'aa'"):
        _ = config.aa


def test_frozen():
    config = Config(a=1)
    config.freeze()
    for change in (
        lambda: setattr(config, "a", 2),
        lambda: config.update(a=2),
        lambda: config.pop("a"),
        lambda: config.__setitem__("a", 2),
        lambda: config.__delitem__("a"),
    ):
        with pytest.raises(ConfigError, match="frozen"):
            change()
    config.unfreeze()
    config.a = 2
    assert config.a == 2


def test_sources_of_deep_graphs():
    a, b = Input((2,)), Input((2,))
    x = layers.Add()([b, a])
    for _ in range(2000):
        x = layers.Identity()(x)
    assert [t is s for t, s in zip(get_source_inputs(x), [b, a], strict=True)] == [
        True,
        True,
    ]
    assert get_source_inputs(3) == 3
