"""A message with several matters: where one ends and the next begins."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterator
from math import log

from hotline.reading.features import LONGEST
from hotline.reading.scoring import Scored
from hotline.reading.weights import Weights

SHORTEST = 8
"""Letters below which a piece is no matter of its own; ours."""
MOST = 12
SWITCH, SWITCH_AT_CUE, SWITCH_IN_HEAD = 5.0, 2.0, 2.0
"""What it costs to see another matter begin: at a plain sentence end, at a word that announces one, and on top of that where
it stays under the same head. Fitted to the `several` parts of the training texts."""
_END = re.compile(
    r"[。！？!?;；\n]+|(?<=[,，、 ])(?=另外|此外|还有(?!人)|再就是|再有|再一个|再一件|顺便|其次|第二|第三|二是|三是|二、|三、|同时|对了|还想|还要反映|还反映)"
)
_CUE = re.compile(
    r"[\s,，、]*(?:另外|此外|还有|再就是|再有|再一个|再一件|顺便|其次|第[二三]|[二三]是|[二三]、|[23][、.）)]|同时|对了|还想|也想|还要|还反映|再问|再说)"
)


def pieces(text: str) -> list[tuple[int, int]]:
    """Sentences, the short ones joined to the one before."""
    found: list[tuple[int, int]] = []
    last = 0
    for end in [*(m.end() for m in _END.finditer(text)), len(text)]:
        if end - last < SHORTEST and found:
            found[-1] = (found[-1][0], end)
        elif end > last:
            found.append((last, end))
        last = end
    if len(found) > 1 and found[0][1] - found[0][0] < SHORTEST:
        found[:2] = [(found[0][0], found[1][1])]
    return [*found[: MOST - 1], (found[MOST - 1][0], found[-1][1])] if len(found) > MOST else found


def matters(text: str, score: Callable[[str], Scored]) -> list[tuple[int, int, Scored]]:
    """The stretches of a text with several matters, each with its scores; nothing for a text with one."""
    parts = pieces(text)
    if len(parts) < 2:
        return []
    tops = [score(text[start:end]).probabilities("categories") for start, end in parts]
    labels = list(tops[0])
    cost = {label: -log(tops[0][label] + 1e-6) for label in labels}
    back: list[dict[str, str]] = []
    for (start, _), now in zip(parts[1:], tops[1:], strict=True):
        price = SWITCH_AT_CUE if _CUE.match(text, start) else SWITCH
        cheapest = sorted(cost, key=cost.__getitem__)[:3]
        step: dict[str, str] = {}
        after: dict[str, float] = {}
        for label in labels:
            before, paid = label, cost[label]
            for other in cheapest:
                near = SWITCH_IN_HEAD if other.split(".")[0] == label.split(".")[0] else 0.0
                if other != label and cost[other] + price + near < paid:
                    before, paid = other, cost[other] + price + near
            step[label], after[label] = before, paid - log(now[label] + 1e-6)
        back.append(step)
        cost = after
    path = [min(cost, key=cost.__getitem__)]
    for step in reversed(back):
        path.append(step[path[-1]])
    path.reverse()
    found = list(_runs(parts, path))
    return [(start, end, score(text[start:end])) for start, end in found] if len(found) > 1 else []


def _runs(parts: list[tuple[int, int]], path: list[str]) -> Iterator[tuple[int, int]]:
    begin = 0
    for place in range(1, len(path) + 1):
        if place == len(path) or path[place] != path[begin]:
            yield parts[begin][0], parts[place - 1][1]
            begin = place


def weighty(text: str, weights: Weights, label: str, count: int) -> list[tuple[int, int, float]]:
    """The stretches that speak most for a label, those that touch joined."""
    index = weights.outputs.index(label)
    hits: dict[str, float] = {}
    places: list[tuple[float, int, int]] = []
    for n in range(2, LONGEST + 1):
        for start in range(len(text) - n + 1):
            gram = text[start : start + n]
            if gram not in hits:
                row = weights.rows.get(gram)
                hits[gram] = 0.0 if row is None else _weight(row, index)
            if hits[gram] > 0:
                places.append((hits[gram], start, start + n))
    joined: list[tuple[int, int, float]] = []
    for weight, start, end in sorted(sorted(places, reverse=True)[: 2 * count], key=lambda p: p[1]):
        if joined and start <= joined[-1][1]:
            first, last, whole = joined[-1]
            joined[-1] = (first, max(last, end), whole + weight)
        else:
            joined.append((start, end, weight))
    return sorted(joined, key=lambda p: -p[2])[:count]


def _weight(row: array[int], index: int) -> float:
    for place in range(1, len(row), 2):
        if row[place] == index:
            return row[0] * row[place + 1] / 10_000
    return 0.0
