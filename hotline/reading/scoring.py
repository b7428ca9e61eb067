"""From scores to probabilities that fit each other: the categories' and their heads'."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from hotline.reading.weights import Weights


@dataclass(frozen=True)
class Scored:
    """The probabilities of a text, by part and label. `known` is False where the model had never seen anything of it."""

    by_part: Mapping[str, Mapping[str, float]]
    known: bool

    @classmethod
    def of(cls, weights: Weights, counts: Mapping[str, int], hits: Mapping[str, int]) -> Self:
        """The text whose runs of letters and lexicon hits these are."""
        scores = weights.scores(counts, hits)
        parts = {
            part: dict(zip(weights.part(part), weights.probabilities(part, scores), strict=True))
            for part in weights.spans
        }
        parts["categories"], parts["heads"] = _joined(parts["categories"], parts["heads"], weights.mixing["heads"])
        return cls(
            parts, bool(hits) or any(len(gram) > 1 and gram[0] != "§" for gram in counts.keys() & weights.rows.keys())
        )

    def probabilities(self, part: str) -> Mapping[str, float]:
        """Of one part, by label."""
        return self.by_part[part]

    def top(self, part: str, count: int) -> list[tuple[str, float]]:
        """The most probable labels of a part, the best first."""
        return sorted(self.by_part[part].items(), key=lambda item: (-item[1], item[0]))[:count]

    def best(self, part: str) -> tuple[str, float]:
        """The most probable label of a part."""
        label, probability = self.top(part, 1)[0]
        return label, round(probability, 4)


def _joined(
    categories: Mapping[str, float], heads: Mapping[str, float], share: float
) -> tuple[dict[str, float], dict[str, float]]:
    """Categories weighed by what the heads' own scores say of their head; heads are then the sums of their categories."""
    inside: dict[str, float] = {}
    for code, p in categories.items():
        head = code.split(".")[0]
        inside[head] = inside.get(head, 0.0) + p
    factor = {head: (heads[head] / max(p, 1e-9)) ** share for head, p in inside.items()}
    joined = {code: p * factor[code.split(".")[0]] for code, p in categories.items()}
    whole = sum(joined.values())
    joined = {code: p / whole for code, p in joined.items()}
    summed: dict[str, float] = {}
    for code, p in joined.items():
        head = code.split(".")[0]
        summed[head] = summed.get(head, 0.0) + p
    return joined, summed
