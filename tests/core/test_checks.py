"""Argument checks, error texts, settings and types."""

from __future__ import annotations

import pytest

from saccade.core import _checks, _dtypes, _errors, _lazy, _names, _settings


def test_messages_have_one_form():
    text = _errors.message("Dense 'a'", "`units` must be > 0, got -1", "units=10")
    assert text == "Dense 'a': `units` must be > 0, got -1.\nFix: units=10."


def test_unknown_names_give_the_nearest():
    text = _errors.unknown_name("optimizer", "adamm", ["adam", "sgd"])
    assert "unknown name 'adamm'" in text
    assert "did you mean 'adam'?" in text


@pytest.mark.parametrize("value", [0, -1, 2.5, "3", True, None])
def test_positive_ints(value):
    with pytest.raises(
        _errors.ConfigError, match=r"Dense: `units` must be an int >= 1"
    ):
        _checks.positive_int(value, "units", "Dense")
    assert _checks.positive_int(4.0, "units", "Dense") == 4


def test_int_tuples():
    assert _checks.int_tuple(3, 2, "k", "C") == (3, 3)
    assert _checks.int_tuple([1, 2], 2, "k", "C") == (1, 2)
    with pytest.raises(_errors.ConfigError, match="one int or 2 ints, got"):
        _checks.int_tuple((1, 2, 3), 2, "k", "C")


def test_words_and_fractions():
    assert _checks.one_of("Same", ["valid", "same"], "padding", "C") == "same"
    with pytest.raises(_errors.ConfigError, match="did you mean 'same'"):
        _checks.one_of("sane", ["valid", "same"], "padding", "C")
    assert _checks.fraction(1, "rate", "D") == 1.0
    with pytest.raises(_errors.ConfigError, match=r"a number in \[0, 1\], got 1.5"):
        _checks.fraction(1.5, "rate", "D")


def test_unknown_keywords_give_the_nearest():
    with pytest.raises(_errors.ArgumentTypeError, match="did you mean `units`"):
        _checks.no_unknown_keywords(["unit"], ["units", "activation"], "Dense")


def test_data_formats_follow_the_setting():
    assert _checks.data_format(None, "C") == "channels_last"
    _settings.set_image_data_format("channels_first")
    assert _checks.data_format(None, "C") == "channels_first"
    with pytest.raises(_errors.ConfigError, match="must be 'channels_last'"):
        _settings.set_image_data_format("last")


def test_float_types():
    _settings.set_floatx("bfloat16")
    assert _dtypes.standardize_dtype(None) == "bfloat16"
    with pytest.raises(_errors.ConfigError, match="got 'float64'"):
        _settings.set_floatx("float64")
    with pytest.raises(_errors.ConfigError, match="did you mean 'float32'"):
        _dtypes.standardize_dtype("float23")


def test_policies():
    policy = _dtypes.get_policy("mixed_float16")
    assert (policy.variable_dtype, policy.compute_dtype) == ("float32", "float16")
    assert _dtypes.DTypePolicy.from_config(policy.get_config()) == policy


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Dense", "dense"),
        ("Conv2D", "conv2d"),
        ("MaxPooling2D", "max_pooling2d"),
        ("SeparableConv2D", "separable_conv2d"),
        ("PReLU", "p_re_lu"),
        ("MyLayer", "my_layer"),
    ],
)
def test_stems_of_automatic_names_are_those_of_keras(name, stem):
    assert _names.to_snake_case(name) == stem


def test_missing_packages_name_the_extra():
    with pytest.raises(ImportError, match=r"pip install 'saccade\[plot\]'"):
        _lazy.optional_import("no_such_package", extra="plot", purpose="curves")


def test_errors_are_those_that_keras_raises():
    assert issubclass(_errors.ConfigError, ValueError)
    assert issubclass(_errors.ShapeError, ValueError)
    assert issubclass(_errors.ArgumentTypeError, TypeError)
    assert issubclass(_errors.MissingExtraError, ImportError)
