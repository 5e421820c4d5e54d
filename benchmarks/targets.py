"""Holds what was measured against what saccade promises."""

from __future__ import annotations

from collections.abc import Iterator

from . import peers, reading
from ._verdict import Verdict
from .cases import ALL
from .cases._kinds import (
    KERAS,
    PEERS,
    Growth,
    Imports,
    Inference,
    Memory,
    PeakTarget,
    Programs,
    Reading,
    Startup,
    StepTarget,
    Target,
    Training,
)
from .growth_targets import judge_growth
from .summary import Facts, times_sooner


def best(rows: dict[str, Facts], peer: str) -> Facts | None:
    """Returns a framework's quickest setting."""
    own = [row for row in rows.values() if row["peer"] == peer]
    return min(own, key=lambda row: row["median"], default=None)


def plain(rows: dict[str, Facts], peer: str) -> Facts | None:
    """Returns a framework as it is used without further settings."""
    own = [row for row in rows.values() if row["peer"] == peer]
    return next((row for row in own if row["steps_per_execution"] == 1), None)


def verdicts(report: Facts) -> list[Verdict]:
    """Returns a verdict for each promise that the report can judge."""
    return [
        verdict
        for name, found in report["cases"].items()
        for verdict in _judge(name, found)
    ]


def gflops(found: Facts, row: Facts) -> float:
    """Returns the arithmetic per second of an epoch, in GFLOP/s."""
    return found["flops"] * found["pictures"] / row["median"] / 1e9


def title(row: Facts) -> str:
    """Returns a row's framework with its setting, for people."""
    name = peers.ALL[row["peer"]].title
    steps = row.get("steps_per_execution", 1)
    return f"{name}, steps_per_execution={steps}" if steps > 1 else name


def group(against: tuple[str, ...]) -> str:
    """Returns the name of some peers.

    Example:
        >>> group(("keras-tensorflow", "keras-jax", "keras-torch")), group(("pytorch",))
        ('the best Keras backend', 'PyTorch')
    """
    known = {KERAS: "the best Keras backend", PEERS: "the best peer"}
    return known.get(against) or " and ".join(peers.ALL[n].title for n in against)


def _judge(name: str, found: Facts) -> Iterator[Verdict]:
    case = ALL.get(name)
    match case:
        case Training():
            yield from _judge_training(case, found)
        case Inference():
            yield from _judge_inference(case, found)
        case Growth():
            yield from judge_growth(case, found)
        case Startup():
            yield from _judge_startup(case, found)
        case Programs():
            yield from _judge_programs(case, found)
        case Imports():
            yield from _judge_imports(case, found)
        case Memory():
            yield from _judge_memory(case, found)
        case Reading():
            yield from _judge_reading(case, found)


def _times(ratio: float) -> str:
    return f"{ratio:.2f}x" if ratio < 2 else f"{ratio:.1f}x"


def _judge_training(case: Training, found: Facts) -> Iterator[Verdict]:
    ours = best(found["rows"], "saccade")
    if ours is None:
        return
    for target in case.targets:
        match target:
            case Target(against=(single,)):
                yield from _judge_single(case.title, single, target.factor, found)
            case Target(against=against, factor=factor):
                theirs = [r for r in found["rows"].values() if r["peer"] in against]
                promise = f"an epoch {factor:g}x sooner than {group(against)}"
                yield from _judge_best(case.title, promise, ours, theirs, factor)
            case StepTarget(seconds=seconds):
                step = ours["median"] / found["steps"]
                yield Verdict(
                    case.title,
                    f"a step in less than {seconds * 1000:g} ms",
                    f"{step * 1000:.3f} ms",
                    step < seconds,
                )
            case PeakTarget(share=share):
                if not found.get("peak_gflops"):
                    continue
                reached = gflops(found, ours) / found["peak_gflops"]
                yield Verdict(
                    case.title,
                    f"at least {share:.0%} of the machine's product of matrices",
                    f"{reached:.0%}",
                    reached >= share,
                )


def _judge_single(
    case: str, peer: str, factor: float, found: Facts
) -> Iterator[Verdict]:
    """Judges against one peer as it is and, if there are settings, at its best."""
    ours, rows = best(found["rows"], "saccade"), found["rows"]
    settings = sum(row["peer"] == peer for row in rows.values())
    for setting, pick in (("", plain), (" at its best", best))[: min(settings, 2)]:
        theirs = pick(rows, peer)
        if ours and theirs:
            ratio = times_sooner(ours, theirs)
            yield Verdict(
                case,
                f"an epoch {factor:g}x sooner than {peers.ALL[peer].title}{setting}",
                _times(ratio),
                ratio >= factor,
            )


