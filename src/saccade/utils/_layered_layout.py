"""Where boxes and arrows of a graph go: in rows, from the inputs to the outputs.

The way of Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical
System Structures", 1981: rows by the longest way from a source, an order in each row
with few crossings, then places with straight lines.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections import defaultdict
from collections.abc import Sequence

Point = tuple[float, float]
Edge = tuple[int, int]

ROW_GAP, BOX_GAP, LINE_WIDTH = 34.0, 26.0, 16.0
_SWEEPS, _ROUNDS = 10, 40
# How much a line that passes rows wants to be straight, and boxes want to stay.
_STRAIGHT, _HEAVY, _LIGHT = 6.0, 4.0, 0.02


@dataclasses.dataclass(frozen=True)
class Layout:
    """The places.

    Args:
        corners: the upper left corner of each box.
        routes: for each edge the points of its line, from the first box to the second.
        size: width and height of the whole.
    """

    corners: list[Point]
    routes: list[list[Point]]
    size: Point


def layered(
    sizes: Sequence[Point], edges: Sequence[Edge], across: bool = False
) -> Layout:
    """Finds places for boxes so that arrows lead down, or to the right.

    Args:
        sizes: width and height of each box; boxes stand after those they depend on.
        edges: from which box to which; an edge back is drawn back.
        across: whether arrows lead to the right.

    Example:
        >>> layered([(10, 10), (10, 10)], [(0, 1)]).corners
        [(0.0, 0.0), (0.0, 44.0)]
    """
    if across:
        turned = layered([(h, w) for w, h in sizes], edges)
        return Layout(
            [_swap(p) for p in turned.corners],
            [[_swap(p) for p in route] for route in turned.routes],
            _swap(turned.size),
        )
    return _Rows(sizes, edges).layout()


def _swap(point: Point) -> Point:
    return point[1], point[0]


class _Rows:
    """Boxes, and points where long lines pass a row, by row.

    Args:
        sizes: of the boxes.
        edges: between them.
    """

    def __init__(self, sizes: Sequence[Point], edges: Sequence[Edge]) -> None:
        self.sizes = list(sizes)
        self.edges = edges
        # All down; those that lead back are turned at the end.
        down = [(min(edge), max(edge)) for edge in edges]
        self.rank = _ranks(len(sizes), down)
        self.chains = [self._chain(*edge) for edge in down]
        self.above: dict[int, list[int]] = defaultdict(list)
        self.below: dict[int, list[int]] = defaultdict(list)
        for chain in self.chains:
            for upper, lower in itertools.pairwise(chain):
                self.below[upper].append(lower)
                self.above[lower].append(upper)
        rows: dict[int, list[int]] = defaultdict(list)
        for item, rank in enumerate(self.rank):
            rows[rank].append(item)
        self.rows = [rows[rank] for rank in sorted(rows)]
        numbers = {rank: number for number, rank in enumerate(sorted(rows))}
        self._row_of = [numbers[rank] for rank in self.rank]

    def _is_box(self, item: int) -> bool:
        return item < len(self.sizes)

    def _width(self, item: int) -> float:
        return self.sizes[item][0] if self._is_box(item) else LINE_WIDTH

    def _chain(self, upper: int, lower: int) -> list[int]:
        """The boxes of an edge, with a point for each row between."""
        if upper == lower:
            return [upper]
        points = range(self.rank[upper] + 1, self.rank[lower])
        first = len(self.rank)
        self.rank.extend(points)
        return [upper, *range(first, first + len(points)), lower]

    def layout(self) -> Layout:
        self._order()
        x = self._settled()
        tops, y = [], 0.0
        heights = [
            max((self.sizes[i][1] for i in row if self._is_box(i)), default=0.0)
            for row in self.rows
        ]
        for height in heights:
            tops.append(y)
            y += height + ROW_GAP
        left = min(x[i] - self._width(i) / 2 for i in range(len(x)))
        right = max(x[i] + self._width(i) / 2 for i in range(len(x)))
        corners = []
        for box, (w, h) in enumerate(self.sizes):
            row = self._row_of[box]
            corners.append((x[box] - w / 2 - left, tops[row] + (heights[row] - h) / 2))
        bottoms = [top + height for top, height in zip(tops, heights, strict=True)]
        ends = self._ports(x)
        routes = []
        for number, ((start, stop), chain) in enumerate(
            zip(self.edges, self.chains, strict=True)
        ):
            first, last = chain[0], chain[-1]
            begin, end = x[first] - left, ends[number] - left
            route = [
                (begin, corners[first][1] + self.sizes[first][1]),
                (begin, bottoms[self._row_of[first]]),
            ]
            for item in chain[1:-1]:
                row = self._row_of[item]
                route += [(x[item] - left, tops[row]), (x[item] - left, bottoms[row])]
            route += [(end, tops[self._row_of[last]]), (end, corners[last][1])]
            routes.append(route if start <= stop else route[::-1])
        return Layout(corners, routes, (right - left, y - ROW_GAP))

    def _ports(self, x: Sequence[float]) -> list[float]:
        """Where each line ends: side by side, if several reach one box."""
        arriving: dict[int, list[int]] = defaultdict(list)
        for number, chain in enumerate(self.chains):
            arriving[chain[-1]].append(number)
        ends = [0.0] * len(self.chains)
        for box, numbers in arriving.items():
            numbers.sort(key=lambda n: x[self.chains[n][-2:][0]])
            step = min(18.0, self._width(box) * 0.7 / len(numbers))
            for place, number in enumerate(numbers):
                ends[number] = x[box] + (place - (len(numbers) - 1) / 2) * step
        return ends

    # The order in each row ----------------------------------------------------------

    def _order(self) -> None:
        best, fewest = [list(row) for row in self.rows], self._crossings()
        for sweep in range(_SWEEPS):
            if not fewest:
                break
            down = sweep % 2 == 0
            neighbours = self.above if down else self.below
            rows = self.rows[1:] if down else self.rows[-2::-1]
            for row in rows:
                place = self._places()
                row.sort(key=lambda item: _mean(
                    [place[n] for n in neighbours[item]], place[item]
                ))  # fmt: skip
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(row) for row in self.rows], crossings
        self.rows = best

    def _places(self) -> dict[int, float]:
        return {
            item: (number + 0.5) / len(row)
            for row in self.rows
            for number, item in enumerate(row)
        }

    def _crossings(self) -> int:
        place = {item: n for row in self.rows for n, item in enumerate(row)}
        count = 0
        for row in self.rows:
            lines = [(place[i], place[j]) for i in row for j in self.below[i]]
            lines.sort()
            for n, (_, end) in enumerate(lines):
                count += sum(1 for _, other in lines[n + 1 :] if other < end)
        return count

    # Places in each row -------------------------------------------------------------

    def _settled(self) -> list[float]:
        """Places with which lines are short and straight and nothing overlaps."""
        x = [0.0] * len(self.rank)
        for row in self.rows:
            self._place(row, [0.0] * len(row), x)
        for turn in range(_ROUNDS):
            if turn == _ROUNDS // 2:
                self._straighten(x)  # and let boxes move once more
            for row in self.rows if turn % 2 == 0 else self.rows[::-1]:
                self._place(row, [self._wanted(item, x) for item in row], x)
        self._straighten(x)
        return x

    def _place(
        self, row: Sequence[int], wanted: Sequence[float], x: list[float]
    ) -> None:
        weights = [_HEAVY if self._is_box(item) else _LIGHT for item in row]
        places = _spread(wanted, weights, self._gaps(row))
        for item, place in zip(row, places, strict=True):
            x[item] = place

    def _straighten(self, x: list[float]) -> None:
        """Brings each line past rows to one place, if there is one in all of them."""
        lines = [chain for chain in self.chains if len(chain) > 2]
        room = [float("-inf"), float("inf")]
        for _ in range(2):
            for chain in lines:
                inner = chain[1:-1]
                low, high = room
                for item in inner:
                    row = self.rows[self._row_of[item]]
                    place = row.index(item)
                    gaps = self._gaps(row)
                    if place:
                        low = max(low, x[row[place - 1]] + gaps[place - 1])
                    if place + 1 < len(row):
                        high = min(high, x[row[place + 1]] - gaps[place])
                if low <= high:
                    ends = (x[chain[0]] + x[chain[-1]]) / 2
                    for item in inner:
                        x[item] = min(max(ends, low), high)

    def _wanted(self, item: int, x: list[float]) -> float:
        total = weight = 0.0
        for other in (*self.above[item], *self.below[item]):
            boxes = self._is_box(item) + self._is_box(other)
            pull = {0: _STRAIGHT, 1: 1.0, 2: 2.0}[boxes]
            if boxes == 1 and self._is_box(item):
                pull = 0.01  # a box does not follow the lines that go round others
            total += pull * x[other]
            weight += pull
        return total / weight if weight else x[item]

    def _gaps(self, row: Sequence[int]) -> list[float]:
        return [
            (self._width(a) + self._width(b)) / 2 + BOX_GAP
            for a, b in itertools.pairwise(row)
        ]


def _ranks(count: int, edges: Sequence[Edge]) -> list[int]:
    """The row of each box: one below the lowest that it depends on."""
    rank = [0] * count
    into = [0] * count
    for start, stop in sorted(edges):
        if start != stop:
            rank[stop] = max(rank[stop], rank[start] + 1)
            into[stop] += 1
    for box in range(count):  # inputs stand just above what takes them
        below = [rank[stop] for start, stop in edges if start == box != stop]
        if below and not into[box]:
            rank[box] = min(below) - 1
    return rank


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _spread(
    wanted: Sequence[float], weights: Sequence[float], gaps: Sequence[float]
) -> list[float]:
    """The places nearest to those wanted, in order and at least `gaps` apart.

    Least squares by pooling neighbours that violate the order.

    Example:
        >>> _spread([0.0, 0.0], [1.0, 1.0], [10.0])
        [-5.0, 5.0]
    """
    offsets = [0.0]
    for gap in gaps:
        offsets.append(offsets[-1] + gap)
    pools: list[list[float]] = []  # sum of weighted places, weight, members
    for place, weight, offset in zip(wanted, weights, offsets, strict=True):
        pools.append([(place - offset) * weight, weight, 1])
        while len(pools) > 1 and (
            pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]
        ):
            total, weight_, members = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += weight_
            pools[-1][2] += members
    flat = [total / weight for total, weight, n in pools for _ in range(int(n))]
    return [place + offset for place, offset in zip(flat, offsets, strict=True)]
