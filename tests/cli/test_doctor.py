"""`saccade doctor` shows what there is and what is missing."""

import re
from importlib import metadata

import jax
import numpy as np
import pytest

from saccade import __version__, kernels
from saccade.cli import main
from saccade.kernels import _library


@pytest.fixture
def report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_experimental_ynn_fusion_type=")
    monkeypatch.setenv("SACCADE_CACHE", "off")
    assert main(["doctor"]) == 0
    return capsys.readouterr().out.splitlines()


def test_shows_versions_devices_and_flags(report: list[str]) -> None:
    facts = [" ".join(line.split()) for line in report]
    assert f"saccade {__version__}" in facts
    assert f"jax {jax.__version__}" in facts
    assert f"numpy {np.__version__}" in facts
    assert any(fact.startswith(f"{jax.devices()[0].platform}:") for fact in facts)
    assert "XLA_FLAGS=--xla_cpu_experimental_ynn_fusion_type=" in facts
    assert "jax_enable_x64 = False" in facts
    assert "not kept: SACCADE_CACHE is 'off'" in facts


def test_shows_the_folder_of_compiled_programs(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("SACCADE_CACHE", str(folder))
    main(["doctor"])
    printed = capsys.readouterr().out
    assert f"  {folder}" in printed
    assert "0 files, 0.0 MiB" in printed


def test_a_missing_extra_is_named_with_its_cure(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = metadata.version

    def version(name: str) -> str:
        if name in ("matplotlib", "jax-cuda12-plugin"):
            raise metadata.PackageNotFoundError(name)
        return found(name)

    monkeypatch.setattr(metadata, "version", version)
    main(["doctor"])
    lines = [" ".join(x.split()) for x in capsys.readouterr().out.splitlines()]
    assert "plot missing matplotlib: pip install 'saccade[plot]'" in lines
    gpu = next(line for line in lines if line.startswith("gpu missing"))
    assert "jax-cuda12-plugin" in gpu
    assert gpu.endswith("pip install 'saccade[gpu]'")


def test_without_an_installed_package_it_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent(name: str) -> None:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "metadata", absent)
    main(["doctor"])
    assert "unknown: saccade runs from its source folder" in capsys.readouterr().out


def test_the_compiled_kernels_and_what_they_gain(report: list[str]) -> None:
    if kernels.missing() is not None:
        pytest.skip("installed without compiled kernels")
    lines = [line.strip() for line in report]
    assert f"vectors of the processor that they use: {kernels.vectors()}" in lines
    (measured,) = (line for line in lines if "LeNet-5" in line)
    found = re.search(r"([\d.]+) ms with them, ([\d.]+) ms without$", measured)
    assert found is not None
    assert 0 < float(found[1]) < 1000
    assert 0 < float(found[2]) < 1000


def test_without_compiled_kernels_it_says_what_that_costs_and_how_to_get_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_library, "_find", lambda: None)
    monkeypatch.setattr(_library, "_load", _library._load.__wrapped__)
    main(["doctor"])
    printed = capsys.readouterr().out
    assert "without its compiled kernels" in printed
    assert "3.4 times as long for those of LeNet-5" in printed
    assert "install a C++ compiler" in printed
    assert "ms with them" not in printed


def test_a_misspelt_set_of_vectors_is_a_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SACCADE_VECTORS", "avx3")
    _library._load.cache_clear()
    try:
        assert main(["doctor"]) == 0
    finally:
        _library._load.cache_clear()
    assert "did you mean 'avx2'" in capsys.readouterr().out
