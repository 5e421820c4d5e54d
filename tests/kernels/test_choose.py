"""The choice of forms: by device, by shape, by force."""

from __future__ import annotations

import pytest

from saccade import kernels
from saccade.core._errors import ConfigError
from saccade.kernels import ConvSpec, Form, PoolSpec, _choose, _library
from saccade.kernels._spec import ChannelSpec

CONV = ConvSpec(32, (28, 28), (24, 24), (5, 5), 1, 6, (1, 1), (1, 1), ((0, 0),) * 2)
SAME = ((1, 1), (1, 1))
POOL = PoolSpec(32, (24, 24), (12, 12), (2, 2), (2, 2), ((0, 0),) * 2, 6)
OPERATIONS = [
    ("conv", CONV),
    ("conv_grad_input", CONV),
    ("conv_grad_kernel", CONV),
    ("max_pool", POOL),
    ("sum_pool", POOL),
    ("bias_gradient", ChannelSpec(32, 64, 6)),
]


@pytest.mark.parametrize(("operation", "spec"), OPERATIONS)
def test_xla_on_accelerators_and_never_on_cpu(operation, spec) -> None:
    assert kernels.choose(operation, spec, "gpu").name == "xla"
    assert kernels.choose(operation, spec, "tpu").name == "xla"
    assert not kernels.choose(operation, spec, "cpu").name.startswith("xla")


def test_the_choice_depends_on_the_shape_alone(monkeypatch) -> None:
    monkeypatch.setenv("SACCADE_KERNELS", "off")

    def plane(channels: int, filters: int, batch: int = 64) -> ConvSpec:
        return ConvSpec(
            batch, (32, 32), (32, 32), (3, 3), channels, filters, (1, 1), (1, 1), SAME
        )

    for operation in ("conv", "conv_grad_input", "conv_grad_kernel"):
        assert kernels.choose(operation, plane(256, 256), "cpu").name == "winograd"
        assert kernels.choose(operation, plane(64, 64, 8), "cpu").name == "library"
        assert kernels.choose(operation, plane(3, 32), "cpu").name == "lanes"
        assert kernels.choose(operation, CONV, "cpu").name == "lanes"
    assert kernels.choose("max_pool", POOL, "cpu").name == "lanes"
    wide = PoolSpec(8, (24,) * 2, (4,) * 2, (6,) * 2, (6,) * 2, ((0, 0),) * 2, 6)
    assert kernels.choose("max_pool", wide, "cpu").name == "lanes_axes"


def test_one_tap_of_many_channels_is_a_matrix_product() -> None:
    def point(batch: int) -> ConvSpec:
        around = ((0, 0),) * 2
        return ConvSpec(
            batch, (56, 56), (56, 56), (1, 1), 256, 64, (1, 1), (1, 1), around
        )

    for operation in ("conv", "conv_grad_input", "conv_grad_kernel"):
        assert kernels.choose(operation, point(8), "cpu").name == "patches"
        # Full vectors leave the order of axes as their neighbours like it.
        if kernels.missing() is None:
            assert kernels.choose(operation, point(32), "cpu").name == "native"


@pytest.mark.parametrize(("operation", "spec"), OPERATIONS)
def test_every_form_can_be_forced(operation, spec, monkeypatch) -> None:
    for name in kernels.form_names(operation):
        form = kernels.form(operation, name)
        if "cpu" in form.devices and form.fits(spec):
            monkeypatch.setenv("SACCADE_KERNELS", f"{operation}={name}")
            assert kernels.choose(operation, spec, "cpu") is form
            assert "forced" in kernels.explain(operation, spec, "cpu")


def test_a_bare_name_forces_all_that_have_it(monkeypatch) -> None:
    monkeypatch.setenv("SACCADE_KERNELS", "xla_cpu")
    assert kernels.choose("conv", CONV, "cpu").name == "xla_cpu"
    assert kernels.choose("max_pool", POOL, "cpu").name == "xla_cpu"


def test_a_form_that_does_not_fit_is_passed_over(monkeypatch) -> None:
    monkeypatch.setenv("SACCADE_KERNELS", "conv=winograd")
    spec = ConvSpec(1, (4,), (4,), (1,), 2, 3, (1,), (1,), ((0, 0),))
    assert kernels.choose("conv", spec, "cpu").name == "lanes"


@pytest.mark.parametrize(
    ("text", "hint"), [("patchs", "'patches'"), ("covn=patches", "'conv'")]
)
def test_misspelt_force_names_the_nearest(text, hint, monkeypatch) -> None:
    monkeypatch.setenv("SACCADE_KERNELS", text)
    with pytest.raises(ConfigError, match=f"SACCADE_KERNELS.*(?s:.)*{hint}"):
        kernels.choose("conv", CONV, "cpu")


def test_unknown_operation() -> None:
    with pytest.raises(ConfigError, match="unknown name 'convolve'"):
        kernels.choose("convolve", CONV, "cpu")
    with pytest.raises(ConfigError, match="unknown name 'fast'"):
        kernels.form("conv", "fast")


def test_the_choice_explains_itself() -> None:
    text = kernels.explain("conv", CONV, "cpu")
    assert text.startswith("conv on cpu: ")
    assert "cheapest" in text
    assert "patches" in text


def test_a_cheaper_registered_form_is_taken(monkeypatch) -> None:
    monkeypatch.setattr(
        _choose, "_forms", {k: dict(v) for k, v in _choose._forms.items()}
    )
    form = Form("native", lambda *a: a[0], ("cpu",), cost=lambda spec: -1.0 + 1.0)
    kernels.register("max_pool", form)
    small = PoolSpec(1, (4,), (3,), (2,), (1,), ((0, 0),), 1)
    assert kernels.choose("max_pool", small, "cpu") is form
    assert kernels.choose("max_pool", small, "gpu").name == "xla"


def test_no_form_for_an_unknown_device() -> None:
    with pytest.raises(ConfigError, match="no form runs on 'abacus'"):
        kernels.choose("conv", CONV, "abacus")


def test_a_misspelt_set_of_vectors_is_named(monkeypatch):
    monkeypatch.setenv("SACCADE_VECTORS", "avx3")
    with pytest.raises(ConfigError, match="did you mean"):
        _library._load.__wrapped__()
