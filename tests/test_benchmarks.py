"""The benchmarks' arithmetic, data and tables; nothing is timed here."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import (  # noqa: E402
    data,
    machine,
    peers,
    roofline_page,
    run,
    sections,
    summary,
    tables,
    targets,
)
from benchmarks._plan import Plan  # noqa: E402
from benchmarks.cases import ALL  # noqa: E402
from benchmarks.cases._kinds import (  # noqa: E402
    BatchNorm,
    Conv,
    Dense,
    Residual,
    Training,
    flops,
    walk,
)
from benchmarks.peers.reading import reader  # noqa: E402
from benchmarks.text import duration, table  # noqa: E402

TRAININGS = [case for case in ALL.values() if isinstance(case, Training)]


def row(peer: str, *seconds: float, steps: int = 1) -> summary.Facts:
    return {
        "peer": peer,
        "steps_per_execution": steps,
        "import_s": 0.5,
        "build_s": 0.25,
        "first_epoch_s": 1.5,
        **summary.describe(list(seconds)),
        "cpu": 1.0,
        "cpu_min": 0.75,
        "others": 0.02,
        "loss": 0.5,
        "accuracy": 0.75,
    }


@pytest.fixture
def report() -> summary.Facts:
    """A report as `run` stores it, with times made up."""
    softmax = {
        "saccade": row("saccade", 0.1, 0.2, 0.1),
        "keras-tensorflow": row("keras-tensorflow", 2.0, 4.0, 2.0),
        "keras-tensorflow x32": row("keras-tensorflow", 0.9, 1.8, 0.9, steps=32),
        "keras-jax": row("keras-jax", 0.4, 0.8, 0.4),
        "pytorch": row("pytorch", 12.0, 12.0, 12.0),
    }
    process = summary.describe([1.0, 1.1, 1.2]) | {"cpu": 1.0, "others": 0.0}
    slow = summary.describe([4.0, 4.4, 2.4]) | {"cpu": 1.0, "others": 0.0}
    return {
        "schema": summary.SCHEMA,
        "when": "2026-01-02T03:04:05+00:00",
        "commit": "0123456789ab",
        "machine": {
            "processor": "Some Processor",
            "cores": 2,
            "memory_gib": 8.0,
            "system": "Linux x86_64",
            "python": "3.11.0",
        },
        "versions": {"saccade": "0.1.0", "jax": "0.10.2", "keras": "3.15.1"},
        "threads": 2,
        "repeats": 3,
        "quick": False,
        "cases": {
            "softmax": {
                "title": "softmax regression",
                "pictures": 60_000,
                "steps": 1_875,
                "parameters": 7_850,
                "rows": softmax,
            },
            "programs": {
                "title": "whole course programs, second start",
                "programs": {
                    "05_fully_connected": {
                        "saccade": process,
                        "keras-tensorflow": slow,
                    },
                    "17_adam": {"saccade": process},
                },
            },
            "imports": {
                "title": "imports",
                "limit_s": 0.15,
                "subject": "saccade layers, models",
                "reference": "jax",
                "rows": {"jax": process, "saccade layers, models": process},
            },
            "memory": {
                "title": "memory",
                "limit_copies": 1.5,
                "rows": {
                    "saccade uint8": {
                        "peer": "saccade",
                        "dtype": "uint8",
                        "data_bytes": 2**20,
                        "kept_copies": 1.75,
                        "peak_copies": 2.0,
                    }
                },
            },
        },
    }


@pytest.mark.parametrize("case", TRAININGS, ids=lambda case: case.name)
def test_first_weights_have_the_number_of_parameters_of_the_case(case):
    weights = data.first_weights(case)
    count = sum(value.size for values in weights for value in values)
    for layer, before, _ in walk(case):
        count += 2 * before[-1] if isinstance(layer, BatchNorm) else 0
    assert count == case.parameters


def test_shapes_of_strided_and_valid_convolutions():
    shapes = [after for _, _, after in walk(ALL["course14"])]
    assert shapes == [(28, 28, 4), (14, 14, 4), (784,), (10,)]
    assert [after for _, _, after in walk(ALL["lenet"])][2] == (10, 10, 16)


def test_walk_goes_into_residual_blocks():
    steps = [(layer, after) for layer, _, after in walk(ALL["resnet20"])]
    blocks = [i for i, (layer, _) in enumerate(steps) if isinstance(layer, Residual)]
    assert len(blocks) == 9
    assert [steps[i][1] for i in blocks[2:4]] == [(32, 32, 16), (16, 16, 32)]
    shortcut, after = steps[blocks[3] - 2]
    assert (shortcut.kernel, shortcut.strides, after) == (1, 2, (16, 16, 32))
    assert steps[-2][1] == (64,)


def test_flops_are_counted_from_the_layers():
    case = Training(
        "tiny",
        "tiny",
        (4, 4, 3),
        (Conv(5, 3, "valid"), Residual((Conv(5, 1, "same"),)), Dense(7, "softmax")),
        pictures=1,
        quick_pictures=1,
        batch=1,
        parameters=0,
    )
    first, second = 2 * 2 * 2 * 5 * 9 * 3, 2 * 2 * 2 * 5 * 5
    third = 2 * 5 * 7
    assert flops(case, backward=False) == first + second + third
    assert flops(case) == 2 * first + 3 * (second + third)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_pictures_are_the_same_each_time_and_can_be_learnt(dtype):
    case = ALL["softmax"]
    x, y = data.pictures(case, 500, dtype)
    again, _ = data.pictures(case, 500, dtype)
    assert x.dtype == dtype
    assert x.shape == (500, 784)
    np.testing.assert_array_equal(x, again)
    middles = np.stack([x[y == k].mean(axis=0) for k in range(10)])
    distances = ((x[:, None] - middles[None]) ** 2).sum(axis=-1)
    assert (distances.argmin(axis=1) == y).mean() > 0.8


@pytest.mark.parametrize("case", TRAININGS, ids=lambda case: case.name)
def test_saccade_builds_each_case(case):
    from benchmarks.peers._keras_api import KerasTrainer
    from benchmarks.peers._protocol import Options

    import saccade

    assert KerasTrainer(saccade, case, Options(1)).count_params() == case.parameters


def test_describe():
    facts = summary.describe([4.0, 1.0, 2.0, 2.5])
    assert facts["median"] == 2.25
    assert (facts["min"], facts["max"], facts["mad"]) == (1.0, 4.0, 0.75)


def test_ratios_are_within_repetitions():
    # The machine was twice as slow in the last repetition, for both.
    ours, theirs = summary.describe([1.0, 1.0, 2.0]), summary.describe([3.0, 3.0, 6.0])
    assert summary.times_sooner(ours, theirs) == 3.0


def test_disturbance_is_over_all_rows(report):
    assert summary.disturbance(report) == pytest.approx(0.01)
    assert summary.disturbance({"cases": {}}) is None


def test_promises(report):
    found = {verdict.promise: verdict for verdict in targets.verdicts(report)}
    assert {promise: verdict.met for promise, verdict in found.items()} == {
        "an epoch 15x sooner than Keras on TensorFlow": True,
        "an epoch 15x sooner than Keras on TensorFlow at its best": False,
        "an epoch 4x sooner than Keras on JAX": True,
        "a step in less than 0.05 ms": False,
        "each 3x sooner than Keras on TensorFlow": True,
        "at most 0.15 s more than importing jax": True,
        "keeps at most 1.5 copies": False,
    }
    tensorflow = "an epoch 15x sooner than Keras on TensorFlow"
    assert found[tensorflow].measured == "20.0x"
    assert found[f"{tensorflow} at its best"].measured == "9.0x"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0000561, "0.06 ms"),
        (0.00999, "9.99 ms"),
        (0.009996, "10.0 ms"),
        (0.0567, "56.7 ms"),
        (0.9994, "999 ms"),
        (1.0, "1.00 s"),
        (12.345, "12.3 s"),
        (345.6, "346 s"),
    ],
)
def test_duration(seconds, text):
    assert duration(seconds) == text


def test_table_is_aligned():
    assert table(["a", "bb"], [["long", "1"], ["b", "22.5"]]).splitlines() == [
        "| a    |   bb |",
        "| ---- | ---: |",
        "| long |    1 |",
        "| b    | 22.5 |",
    ]


def test_short_table_takes_the_best_setting(report):
    lines = tables.short_table(report).splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert cells[0][1:] == [
        "saccade",
        *("Keras on " + name for name in ("TensorFlow", "JAX", "PyTorch")),
        "PyTorch",
    ]
    assert cells[2][1:] == ["100 ms", "900 ms", "400 ms", "", "12.0 s"]
    assert cells[3][:3] == [
        "whole course program: 05_fully_connected",
        "1.10 s",
        "4.00 s",
    ]
    assert cells[4][:2] == ["import", "1.10 s"]
    assert "The machine was busy" not in tables.short_table(report)


def test_short_table_says_that_the_machine_was_busy(report):
    for name in ("programs", "imports"):
        del report["cases"][name]
    for found in report["cases"]["softmax"]["rows"].values():
        found["others"] = 0.6
    assert "others used 60% of it" in tables.short_table(report)


def test_page_has_each_case_and_setting(report):
    page = tables.page(report)
    assert "Keras on TensorFlow, steps_per_execution=32" in page
    assert "## Whole course programs, second start" in page
    assert "| saccade | uint8 |    1 MiB |        1.75 |        2.00 |" in page
    assert "commit 0123456789ab" in page


def test_report_survives_its_file(report, tmp_path):
    older = {**report, "when": "2025-12-31T23:59:59+00:00", "repeats": 1}
    summary.write(report, tmp_path / "a.json")
    summary.write(older, tmp_path / "b.json")
    newest = summary.newest(tmp_path)
    assert newest == summary.read(tmp_path / "a.json")
    assert newest["when"] == report["when"]
    assert newest["cases"]["softmax"]["rows"]["saccade"]["seconds"] == [0.1, 0.2, 0.1]
    assert tables.page(newest) == tables.page(report)
    assert summary.newest(tmp_path / "nothing") is None


def test_a_later_part_takes_the_place_of_its_cases(report, tmp_path):
    summary.write(report, tmp_path / "whole.json")
    case = {**report["cases"]["softmax"], "title": "softmax again"}
    part = {**report, "when": "2999-01-01T00:00:00+00:00", "commit": "abc"}
    summary.write(
        {**part, "part": True, "cases": {"softmax": case}}, tmp_path / "p.json"
    )
    newest = summary.newest(tmp_path)
    assert newest["when"] == report["when"]
    assert newest["cases"]["softmax"]["title"] == "softmax again"
    assert "Measured by itself: 2999-01-01, medians of" in tables.page(newest)
    assert "Softmax again: measured by itself, 2999-01-01" in tables.short_table(newest)
    old = {**part, "when": "1999-01-01", "part": True, "cases": {"softmax": case}}
    summary.write(old, tmp_path / "p.json")
    assert summary.newest(tmp_path)["cases"]["softmax"]["title"] != "softmax again"


def test_write_all_replaces_only_the_table(report, tmp_path):
    readme, page = tmp_path / "README.md", tmp_path / "page.md"
    readme.write_text(f"before\n{tables.START}\nold\n{tables.END}\nafter\n")
    roofs = tmp_path / "performance.md"
    roofs.write_text(f"a\n{roofline_page.START}\nold\n{roofline_page.END}\nb\n")
    tables.write_all(report, readme, page, roofs)
    tables.write_all(report, readme, page, roofs)
    text = readme.read_text()
    assert text.startswith(f"before\n{tables.START}\n|")
    assert text.endswith(f"\n{tables.END}\nafter\n")
    assert "old" not in text
    assert page.read_text() == tables.page(report)
    assert roofs.read_text() == roofline_page.with_roofline(roofs.read_text(), report)


def test_readme_and_page_show_the_newest_results():
    newest = summary.newest()
    if newest is None:
        pytest.skip("no results are stored")
    text = tables.README.read_text(encoding="utf-8")
    assert text == tables.with_table(text, newest)
    assert tables.PAGE.read_text(encoding="utf-8") == tables.page(newest)


def test_command_line():
    args = run.arguments(["--quick", "--peers", "keras-jax", "--cases", "lenet"])
    assert (args.repeats, args.peers) == (2, ["saccade", "keras-jax"])
    args = run.arguments([])
    assert (args.repeats, args.cases, args.peers) == (5, list(ALL), list(peers.ALL))
    with pytest.raises(SystemExit):
        run.arguments(["--repeats", "0"])


def test_machine_says_what_it_is():
    facts = machine.describe()
    assert facts["cores"] >= 1
    assert machine.slug(facts).isascii()
    assert "/" not in machine.slug(facts)
    assert math.isfinite(facts["memory_gib"] or 0)
    assert machine.versions()["jax"]


def test_measured_is_the_saccade_beside_the_benchmarks(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    plan = Plan(1, 1, True, (), tmp_path)
    known = machine.kernels(plan.environment())
    assert known in ("avx512", "avx2", "neon", "plain") or "kernels" in known
    assert "measured is" not in capsys.readouterr().out
    monkeypatch.setattr(machine, "ROOT", tmp_path)
    machine.kernels(plan.environment())
    assert "measured is the saccade in" in capsys.readouterr().out


@pytest.fixture
def reading_facts():
    def epochs(first, second):
        return [{"first": first, "second": second}] * 2

    plain = {"saccade": epochs(1.0, 0.1), "tf.data": epochs(2.0, 0.3)}
    augmented = {"saccade": epochs(1.0, 0.1), "keras": epochs(4.0, 4.0)}
    folders = ("small", "photographs")
    share = [{"first_share": 0.5, "second_share": 0.04}]
    return {
        "title": "pictures",
        "others": 0.25,
        "reading": {f"{f}, plain": plain for f in folders}
        | {f"{f}, augmented": augmented for f in folders},
        "shares": dict.fromkeys(folders, share),
        "streaming": {
            "folder_bytes": 100 * 2**20,
            "limit_bytes": 10 * 2**20,
            "tenth_growth_bytes": 20 * 2**20,
            "nothing_growth_bytes": 9 * 2**20,
        },
    }


def test_promises_of_reading(reading_facts):
    found = targets.verdicts({"cases": {"pictures": reading_facts}})
    kept = {(v.case, v.promise.split(" epoch")[0]): v for v in found[:8]}
    assert [v.met for v in kept.values()] == [
        *(False, True, True, True),  # augmented: 4x and 40x
        *(True, True, False, False),  # plain: 2x and 3x
    ]
    assert [(v.measured, v.met) for v in found[8:]] == [
        ("50%", False),
        ("4%", True),
    ] * 2


def test_page_of_reading(reading_facts):
    facts, text = sections._reading(reading_facts)
    assert "100 MiB: with 10 MiB allowed" in facts
    assert "25% of the machine" in facts
    row = next(line for line in text.splitlines() if "small, plain: tf.data" in line)
    assert [cell.strip() for cell in row.split("|")[2:6]] == [
        *("2.00 s", "2.00", "300 ms", "3.00"),
    ]


def test_a_reader_reads_two_epochs(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (4, 4)).save(tmp_path / name / "1.png")
    epochs = reader("saccade", str(tmp_path), False)()
    for _ in range(2):
        (batch,) = epochs()
        assert batch[0].shape == (2, 150, 150, 3)
