"""The trained weights: a readable data file, and the scores and probabilities it gives a text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import accumulate
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hotline.reading.cues import MOST, PREFIX

PARTS = ("heads", "categories", "types", "owners", "urgencies")
"""What is scored, in the order of the outputs."""
SCALE = 100
"""Weights stand in the file as whole hundredths."""
Numbers = NDArray[np.floating[Any]]


class Rows:
    """Sparse rows by name, kept packed: `0 3 12 7 -5` is rarity 0, then output 3 with weight 12, output 7 with -5."""

    def __init__(self, written: Mapping[str, str]) -> None:
        self.index = {name: place for place, name in enumerate(written)}
        lengths = np.array([row.count(" ") for row in written.values()], np.int32)
        flat = np.fromstring(" ".join(written.values()), np.int16, sep=" ")
        begins = np.concatenate(([0], np.cumsum(lengths + 1)))[:-1].astype(np.int64)
        if len(flat) != int(lengths.sum()) + len(lengths) or (lengths % 2).any():
            raise ValueError("a row is not whole numbers in pairs")
        self.rarity = flat[begins].astype(np.float32) / SCALE
        rest = np.delete(flat, begins)
        self.outputs, self.weights = rest[0::2].astype(np.uint8), rest[1::2].copy()
        self.begins = np.concatenate(([0], np.cumsum(lengths // 2))).astype(np.int32)

    def place(self, name: str) -> int:
        """The row of a name, -1 where there is none."""
        return self.index.get(name, -1)

    def sum(self, rows: NDArray[np.int32], values: Numbers, width: int) -> Numbers:
        """The rows times their values, added up by output."""
        places, lengths = self._places(rows)
        weighed = self.weights[places] * np.repeat(values, lengths)
        return np.bincount(self.outputs[places], weighed, width).astype(np.float32) / SCALE

    def weight(self, rows: NDArray[np.int32], output: int) -> Numbers:
        """What each of the rows says of one output."""
        places, lengths = self._places(rows)
        of = np.repeat(np.arange(len(rows)), lengths)
        right = self.outputs[places] == output
        found = np.bincount(of[right], self.weights[places[right]], len(rows)).astype(np.float32)
        return found / SCALE * self.rarity[rows]

    def _places(self, rows: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Where the pairs of the rows stand, one row after the other, and how many each has."""
        begins = self.begins[rows]
        lengths = self.begins[rows + 1] - begins
        ends = np.cumsum(lengths)
        return np.arange(ends[-1]) + np.repeat(begins - (ends - lengths), lengths), lengths


@dataclass(frozen=True, eq=False)
class Weights:
    """One model. `outputs` are all labels in order, `spans` where each part of them begins and ends."""

    version: str
    outputs: tuple[str, ...]
    spans: Mapping[str, tuple[int, int]]
    bias: Numbers
    temperature: Mapping[str, float]
    mixing: Mapping[str, float]
    grams: Rows
    lexicon: Rows

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the text of a model file. Raises ValueError for anything else."""
        try:
            data: dict[str, Any] = json.loads(text)
            names = [data["outputs"][part] for part in PARTS]
            ends = list(accumulate(map(len, names)))
            return cls(
                version=f"model@{sha256(text.encode()).hexdigest()[:12]}",
                outputs=tuple(name for part in names for name in part),
                spans=dict(zip(PARTS, zip([0, *ends], ends, strict=False), strict=True)),
                bias=np.array(data["bias"], np.float32) / SCALE,
                temperature=data["temperature"],
                mixing=data["mixing"],
                grams=Rows(data["grams"]),
                lexicon=Rows(data["lexicon"]),
            )
        except (KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
            raise ValueError(f"no model file: {error!r}") from error

    def part(self, name: str) -> Sequence[str]:
        """The labels of one part."""
        begin, end = self.spans[name]
        return self.outputs[begin:end]

    def scores(self, counts: Mapping[str, int], hits: Mapping[str, int]) -> Numbers:
        """One score for each output: the runs of letters by weight and rarity, and the lexicons' words."""
        width = len(self.outputs)
        total = self.bias.copy()
        found = np.fromiter(map(self.grams.place, counts), np.int32, len(counts))
        rows = found[found >= 0]
        if len(rows):
            times = np.fromiter(counts.values(), np.float32, len(counts))[found >= 0]
            values = self.grams.rarity[rows] * (1 + np.log(times))
            total += self.grams.sum(rows, values, width) / np.sqrt(values @ values)
        size = sum(n * n for label, n in hits.items() if not label.startswith(PREFIX)) ** 0.5 or 1.0
        hit = [
            (self.lexicon.index[label], min(n, MOST) if label.startswith(PREFIX) else n / size)
            for label, n in hits.items()
            if label in self.lexicon.index
        ]
        if hit:
            places, shares = zip(*hit, strict=True)
            total += self.lexicon.sum(np.array(places, np.int32), np.array(shares, np.float32), width)
        return total

    def knows(self, counts: Mapping[str, int]) -> bool:
        """Whether any run of two letters or more was ever seen."""
        return any(len(gram) > 1 and gram[0] != "§" and gram in self.grams.index for gram in counts)

    def probabilities(self, part: str, scores: Numbers) -> Numbers:
        """The calibrated probabilities of one part's labels."""
        begin, end = self.spans[part]
        return softmax(scores[begin:end], self.temperature[part])


def softmax(scores: Numbers, temperature: float) -> Numbers:
    """Probabilities in proportion to the exponential of score over temperature."""
    powers = np.exp((scores - scores.max()) / temperature)
    whole: Numbers = powers / powers.sum()
    return whole


def shipped() -> Traversable:
    """The model that comes with the hotline."""
    return files(__package__) / "model.json"


@cache
def load() -> Weights:
    """The shipped model, read once."""
    return Weights.parse(shipped().read_text(encoding="utf-8"))
