"""Holds what was measured against what saccade promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import peers, reading
from .cases import ALL
from .cases._kinds import Imports, Memory, Programs, Reading, Training
from .summary import Facts, times_sooner


@dataclass(frozen=True)
class Verdict:
    """A promise, what was measured, and whether it is kept."""

    case: str
    promise: str
    measured: str
    met: bool


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


def _judge(name: str, found: Facts) -> Iterator[Verdict]:
    case = ALL.get(name)
    match case:
        case Training():
            yield from _judge_training(case, found)
        case Programs():
            yield from _judge_programs(case, found)
        case Imports():
            yield from _judge_imports(case, found)
        case Memory():
            yield from _judge_memory(case, found)
        case Reading():
            yield from _judge_reading(case, found)


def _judge_training(case: Training, found: Facts) -> Iterator[Verdict]:
    ours = best(found["rows"], "saccade")
    for target in case.targets:
        titles = [peers.ALL[name].title for name in target.against]
        who = titles[0] if len(titles) == 1 else "the quickest of Keras' backends"
        for setting, pick in (("", plain), (" at its best", best)):
            theirs = [pick(found["rows"], name) for name in target.against]
            ratios = [times_sooner(ours, row) for row in theirs if ours and row]
            if len(ratios) < len(target.against):
                continue
            yield Verdict(
                case.title,
                f"an epoch {target.factor:g}x sooner than {who}{setting}",
                f"{min(ratios):.1f}x",
                min(ratios) >= target.factor,
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
