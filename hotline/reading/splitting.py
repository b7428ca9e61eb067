"""A message with several matters: where one ends and the next begins."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

from hotline.reading.features import LONGEST
from hotline.reading.scoring import Scored, heads_of
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


def matters(text: str, parts: Sequence[tuple[int, int]], scored: Sequence[Scored]) -> list[tuple[int, int]]:
    """The stretches of a text with several matters, by the scores of its pieces; nothing for a text with one."""
    if len(parts) < 2:
        return []
    surprise = -np.log(np.array([each.by_part["categories"] for each in scored]) + 1e-6)
    heads = heads_of(scored[0].weights)
    cost = surprise[0]
    back = []
    for (start, _), now in zip(parts[1:], surprise[1:], strict=True):
        price = SWITCH_AT_CUE if _CUE.match(text, start) else SWITCH
        before = np.arange(len(cost))
        for other in np.argsort(cost)[:3]:
            paid = cost[other] + price + SWITCH_IN_HEAD * (heads == heads[other])
            before = np.where(paid < cost[before], other, before)
        paid = cost[before] + np.where(
            before == np.arange(len(cost)), 0.0, price + SWITCH_IN_HEAD * (heads == heads[before])
        )
        back.append(before)
        cost = paid + now
    path = [int(np.argmin(cost))]
    for before in reversed(back):
        path.append(int(before[path[-1]]))
    path.reverse()
    found = list(_runs(parts, path))
    return found if len(found) > 1 else []


def _runs(parts: Sequence[tuple[int, int]], path: list[int]) -> Iterator[tuple[int, int]]:
    begin = 0
    for place in range(1, len(path) + 1):
        if place == len(path) or path[place] != path[begin]:
            yield parts[begin][0], parts[place - 1][1]
            begin = place


def weighty(text: str, weights: Weights, label: str, count: int) -> list[tuple[int, int, float]]:
    """The stretches that speak most for a label, those that touch joined."""
    places = [
        (weights.grams.index[gram], start, start + n)
        for n in range(2, LONGEST + 1)
        for start in range(len(text) - n + 1)
        if (gram := text[start : start + n]) in weights.grams.index
    ]
    if not places:
        return []
    rows = np.array([row for row, _, _ in places], np.int32)
    weight = weights.grams.weight(rows, weights.outputs.index(label))
    joined: list[tuple[int, int, float]] = []
    best = np.argsort(-weight, kind="stable")[: 2 * count]
    for place in sorted((int(n) for n in best if weight[n] > 0), key=lambda n: places[n][1:]):
        _, start, end = places[place]
        if joined and start <= joined[-1][1]:
            first, last, whole = joined[-1]
            joined[-1] = (first, max(last, end), whole + float(weight[place]))
        else:
            joined.append((start, end, float(weight[place])))
    return sorted(joined, key=lambda p: -p[2])[:count]
