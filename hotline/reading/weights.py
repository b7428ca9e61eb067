"""The trained weights: a readable data file, and the scores and probabilities it gives a text."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import accumulate, islice
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hotline.reading.cues import MOST, PREFIX

PARTS = ("heads", "categories", "types", "owners", "urgencies")
"""What is scored, in the order of the outputs."""
SCALE, BATCH = 100, 5_000
"""Weights stand in the file as whole hundredths."""
Numbers = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Sample:
    """What the weights see of one text."""

    counts: Mapping[str, int]
    hits: Mapping[str, int]


class Rows:
    """Sparse rows by name, kept packed: `停水 370 12 310 44 -5` is a name, its rarity, then output 12 with weight 310 and
    output 44 with -5, all in hundredths."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.index: dict[str, int] = {}
        parts: list[NDArray[np.int16]] = []
        lengths: list[int] = []
        rows = (line.rstrip("\n").partition(" ") for line in lines)
        while batch := list(islice(rows, BATCH)):
            for name, _, _ in batch:
                self.index[name] = len(self.index)
            lengths += [rest.count(" ") for _, _, rest in batch]
            parts.append(np.fromstring(" ".join(rest for _, _, rest in batch), np.int16, sep=" "))
        flat = np.concatenate(parts) if parts else np.zeros(0, np.int16)
        pairs = np.array(lengths, np.int32)
        if len(flat) != int(pairs.sum()) + len(pairs) or (pairs % 2).any() or len(self.index) != len(pairs):
            raise ValueError("a row is not a name, its rarity and pairs of whole numbers")
        begins = np.concatenate(([0], np.cumsum(pairs + 1)))[:-1].astype(np.int64)
        self.rarity = flat[begins].astype(np.float32) / SCALE
        rest = np.delete(flat, begins)
        self.outputs, self.weights = rest[0::2].astype(np.uint8), rest[1::2].copy()
        self.begins = np.concatenate(([0], np.cumsum(pairs // 2))).astype(np.int32)

    def place(self, name: str) -> int:
        """The row of a name, -1 where there is none."""
        return self.index.get(name, -1)

    def sum(self, rows: NDArray[Any], values: Numbers, of: NDArray[Any], shape: tuple[int, ...]) -> Numbers:
        """The rows times their values, added up by output for each text they are of."""
        places, lengths = self._places(rows)
        weighed = self.weights[places] * np.repeat(values, lengths)
        cells = np.repeat(of * shape[1], lengths) + self.outputs[places]
        return np.bincount(cells, weighed, shape[0] * shape[1]).reshape(shape) / SCALE

    def weight(self, rows: NDArray[np.int32], output: int) -> Numbers:
        """What each of the rows says of one output."""
        places, lengths = self._places(rows)
        of = np.repeat(np.arange(len(rows)), lengths)
        right = self.outputs[places] == output
        found = np.bincount(of[right], self.weights[places[right]], len(rows)).astype(np.float32)
        return found / SCALE * self.rarity[rows]

    def _places(self, rows: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Where the pairs of the rows stand, one row after the other, and how many each has."""
        begins = self.begins[rows]
        lengths = self.begins[rows + 1] - begins
        ends = np.cumsum(lengths)
        return np.arange(ends[-1]) + np.repeat(begins - (ends - lengths), lengths), lengths


@dataclass(frozen=True, eq=False)
class Weights:
    """One model. `outputs` are all labels in order, `spans` where each part of them begins and ends, `lines`
    from which probability on what counts."""

    version: str
    outputs: tuple[str, ...]
    spans: Mapping[str, tuple[int, int]]
    bias: Numbers
    temperature: Mapping[str, float]
    lines: Mapping[str, float]
    lexicon: Rows
    grams: Rows

    @classmethod
    def parse(cls, text: str) -> Self:
        """From the text of a model file: one line of JSON, then a line for each lexicon and each run of letters. Raises
        ValueError for anything else."""
        try:
            lines = io.StringIO(text)
            data: dict[str, Any] = json.loads(next(lines))
            names = [data["outputs"][part] for part in PARTS]
            ends = list(accumulate(map(len, names)))
            return cls(
                version=f"model@{sha256(text.encode()).hexdigest()[:12]}",
                outputs=tuple(name for part in names for name in part),
                spans=dict(zip(PARTS, zip([0, *ends], ends, strict=False), strict=True)),
                bias=np.array(data["bias"], np.float32) / SCALE,
                temperature=data["temperature"],
                lines=data["lines"],
                lexicon=Rows(islice(lines, int(data["lexicons"]))),
                grams=Rows(lines),
            )
        except (KeyError, TypeError, AttributeError, IndexError, OverflowError, StopIteration) as error:
            raise ValueError(f"no model file: {error!r}") from error

    def part(self, name: str) -> Sequence[str]:
        """The labels of one part."""
        begin, end = self.spans[name]
        return self.outputs[begin:end]

    def scores(self, texts: Sequence[Sample]) -> Numbers:
        """For each text a row with one score for each output: its runs of letters by weight and rarity, and its words."""
        counts, hits = [text.counts for text in texts], [text.hits for text in texts]
        total = np.tile(self.bias, (len(texts), 1))
        found = np.fromiter((self.grams.place(gram) for each in counts for gram in each), np.int32)
        of = np.repeat(np.arange(len(texts)), [len(each) for each in counts])[found >= 0]
        times = np.fromiter((n for each in counts for n in each.values()), np.float32)[found >= 0]
        rows = found[found >= 0]
        if len(rows):
            values = self.grams.rarity[rows] * (1 + np.log(times))
            size = np.sqrt(np.bincount(of, values * values, len(texts)))
            total += self.grams.sum(rows, values / size[of], of, total.shape)
        said = [(n, label, share) for n, each in enumerate(hits) for label, share in _shares(each)]
        known = [(n, self.lexicon.place(label), share) for n, label, share in said if label in self.lexicon.index]
        if known:
            begin, place, share = map(np.array, zip(*known, strict=True))
            total += self.lexicon.sum(place, share, begin, total.shape)
        return total

    def knows(self, counts: Mapping[str, int]) -> bool:
        """Whether any run of two letters or more was ever seen."""
        return any(len(gram) > 1 and gram[0] != "§" and gram in self.grams.index for gram in counts)

    def probabilities(self, part: str, scores: Numbers) -> Numbers:
        """The calibrated probabilities of one part's labels, a row for each text."""
        begin, end = self.spans[part]
        return softmax(scores[:, begin:end], self.temperature[part])


def softmax(scores: Numbers, temperature: float) -> Numbers:
    """In each row probabilities in proportion to the exponential of score over temperature."""
    powers = np.exp((scores - scores.max(1, keepdims=True)) / temperature)
    whole: Numbers = powers / powers.sum(1, keepdims=True)
    return whole


def _shares(hits: Mapping[str, int]) -> Iterator[tuple[str, float]]:
    """How much each lexicon and cue counts: lexicons by their share among each other, cues by the number of words."""
    size = sum(n * n for label, n in hits.items() if not label.startswith(PREFIX)) ** 0.5 or 1.0
    for label, n in hits.items():
        yield label, (min(n, MOST) if label.startswith(PREFIX) else n / size)


def shipped() -> Traversable:
    """The model that comes with the hotline."""
    return files(__package__) / "model.txt"


@cache
def load() -> Weights:
    """The shipped model, read once."""
    return Weights.parse(shipped().read_text(encoding="utf-8"))
