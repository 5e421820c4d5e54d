"""Augmentation as text: reading, the normal form, the layers, mistakes."""

from __future__ import annotations

import pytest

from saccade.core._errors import ConfigError
from saccade.recipes import AugmentSpec, AugmentStep
from saccade.recipes._augment_steps import STEPS

SHAPE = (16, 16, 3)


def test_a_spec_has_a_normal_form_that_reads_as_itself() -> None:
    spec = AugmentSpec.parse("  Flip_LR |rotate( 30.0 )| shift(.2)|zoom")
    assert str(spec) == "flip_lr|rotate(30)|shift(0.2, 0.2)|zoom(0.2)"
    assert AugmentSpec.parse(str(spec)) == spec
    assert spec.steps[1] == AugmentStep("rotate", (30.0,))


@pytest.mark.parametrize("text", ["", "none", " None ", "off"])
def test_nothing_is_no_steps(text: str) -> None:
    spec = AugmentSpec.parse(text)
    assert spec.steps == ()
    assert str(spec) == "none"
    assert spec.layers(SHAPE) == []


@pytest.mark.parametrize("name", sorted(STEPS))
def test_every_step_has_words_and_a_normal_form(name: str) -> None:
    (step,) = AugmentSpec.parse(name).steps
    assert AugmentSpec.parse(str(step)).steps == (step,)
    assert step.words
    assert "{" not in step.words


def test_neighbouring_warps_become_one_layer() -> None:
    spec = AugmentSpec.parse("flip|rotate|crop|noise|shear|stretch")
    kinds = [type(layer).__name__ for layer in spec.layers(SHAPE)]
    assert kinds == ["Warps", "GaussianNoise", "Warps"]


def test_only_mixing_changes_labels() -> None:
    assert AugmentSpec.parse("flip|mixup").mixes_labels
    assert not AugmentSpec.parse("flip|noise").mixes_labels


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("flip|rotat(3)", 6, "unknown name 'rotat'"),
        ("flip||zoom", 6, "a step is missing"),
        ("flip|", 6, "a step is missing"),
        ("rotate(a)", 1, "rotate takes numbers, got 'a'"),
        ("rotate(1, 2)", 1, "rotate takes one number, got 2"),
        ("shift(1, 2, 3)", 1, "at most 2 numbers, got 3"),
        (" flip_lr(1)", 2, "flip_lr takes no arguments, got 1"),
        ("rotate(3", 1, "'rotate(3' is no step"),
        ("rotate(nan)", 1, "the angle of rotate must be a number in [0, 360]"),
        ("rotate(inf)", 1, "the angle of rotate must be a number in [0, 360]"),
        ("posterize(2.5)", 1, "bits of posterize must be a whole number in [1, 8]"),
        ("zoom|__import__('os')", 6, "unknown name '__import__'"),
    ],
)
def test_a_mistake_is_marked(text: str, place: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        AugmentSpec.parse(text)
    first, shown, mark, *fix = str(caught.value).splitlines()
    assert said in first
    assert first.endswith(f"at letter {place}:")
    assert shown == f"  {text}"
    assert mark.index("^") == place + 1
    assert fix[0].startswith("Fix: ")


def test_the_nearest_name_is_given() -> None:
    with pytest.raises(ConfigError, match="did you mean 'brightness'"):
        AugmentSpec.parse("brighness(0.1)")
