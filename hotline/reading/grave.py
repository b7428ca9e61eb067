"""A grave sentence in a long request: the stretch of clauses that by itself is most probably an emergency.

Who complains of fees and rents in ten clauses and says in one that the kitchen smells of gas has told of a danger, and in the whole
it weighs next to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hotline.reading.rows import Numbers
from hotline.reading.splitting import Piece
from hotline.reading.weights import DANGER, Summed, Weights

SHORTEST, LONGEST = 30, 140
"""Letters of a stretch: less says too little, more is no sentence among others.  (ours, ADR 11)"""
LINE = 0.7
"""From which probability on a stretch makes an emergency of its request; far above the line of whole requests, because a text
has many stretches.  (ours, ADR 11)"""


@dataclass(frozen=True, eq=False)
class Grave:
    """Where the stretch stands in the plain text (end excluded), how probably it is an emergency, and a row of its scores."""

    start: int
    end: int
    probability: float
    scores: Numbers


def gravest(pieces: Sequence[Piece], weights: Weights, summed: Summed) -> Grave | None:
    """The gravest stretch that is not the whole text, if it is beyond the line."""
    count = len(pieces)
    stretches = [
        (first, last)
        for first in range(count)
        for last in range(first + 1, count + 1)
        if last - first < count and SHORTEST <= pieces[last - 1][1] - pieces[first][0] <= LONGEST
    ]
    if not stretches:
        return None
    first, last = np.array(stretches).T
    scores = weights.stretches(summed, first, last)
    danger = weights.probabilities("urgencies", scores)[:, weights.part("urgencies").index(DANGER)]
    best = int(danger.argmax())
    if danger[best] < LINE:
        return None
    begin, end = stretches[best]
    return Grave(pieces[begin][0], pieces[end - 1][1], float(danger[best]), scores[best : best + 1])
