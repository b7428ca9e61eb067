"""From scores to probabilities that fit each other: the categories' and their heads'."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hotline.reading.weights import Numbers, Weights


@dataclass(frozen=True, eq=False)
class Scored:
    """The probabilities of a text, by part. `known` is False where the model had never seen anything of it."""

    weights: Weights
    by_part: Mapping[str, Numbers]
    known: bool

    @classmethod
    def of(cls, weights: Weights, counts: Mapping[str, int], hits: Mapping[str, int]) -> Self:
        """The text whose runs of letters and lexicon hits these are."""
        scores = weights.scores(counts, hits)
        parts = {part: weights.probabilities(part, scores) for part in weights.spans}
        share = weights.mixing["heads"]
        parts["categories"], parts["heads"] = joined(weights, parts["categories"], parts["heads"], share)
        known = bool(hits) or weights.knows(counts)
        return cls(weights, parts, known)

    def probability(self, part: str, label: str) -> float:
        """Of one label."""
        return float(self.by_part[part][self.weights.part(part).index(label)])

    def top(self, part: str, count: int) -> list[tuple[str, float]]:
        """The most probable labels of a part, the best first."""
        values, labels = self.by_part[part], self.weights.part(part)
        order = np.argsort(-values, kind="stable")[:count]
        return [(labels[place], round(float(values[place]), 4)) for place in order]

    def best(self, part: str) -> tuple[str, float]:
        """The most probable label of a part."""
        return self.top(part, 1)[0]


@lru_cache(maxsize=8)
def heads_of(weights: Weights) -> NDArray[np.int64]:
    """For each category the place of its head."""
    heads = weights.part("heads")
    return np.array([heads.index(code.split(".")[0]) for code in weights.part("categories")])


def joined(weights: Weights, categories: Numbers, heads: Numbers, share: float) -> tuple[Numbers, Numbers]:
    """Categories weighed by what the heads' own scores say of their head; heads are then the sums of their categories."""
    above, width = heads_of(weights), len(heads)
    inside = np.bincount(above, categories, width)
    whole = categories * ((heads / np.maximum(inside, 1e-9)) ** share)[above]
    whole = (whole / whole.sum()).astype(np.float32)
    return whole, np.bincount(above, whole, width).astype(np.float32)