def _judge_best(
    case: str, promise: str, ours: Facts, theirs: list[Facts], factor: float
) -> Iterator[Verdict]:
    """Judges against the quickest of some rows, which it names."""
    if not theirs:
        return
    quickest = min(theirs, key=lambda row: times_sooner(ours, row))
    ratio = times_sooner(ours, quickest)
    way = f", {quickest['way']}" if "way" in quickest else ""
    yield Verdict(
        case, promise, f"{_times(ratio)} ({title(quickest)}{way})", ratio >= factor
    )


def _judge_inference(case: Inference, found: Facts) -> Iterator[Verdict]:
    """Judges `predict` against `predict`, and each at its best way."""
    for target in case.targets:
        rows = [r for r in found["rows"].values() if r["batch"] == target.batch]
        for name, ways in (("predict", ("predict",)), ("each in its best way", ())):
            asked = [row for row in rows if not ways or row["way"] in ways]
            ours = [row for row in asked if row["peer"] == "saccade"]
            if ours:
                yield from _judge_best(
                    f"LeNet-5's answers, batch {target.batch:,}",
                    f"{name}: {target.factor:g}x sooner than {group(target.against)}",
                    min(ours, key=lambda row: row["median"]),
                    [row for row in asked if row["peer"] in target.against],
                    target.factor,
                )


def _judge_startup(case: Startup, found: Facts) -> Iterator[Verdict]:
    for state in ("cold", "warm"):
        rows = [row for row in found["rows"].values() if row["state"] == state]
        ours = next((row for row in rows if row["peer"] == "saccade"), None)
        if ours is None:
            continue
        for target in case.targets:
            sooner = "sooner" if target.factor == 1 else f"{target.factor:g}x sooner"
            yield from _judge_best(
                f"process start to first epoch, {state}",
                f"{sooner} than {group(target.against)}",
                ours,
                [row for row in rows if row["peer"] in target.against],
                target.factor,
            )


def _judge_programs(case: Programs, found: Facts) -> Iterator[Verdict]:
    for target in case.targets:
        (against,) = target.against
        ratios = {
            name: times_sooner(rows["saccade"], rows[against])
            for name, rows in found["programs"].items()
            if "saccade" in rows and against in rows
        }
        if not ratios:
            continue
        worst = min(ratios, key=lambda name: ratios[name])
        yield Verdict(
            case.title,
            f"each {target.factor:g}x sooner than {peers.ALL[against].title}",
            f"{ratios[worst]:.1f}x at least ({worst})",
            ratios[worst] >= target.factor,
        )


def _judge_imports(case: Imports, found: Facts) -> Iterator[Verdict]:
    rows = found["rows"]
    if case.subject in rows and case.reference in rows:
        extra = rows[case.subject]["median"] - rows[case.reference]["median"]
        yield Verdict(
            case.title,
            f"at most {case.limit_s:g} s more than importing {case.reference}",
            f"{extra:+.2f} s",
            extra <= case.limit_s,
        )


def _judge_memory(case: Memory, found: Facts) -> Iterator[Verdict]:
    ours = [row for row in found["rows"].values() if row["peer"] == "saccade"]
    if ours:
        most = max(row["kept_copies"] for row in ours)
        yield Verdict(
            case.title,
            f"keeps at most {case.limit_copies:g} copies",
            f"{most:.2f} copies",
            most <= case.limit_copies,
        )


def _judge_reading(case: Reading, found: Facts) -> Iterator[Verdict]:
    for target in case.targets:
        group = f"{target.folder}, {target.form}"
        times = reading.ratio(found["reading"][group], target.against, target.epoch)
        if times is not None:
            yield Verdict(
                f"{case.name}: {group}",
                f"{target.epoch} epoch {target.factor:g}x sooner than "
                f"{reading.TITLES[target.against]}",
                f"{times:.1f}x",
                times >= target.factor,
            )
    for folder in found["shares"]:
        for epoch in ("first", "second"):
            waited = reading.share(found, folder, epoch)
            if waited is not None:
                yield Verdict(
                    f"{case.name}: {folder}, augmented",
                    f"{epoch} epoch: a network of 3 ms a batch waits at most "
                    f"{case.limit_share:.0%}",
                    f"{waited:.0%}",
                    waited <= case.limit_share,
                )
