"""From scores to probabilities that fit each other: the categories' and their heads'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hotline.reading.rows import Numbers
from hotline.reading.weights import Looked, Summed, Weights


@dataclass(frozen=True, eq=False)
class Scored:
    """The probabilities of a text, by part. `known` is False where the model had never seen anything of it."""

    weights: Weights
    by_part: Mapping[str, Numbers]
    known: bool

    @classmethod
    def of(cls, weights: Weights, looked: Looked, summed: Summed) -> Self:
        """What a whole text is."""
        parts = {part: weights.probabilities(part, summed.whole) for part in weights.spans}
        parts["categories"], parts["heads"] = joined(
            weights, parts["categories"], parts["heads"], weights.lines["heads"]
        )
        known = bool(looked.hits.any() or (looked.lengths > 1).any())
        return cls(weights, {part: values[0] for part, values in parts.items()}, known)

    def probability(self, part: str, label: str) -> float:
        """Of one label."""
        return float(self.by_part[part][self.weights.part(part).index(label)])

    def top(self, part: str, count: int) -> list[tuple[str, float]]:
        """The most probable labels of a part, the best first."""
        return best_of(self.by_part[part], self.weights.part(part), count)

    def best(self, part: str) -> tuple[str, float]:
        """The most probable label of a part."""
        return self.top(part, 1)[0]


@lru_cache(maxsize=8)
def heads_of(weights: Weights) -> NDArray[np.int64]:
    """For each category the place of its head."""
    heads = weights.part("heads")
    return np.array([heads.index(code.split(".")[0]) for code in weights.part("categories")])


def joined(weights: Weights, categories: Numbers, heads: Numbers, share: float) -> tuple[Numbers, Numbers]:
    """Categories weighed by what the heads' own scores say of their head; heads are then the sums of their categories. A row
    for each text."""
    above = heads_of(weights)
    ends = np.flatnonzero(np.diff(above)) + 1  # the categories of a head stand side by side
    begins = np.concatenate(([0], ends))
    inside = np.add.reduceat(categories, begins, 1)
    whole = categories * ((heads / np.maximum(inside, 1e-9)) ** share)[:, above]
    whole = whole / whole.sum(1, keepdims=True)
    return whole, np.add.reduceat(whole, begins, 1)


def categories_of(weights: Weights, scores: Numbers) -> Numbers:
    """The probabilities of the categories, a row for each row of scores."""
    categories, heads = (weights.probabilities(part, scores) for part in ("categories", "heads"))
    return joined(weights, categories, heads, weights.lines["heads"])[0]


def best_of(values: Numbers, labels: Sequence[str], count: int) -> list[tuple[str, float]]:
    """The most probable labels, the best first."""
    order = np.argsort(-values, kind="stable")[:count]
    return [(labels[place], round(float(values[place]), 4)) for place in order]
