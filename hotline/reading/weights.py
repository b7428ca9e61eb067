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
from itertools import accumulate, compress, islice, repeat
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
    """What the weights see of one text: the runs of letters that are known, by row, and how often each stands in it; the
    rows of its outward signs; and how many words of each lexicon and cue."""

    grams: tuple[str, ...]
    rows: NDArray[np.int32]
    times: Numbers
    signs: Sequence[int]
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
    def parse(cls, content: bytes) -> Self:
        """From the bytes of a model file: one line of JSON, then a line for each lexicon and each run of letters. Raises
        ValueError for anything else."""
        try:
            # Never the whole file as letters: that takes six times the memory.
            lines = (line.decode() for line in io.BytesIO(content))
            data: dict[str, Any] = json.loads(next(lines))
            names = [data["outputs"][part] for part in PARTS]
            ends = list(accumulate(map(len, names)))
            return cls(
                version=f"model@{sha256(content).hexdigest()[:12]}",
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

    def scores(self, whole: Sample, pieces: Sequence[Sample]) -> Numbers:
        """For a text and each of its pieces a row with one score for each output. The letters are those of the pieces: none
        of their runs goes from one into the next, and looking up a run is what costs."""
        looked, often = np.concatenate([p.rows for p in pieces]), np.concatenate([p.times for p in pieces])
        known, inverse = np.unique(looked, return_inverse=True)
        signs = [(n, row) for n, text in enumerate((whole, *pieces)) for row in text.signs]
        rows = np.concatenate((known, looked, [row for _, row in signs])).astype(np.int32)
        within = np.repeat(np.arange(1, len(pieces) + 1), [len(p.rows) for p in pieces])
        of = np.concatenate((np.zeros(len(known), int), within, [n for n, _ in signs])).astype(int)
        times = np.concatenate((np.bincount(inverse, often, len(known)), often, np.ones(len(signs))))
        total = np.tile(self.bias, (1 + len(pieces), 1))
        if len(rows):
            values = self.grams.rarity[rows] * (1 + np.log(times))
            size = np.sqrt(np.bincount(of, values * values, len(total)))
            total += self.grams.sum(rows, values / size[of], of, total.shape)
        said = [
            (n, place, share)
            for n, text in enumerate((whole, *pieces))
            for label, share in _shares(text.hits)
            if (place := self.lexicon.place(label)) >= 0
        ]
        if said:
            begin, place_, share_ = map(np.array, zip(*said, strict=True))
            total += self.lexicon.sum(place_, share_, begin, total.shape)
        return total

    def sample(self, counts: Mapping[str, int], signs: Iterable[str], hits: Mapping[str, int]) -> Sample:
        """A text looked up, once."""
        index = self.grams.index
        found = np.fromiter(map(index.get, counts, repeat(-1)), np.int32, len(counts))
        known = found >= 0
        times = np.fromiter(counts.values(), np.float32, len(counts))[known]
        names = tuple(compress(counts, known))
        return Sample(names, found[known], times, [index[sign] for sign in signs if sign in index], hits)

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
    return Weights.parse(shipped().read_bytes())
