from __future__ import annotations

import inspect

import pytest

from saccade import optimizers
from saccade.core._errors import ArgumentTypeError, ConfigError
from saccade.optimizers import SGD, Adam, AdamW, Lion
from saccade.optimizers._arguments import DEFAULTS


def test_shared_arguments_come_after_the_own_ones():
    names = list(inspect.signature(SGD).parameters)
    assert names == ["learning_rate", "momentum", "nesterov", *DEFAULTS, "kwargs"]
    names = list(inspect.signature(AdamW).parameters)
    assert names[:2] == ["learning_rate", "weight_decay"]
    assert names.count("weight_decay") == 1


def test_shared_arguments_may_be_given_by_position():
    optimizer = SGD(0.1, 0.9, True, 0.5, 1.0)
    assert (optimizer.weight_decay, optimizer.clipnorm) == (0.5, 1.0)
    with pytest.raises(TypeError, match="multiple values for argument 'weight_decay'"):
        SGD(0.1, 0.9, True, 0.5, weight_decay=0.1)
    with pytest.raises(TypeError, match="positional argument"):
        SGD(0.1, 0.9, True, *DEFAULTS.values(), "one too many")


@pytest.mark.parametrize(
    ("cls", "keyword", "nearest"),
    [
        (SGD, "momentun", "momentum"),
        (Adam, "beta1", "beta_1"),
        (Adam, "learningrate", "learning_rate"),
        (AdamW, "weightdecay", "weight_decay"),
        (SGD, "clip_norm", "clipnorm"),
    ],
)
def test_misspelt_keywords_give_the_nearest(cls, keyword, nearest):
    with pytest.raises(ArgumentTypeError, match=f"`{keyword}`(.|\n)*`{nearest}`"):
        cls(**{keyword: 0.5})


@pytest.mark.parametrize(
    ("keywords", "text"),
    [
        ({"clipnorm": 1.0, "clipvalue": 0.5}, "Only one of .*clipnorm=1.0, clipvalue"),
        ({"clipnorm": -1.0}, "`clipnorm` must be a number >= 0 or None, got -1.0"),
        ({"global_clipnorm": "1"}, "`global_clipnorm` must be a number >= 0"),
        ({"weight_decay": -0.1}, "`weight_decay` must be a number >= 0 or None, got"),
        ({"use_ema": True, "ema_momentum": 1.5}, "`ema_momentum` must be a number in"),
        (
            {"use_ema": True, "ema_overwrite_frequency": 0.5},
            "`ema_overwrite_frequency` must be an int >= 1, got 0.5",
        ),
        (
            {"gradient_accumulation_steps": 1},
            "`gradient_accumulation_steps` must be an int >= 2, got 1",
        ),
        ({"momentum": 1.5}, r"`momentum` must be a float between \[0, 1\], got 1.5"),
        (
            {"momentum": "0.9"},
            r"`momentum` must be a float between \[0, 1\], got '0.9'",
        ),
    ],
)
def test_numbers_out_of_range_are_named(keywords, text):
    with pytest.raises(ConfigError, match=f"SGD: {text}"):
        SGD(**keywords)


@pytest.mark.parametrize(
    ("cls", "keywords", "text"),
    [
        (Adam, {"beta_1": 2.0}, r"`beta_1` must be a float between \[0, 1\], got 2.0"),
        (Adam, {"beta_2": -1.0}, r"`beta_2` must be a float between \[0, 1\]"),
        (Adam, {"epsilon": -1e-7}, "`epsilon` must be a number >= 0"),
        (AdamW, {"weight_decay": None}, "Argument `weight_decay` must be a float"),
        (Lion, {"beta_1": 0.0}, r"`beta_1` must be a number in \(0, 1\], got 0"),
        (optimizers.RMSprop, {"rho": 3.0}, r"`rho` must be a float between \[0, 1\]"),
        (optimizers.Adadelta, {"rho": 3.0}, r"`rho` must be a float between \[0, 1\]"),
        (
            optimizers.Adagrad,
            {"initial_accumulator_value": -1.0},
            "`initial_accumulator_value` must be a number >= 0",
        ),
        (optimizers.Adafactor, {"beta_2_decay": 1.0}, "`beta_2_decay` must be"),
        (optimizers.Adafactor, {"epsilon_1": -1.0}, "`epsilon_1` must be"),
    ],
)
def test_own_arguments_out_of_range_are_named(cls, keywords, text):
    with pytest.raises(ConfigError, match=f"{cls.__name__}: {text}"):
        cls(**keywords)


@pytest.mark.parametrize(
    ("name", "value", "side"),
    [("learning_rate_power", 1.0, "negative"), ("beta", -1.0, "positive")],
)
def test_ftrl_says_on_which_side_of_zero_a_number_belongs(name, value, side):
    with pytest.raises(ConfigError, match=f"`{name}` needs to be {side}") as caught:
        optimizers.Ftrl(**{name: value})
    assert "to Ftrl" in caught.value.__notes__[0]


def test_zero_bounds_mean_none():
    assert SGD(clipnorm=0, gradient_accumulation_steps=0).clipnorm == 0


@pytest.mark.parametrize("name", ["Adam", "RMSprop", "Adagrad", "Adadelta", "Nadam"])
def test_older_programs_pass_no_epsilon_and_no_decay(name):
    optimizer = getattr(optimizers, name)(lr=0.5, epsilon=None, decay=0.0)
    assert optimizer.epsilon == 1e-7
