"""A message with several matters: where one ends and the next begins."""

import re
from collections.abc import Sequence

import numpy as np

from hotline.reading.rows import Numbers
from hotline.reading.scoring import categories_of
from hotline.reading.weights import Looked, Summed, Weights

SHORTEST = 8
"""Letters below which a piece is no matter of its own; ours."""
MOST = 16
LEAST = -0.08
"""How sure both sides of a boundary must be read as something of their own, as a logarithm; fitted on messages nothing was
learned from (ADR 11)."""
GAIN, MOST_GAIN = 0.2 / 12, 12.0
"""What it adds that two categories explain the clauses better than one, up to a limit; ours."""
SHORT, FOR_SHORT = 12, 0.2
"""Letters below which a side is short, and what that takes; ours."""
DEEP = 2
"""How often halves are searched again: four matters at most, more is a list; ours."""
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


def matters(parts: Sequence[Piece], weights: Weights, summed: Summed) -> list[tuple[int, int, Numbers]]:
    """The stretches of a text with several matters, each with the probabilities of its categories; nothing for a text with
    one. A boundary stands where what is before it and what is behind it are both clearly read, as different categories."""
    if len(parts) < 2:
        return []
    ends = [*_boundaries(parts, weights, summed, (0, len(parts)), DEEP), len(parts)]
    if len(ends) < 2:
        return []
    begins = [0, *ends[:-1]]
    read = categories_of(weights, weights.stretches(summed, np.array(begins), np.array(ends)))
    return [(parts[begin][0], parts[end - 1][1], row) for begin, end, row in zip(begins, ends, read, strict=True)]


def _boundaries(
    parts: Sequence[Piece], weights: Weights, summed: Summed, stretch: tuple[int, int], deep: int
) -> list[int]:
    """Between which pieces of a stretch another matter begins: at the best place, and then in both halves again."""
    first, last = stretch
    places = np.arange(first + 1, last)
    if not deep or first + 1 >= last or parts[last - 1][1] - parts[first][0] < 2 * SHORTEST:
        return []
    ends = np.full(len(places), last)
    sides = weights.stretches(summed, np.concatenate((ends * 0 + first, places)), np.concatenate((places, ends)))
    before, behind = np.split(categories_of(weights, sides), 2)
    sure = np.log(np.minimum(before.max(1), behind.max(1)))
    sure[before.argmax(1) == behind.argmax(1)] = -np.inf
    if sure.max() + GAIN * MOST_GAIN < LEAST:
        return []
    clauses = np.arange(first, last)
    told = np.log(categories_of(weights, weights.stretches(summed, clauses, clauses + 1)) + 1e-6)
    sums = np.cumsum(told, 0)
    gain = sums[:-1].max(1) + (sums[-1] - sums[:-1]).max(1) - sums[-1].max()
    begin, end = parts[first][0], parts[last - 1][1]
    lengths = np.array([min(parts[place][0] - begin, end - parts[place][0]) for place in places.tolist()])
    sure += GAIN * np.minimum(gain, MOST_GAIN) - FOR_SHORT * (lengths < SHORT)
    best = int(np.argmax(sure))
    if sure[best] < LEAST:
        return []
    place = int(places[best])
    return [
        *_boundaries(parts, weights, summed, (first, place), deep - 1),
        place,
        *_boundaries(parts, weights, summed, (place, last), deep - 1),
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
