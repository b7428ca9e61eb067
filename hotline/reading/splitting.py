"""A message with several matters: where one ends and the next begins."""

import re
from collections.abc import Sequence

import numpy as np

from hotline.reading.rows import Numbers
from hotline.reading.scoring import Scored, heads_of
from hotline.reading.weights import Looked, Weights, softmax

SHORTEST = 8
"""Letters below which a piece is no matter of its own; ours."""
MOST = 16
SWITCH, SWITCH_AT_CUE, SWITCH_IN_HEAD = 8.5, 2.0, 2.0
"""What it costs to see another matter begin: at the end of a clause, at a word that announces one, and on top of that where
it stays under the same head. Fitted to the `several` parts of the training texts."""
_END = re.compile(
    r"[。！？!?;；，,\n]+|(?<=[,，、 ])(?=另外|此外|还有(?!人)|再就是|再有|再一个|再一件|顺便|其次|第二|第三|二是|三是|二、|三、|同时|对了|还想|还要反映|还反映)"
)
_CUE = re.compile(
    r"[\s,，、]*(?:另外|此外|还有|再就是|再有|再一个|再一件|顺便|其次|第[二三]|[二三]是|[二三]、|[23][、.）)]|同时|对了|还想|也想|还要|还反映|再问|再说)"
)


Piece = tuple[int, int]


def pieces(text: str) -> list[Piece]:
    """Clauses, the short ones joined to the one before."""
    found: list[tuple[int, int]] = []
    last = 0
    for end in [*(m.end() for m in _END.finditer(text)), len(text)]:
        if end - last < SHORTEST and end < len(text) and _CUE.match(text, last):
            continue  # "另外，" belongs to what it announces
        if end - last < SHORTEST and found:
            found[-1] = (found[-1][0], end)
        elif end > last:
            found.append((last, end))
        last = end
    if len(found) > 1 and found[0][1] - found[0][0] < SHORTEST:
        found[:2] = [(found[0][0], found[1][1])]
    return [*found[: MOST - 1], (found[MOST - 1][0], found[-1][1])] if len(found) > MOST else found


def matters(text: str, parts: Sequence[Piece], scored: Sequence[Scored]) -> list[tuple[int, int, Numbers]]:
    """The stretches of a text with several matters, each with the probabilities of the categories by all its pieces;
    nothing for a text with one."""
    if len(parts) < 2:
        return []
    told = np.log(np.array([each.by_part["categories"] for each in scored]) + 1e-6)
    prices = [SWITCH_AT_CUE if _CUE.match(text, start) else SWITCH for start, _ in parts[1:]]
    if told.sum(0).max() >= told.max(1).sum() - min(prices):
        return []  # no boundary can be worth its price
    heads = heads_of(scored[0].weights)
    cost, back = -told[0], []
    for price, now in zip(prices, told[1:], strict=True):
        best = int(np.argmin(cost))
        inside = heads == heads[best]
        outside = int(np.argmin(np.where(inside, np.inf, cost)))
        near, far = cost[best] + SWITCH_IN_HEAD, cost[outside]
        before = np.where(inside & (far < near), outside, best)
        paid = price + np.where(inside, min(near, far), cost[best])
        stay = cost <= paid
        back.append(np.where(stay, np.arange(len(cost)), before))
        cost = np.where(stay, cost, paid) - now
    path = [int(np.argmin(cost))]
    for before in reversed(back):
        path.append(int(before[path[-1]]))
    path.reverse()
    ends = [place for place in range(1, len(path) + 1) if place == len(path) or path[place] != path[place - 1]]
    begins = [0, *ends[:-1]]
    if len(ends) < 2:
        return []
    return [
        (parts[begin][0], parts[end - 1][1], softmax(told[begin:end].mean(0, keepdims=True), 1.0)[0])
        for begin, end in zip(begins, ends, strict=True)
    ]


def weighty(text: str, weights: Weights, label: str, looked: Looked, count: int) -> list[tuple[int, int, float]]:
    """The stretches that speak most for a label, those that touch joined."""
    told = weights.grams.weight(looked.rows, weights.outputs.index(label))
    best: dict[str, tuple[float, int]] = {}
    for n in np.flatnonzero((told > 0) & (looked.lengths > 1)):
        start = int(looked.begins[n])
        best.setdefault(text[start : start + looked.lengths[n]], (float(told[n]), start))
    places = sorted((-weight, start, start + len(gram)) for gram, (weight, start) in best.items())[: 2 * count]
    joined: list[tuple[int, int, float]] = []
    for start, end, weight in sorted((start, end, -weight) for weight, start, end in places):
        if joined and start <= joined[-1][1]:
            first, last, whole = joined[-1]
            joined[-1] = (first, max(last, end), whole + weight)
        else:
            joined.append((start, end, weight))
    return sorted(joined, key=lambda p: -p[2])[:count]
