"""Inference, growth, start-up and shares of the peak: arithmetic and text, untimed."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import growth as growth_module  # noqa: E402
from benchmarks import (  # noqa: E402
    growth_targets,
    peers,
    plots,
    sections,
    summary,
    tables,
    targets,
    training,
)
from benchmarks._plan import Plan  # noqa: E402
from benchmarks.cases import ALL  # noqa: E402
from benchmarks.cases._kinds import PEERS, flops  # noqa: E402
from benchmarks.cases.growth import network  # noqa: E402
from benchmarks.peers.growth import data, steps  # noqa: E402
from benchmarks.workers import Crew, Worker  # noqa: E402


def training_row(peer: str, seconds: float, steps: int = 1) -> summary.Facts:
    return {
        "peer": peer,
        "steps_per_execution": steps,
        "import_s": 0.5,
        "build_s": 0.5,
        "first_epoch_s": 1.0,
        **summary.describe([seconds] * 3),
        "cpu_min": 0.5,
        "loss": 0.5,
        "accuracy": 0.5,
    }


@pytest.fixture
def cnn32():
    rows = {
        "saccade": training_row("saccade", 0.5),
        "keras-jax": training_row("keras-jax", 2.0),
        "pytorch": training_row("pytorch", 0.54),
    }
    return {
        "title": "a CNN",
        "pictures": 640,
        "steps": 10,
        "parameters": 1,
        "flops": 100_000_000,
        "peak_gflops": 200.0,
        "failed": {"pytorch-compiled": "no compiler"},
        "rows": rows,
    }


@pytest.fixture
def inference():
    rows = {}
    for peer, way, batch, seconds in (
        ("saccade", "predict", 1, 0.002),
        ("saccade", "model(x)", 1, 0.001),
        ("keras-jax", "predict", 1, 0.008),
        ("keras-jax", "model(x)", 1, 0.002),
        ("keras-tensorflow", "predict", 1, 0.020),
        ("pytorch", "model(x)", 1, 0.0005),
    ):
        rows[f"{peer}, {way}, {batch}"] = {
            "peer": peer,
            "way": way,
            "batch": batch,
            **summary.describe([seconds] * 2),
            "difference": 1e-7,
        }
    return {"title": "answers", "inference": [1], "flops": 10**6, "rows": rows}


def point(value: int, seconds: dict[str, float], flops: float = 1e6) -> summary.Facts:
    rows = {peer: summary.describe([time, 2 * time]) for peer, time in seconds.items()}
    return {"value": value, "flops": flops, "rows": rows}


@pytest.fixture
def growth():
    both = {
        "label": "pictures in a batch",
        "points": [
            point(1, {"saccade": 4e-6, "pytorch": 8e-6, "keras-jax": 9e-6}),
            point(2, {"saccade": 2e-6, "pytorch": 3e-6}),
            point(4, {"saccade": 4e-6, "pytorch": 3e-6}),
        ],
    }
    single = {
        "label": "pictures in a batch",
        "points": [point(value, {"saccade": 8e-6}) for value in (1, 2, 4)],
    }
    return {
        "title": "growth",
        "growth": {"batch": {"threads 2": both, "threads 1": single}},
        "failed": {},
    }


@pytest.fixture
def startup():
    rows = {}
    for peer, cold, warm in (
        ("saccade", 2.0, 1.0),
        ("keras-tensorflow", 5.0, 5.0),
        ("pytorch", 1.5, 1.5),
        ("pytorch-compiled", 30.0, 9.0),
    ):
        for state, seconds in (("cold", cold), ("warm", warm)):
            count = 2 if peer == "pytorch-compiled" else 3
            rows[f"{peer}, {state}"] = {
                "peer": peer,
                "state": state,
                **summary.describe([seconds] * count),
                "cpu": 1.0,
                "loss": 2.3,
            }
    return {"title": "start", "startup": 6400, "rows": rows}


def judged(name: str, found: summary.Facts) -> dict[str, tuple[str, bool]]:
    verdicts = targets.verdicts({"cases": {name: found}})
    return {f"{v.case}: {v.promise}": (v.measured, v.met) for v in verdicts}


def test_promises_against_the_best_peer_and_the_peak(cnn32):
    title = ALL["cnn32"].title
    assert judged("cnn32", cnn32) == {
        f"{title}: an epoch 1.1x sooner than the best peer": ("1.08x (PyTorch)", False),
        # 640 x 0.1 GFLOP in half a second are 128 of 200 GFLOP/s.
        f"{title}: at least 70% of the machine's product of matrices": ("64%", False),
    }
    del cnn32["peak_gflops"]
    assert len(judged("cnn32", cnn32)) == 1


def test_page_of_arithmetic_and_of_what_failed(cnn32):
    text, table = sections._training(cnn32)
    assert "the peak: 200 GFLOP/s" in text
    row = next(line for line in table.splitlines() if line.startswith("| saccade"))
    assert [cell.strip() for cell in row.split("|")[6:8]] == ["128", "64%"]
    parts = sections.sections({"cases": {"cnn32": cnn32}})
    assert "- failed: pytorch-compiled: `no compiler`" in parts
    del cnn32["peak_gflops"]
    assert "GFLOP" not in "".join(sections._training(cnn32))


def test_promises_of_inference(inference):
    case, promise = "LeNet-5's answers, batch 1", "3x sooner than the best Keras"
    assert judged("inference", inference) == {
        f"{case}: predict: {promise} backend": ("4.0x (Keras on JAX, predict)", True),
        f"{case}: each in its best way: {promise} backend": (
            "2.0x (Keras on JAX, model(x))",
            False,
        ),
    }


def test_page_of_inference(inference):
    _, table = sections._inference(inference)
    row = next(line for line in table.splitlines() if "PyTorch: model(x)" in line)
    cells = [cell.strip() for cell in row.split("|")[2:7]]
    assert cells == ["500 us", "500 us to 500 us", "0.50", "2", "1.0e-07"]


def test_promises_of_growth(growth):
    found = list(judged("growth", growth).values())
    assert found == [
        ("50% (2 to 4)", False),
        ("0.75x at 4 (PyTorch)", False),
        ("0% (1 to 2)", True),
    ]


def test_a_cliff_is_seen_past_a_value_that_failed():
    points = [point(1, {"saccade": 1.0}), point(2, {}), point(4, {"saccade": 4.0})]
    fall = growth_targets.worst_fall(points, "saccade")
    assert fall == growth_targets.Fall(0.75, 1, 4)
    assert growth_targets.worst_fall(points[:2], "saccade") is None
    assert growth_targets.against_best(points[0]) is None


def test_page_and_pictures_of_growth(growth, tmp_path):
    pytest.importorskip("matplotlib")
    text = "\n\n".join(sections.sections({"cases": {"growth": growth}}))
    plots.draw(growth, tmp_path)
    drawn = {file.name for file in tmp_path.iterdir()}
    assert drawn == {"growth-batch-2-threads.png", "growth-batch-1-thread.png"}
    assert all(f"(pictures/{name})" in text for name in drawn)
    row = next(line for line in text.splitlines() if line.startswith("| 4 "))
    assert [c.strip() for c in row.split("|")[2:7]] == [
        *("4.00 us", "3.00 us", "", "0.75", "250"),
    ]
    assert "| batch: threads 2 over one | saccade |" in text


def test_stored_growth_has_its_pictures():
    stored = summary.newest()
    curves = [f for f in stored["cases"].values() if "growth" in f] if stored else []
    if not curves:
        pytest.skip("no growth curves are stored")
    files = [file for found in curves for _, _, file in plots.files(found)]
    assert [file for file in files if not (plots.PICTURES / file).is_file()] == []


def test_promises_and_page_of_startup(startup):
    assert list(judged("startup", startup).values()) == [
        ("0.75x (PyTorch)", False),
        ("2.5x (Keras on TensorFlow)", True),
        ("1.50x (PyTorch)", True),
        ("5.0x (Keras on TensorFlow)", True),
    ]
    _, table = sections._startup(startup)
    row = next(line for line in table.splitlines() if "torch.compile, warm" in line)
    assert [cell.strip() for cell in row.split("|")[2:5]] == [
        *("9.00 s", "9.00 s to 9.00 s", "9.00"),
    ]


def test_readme_shows_the_best_way_and_both_starts(inference, startup):
    note = {"measured": "2026-01-02, medians of 5, commit abc"}
    report = {
        "machine": {"processor": "Some Processor"},
        "versions": {},
        "repeats": 5,
        "threads": 2,
        "when": "2026-01-01",
        "cases": {"inference": inference | note, "startup": startup | note},
    }
    text = tables.short_table(report)
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()
    ]
    assert rows[2:5] == [
        [
            "LeNet-5's answers in the best way, batch 1",
            *("1.00 ms", "20.0 ms", "2.00 ms", "", "500 us"),
        ],
        [
            "first start of LeNet-5, to the end of an epoch",
            *("2.00 s", "5.00 s", "", "", "1.50 s"),
        ],
        [
            "second start of LeNet-5, to the end of an epoch",
            *("1.00 s", "5.00 s", "", "", "1.50 s"),
        ],
    ]
    assert "\nAnswers; Start: measured by themselves, 2026-01-02" in text


def test_all_peers_are_known():
    assert set(PEERS) == set(peers.ALL) - {"saccade"}
    assert set(ALL["growth"].peers) <= set(peers.ALL)


def test_settings_are_tried_where_they_matter(tmp_path):
    def names(case, quick):
        plan = Plan(1, 1, quick, tuple(peers.ALL.values()), tmp_path)
        return [entrant.name for entrant in training.entrants(ALL[case], plan)]

    assert "keras-jax x32" in names("softmax", False)
    assert "keras-jax x32" not in names("resnet20", False)  # of four steps
    assert "pytorch-compiled" in names("cnn32", False)
    assert "pytorch-compiled" not in names("resnet20", False)
    few = ["saccade", "keras-tensorflow", "keras-jax", "pytorch"]
    assert names("lenet", True) == few


def test_epochs_of_growth_are_bounded_and_their_data_small():
    least, most = network(batch=1, channels=4, size=8), network(batch=1024)
    assert (steps(least), steps(most)) == (100, 3)
    assert 3 <= steps(network()) <= 100
    assert data(network(size=15), 2)[0].shape == (2, 15, 15, 3)
    x, y = data(network(size=224), 300)
    assert (x.shape, y.shape) == ((300, 224, 224, 3), (300,))
    np.testing.assert_array_equal(x[0], x[111])  # 111 pictures are 64 MiB


@pytest.mark.parametrize("size", [8, 15, 32])
def test_parameters_of_growth(size):
    from benchmarks.data import first_weights

    tried = network(channels=6, size=size)
    weights = first_weights(tried)
    count = sum(value.size for values in weights for value in values)
    assert count == tried.parameters
    assert flops(tried) > 2 * flops(tried, backward=False)


def test_a_worker_that_dies_does_not_stop_the_others(tmp_path, capsys):
    plan = Plan(1, 1, True, (), tmp_path)
    with Crew() as crew:
        names = ("first", "second")
        for name in names:
            worker = Worker(name, ["no_such_module"], plan, peers.ALL["saccade"])
            crew.workers[name] = worker
        assert list(crew.turns(2)) == ["first", "second", "second", "first"]
        assert crew.ask("first") is None
        assert list(crew.workers) == ["second"]
        assert crew.ask("first") is None
        assert "no_such_module" in crew.failed["first"]
    assert "first ended early" in capsys.readouterr().err


def test_a_framework_that_dies_at_a_value_goes_on_with_the_next(tmp_path, capsys):
    plan = Plan(1, 1, True, (peers.ALL["saccade"],), tmp_path)
    with growth_module._Peers(ALL["growth"], plan) as crew:
        for restarts in (True, True, False):
            assert crew.train("saccade", "batch nonsense") is None
            assert ("saccade" in crew.workers) is restarts
        assert "ValueError" in crew.failed["saccade at batch nonsense"]
    assert "saccade ended early" in capsys.readouterr().err


def test_the_ways_of_asking_give_the_same_answers():
    from benchmarks.peers._keras_api import KerasTrainer
    from benchmarks.peers._protocol import Options

    import saccade

    ways = KerasTrainer(saccade, ALL["course15"], Options(1)).ways()
    x = np.random.default_rng(0).random((2, 28, 28, 1), dtype=np.float32)
    answers = [way(x) for way in ways.values()]
    assert len(answers) == 3
    for answer in answers:
        assert isinstance(answer, np.ndarray)
        np.testing.assert_allclose(answer, answers[0], atol=1e-6)
        np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-5)
