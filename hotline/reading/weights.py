"""The trained weights: a readable data file, and the scores and probabilities it gives a text."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from math import exp, log, sqrt
from typing import Any, Self

PARTS = ("heads", "categories", "types", "owners", "urgencies")
"""What is scored, in the order of the outputs."""
SCALE = 100
"""Weights stand in the file as whole hundredths."""


@dataclass(frozen=True)
class Weights:
    """One model. `outputs` are all labels in order, `spans` where each part of them begins and ends."""

    version: str
    outputs: tuple[str, ...]
    spans: Mapping[str, tuple[int, int]]
    bias: tuple[float, ...]
    temperature: Mapping[str, float]
    mixing: Mapping[str, float]
    rows: Mapping[str, array[int]]
    lexicon: Mapping[str, array[int]]

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the text of a model file. Raises ValueError for anything else."""
        try:
            data: dict[str, Any] = json.loads(text)
            names = [data["outputs"][part] for part in PARTS]
            ends = [sum(map(len, names[: n + 1])) for n in range(len(names))]
            begins = [0, *ends]
            return cls(
                version=f"model@{sha256(text.encode()).hexdigest()[:12]}",
                outputs=tuple(name for part in names for name in part),
                spans={part: (begins[n], ends[n]) for n, part in enumerate(PARTS)},
                bias=tuple(value / SCALE for value in data["bias"]),
                temperature=data["temperature"],
                mixing=data["mixing"],
                rows={gram: _row(row) for gram, row in data["grams"].items()},
                lexicon={label: _row(row) for label, row in data["lexicon"].items()},
            )
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"no model file: {error!r}") from error

    def part(self, name: str) -> Sequence[str]:
        """The labels of one part."""
        begin, end = self.spans[name]
        return self.outputs[begin:end]

    def scores(self, counts: Mapping[str, int], hits: Mapping[str, int]) -> list[float]:
        """One score for each output: the runs of letters by weight and rarity, and the lexicons' words."""
        sums = [0.0] * len(self.outputs)
        square = 0.0
        rows = self.rows
        for gram, times in counts.items():
            row = rows.get(gram)
            if row is None:
                continue
            value = row[0] if times == 1 else row[0] * (1 + log(times))
            square += value * value
            for place in range(1, len(row), 2):
                sums[row[place]] += value * row[place + 1]
        norm = SCALE * sqrt(square) or 1.0
        scores = [bias + total / norm for bias, total in zip(self.bias, sums, strict=True)]
        size = sqrt(sum(n * n for n in hits.values())) or 1.0
        for label, times in hits.items():
            row = self.lexicon.get(label)
            if row is not None:
                for place in range(1, len(row), 2):
                    scores[row[place]] += times / size * row[place + 1] / SCALE
        return scores

    def probabilities(self, part: str, scores: Sequence[float]) -> list[float]:
        """The calibrated probabilities of one part's labels."""
        begin, end = self.spans[part]
        return softmax(scores[begin:end], self.temperature[part])


def softmax(scores: Sequence[float], temperature: float) -> list[float]:
    """Probabilities in proportion to the exponential of score over temperature."""
    top = max(scores)
    powers = [exp((score - top) / temperature) for score in scores]
    whole = sum(powers)
    return [power / whole for power in powers]


def _row(written: str) -> array[int]:
    return array("h", map(int, written.split()))


def shipped() -> Traversable:
    """The model that comes with the hotline."""
    return files(__package__) / "model.json"


@cache
def load() -> Weights:
    """The shipped model, read once."""
    return Weights.parse(shipped().read_text(encoding="utf-8"))
