"""The trained weights: a readable data file, and the scores and probabilities it gives a text."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
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
from hotline.reading.letters import runs
from hotline.reading.rows import SCALE, Numbers, Rows
from hotline.rules.written import Urgency

PARTS = ("heads", "categories", "types", "owners", "urgencies")
"""What is scored, in the order of the outputs."""
DANGER: Urgency = "emergency"
TINY = 1e-12


@dataclass(frozen=True)
class Looked:
    """What the weights see of a text that is read in pieces. Of each run of letters that is known: its row, the piece it
    stands in, how often, where it first begins, how long it is. Then the rows of the whole's outward signs, and how many
    words of each lexicon and cue there are, for the whole first and then for each piece."""

    rows: NDArray[np.int64]
    of: NDArray[np.int64]
    times: Numbers
    begins: NDArray[np.int64]
    lengths: NDArray[np.int64]
    signs: Sequence[int]
    hits: NDArray[np.int64]


@dataclass(frozen=True)
class Summed:
    """The scores of the whole; then, added up from nothing to the last piece, what the letters, the lexicon words and the cues
    say, not yet weighed by their number, the squares that weigh the letters, and how many words of each lexicon there are.
    Differences of two rows are those of the stretch between."""

    whole: Numbers
    letters: Numbers
    squares: Numbers
    words: Numbers
    cues: Numbers
    hits: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Weights:
    """One model. `outputs` are all labels in order, `spans` where each part of them begins and ends, `lines`
    from which probability on what counts; `labels` name the rows of `table`, what each lexicon and cue says of each output."""

    version: str
    outputs: tuple[str, ...]
    spans: Mapping[str, tuple[int, int]]
    bias: Numbers
    temperature: Mapping[str, float]
    lines: Mapping[str, float]
    labels: Mapping[str, int]
    table: Numbers
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
            outputs = tuple(name for part in names for name in part)
            lexicons = [line.split() for line in islice(lines, int(data["lexicons"]))]
            return cls(
                version=f"model@{sha256(content).hexdigest()[:12]}",
                outputs=outputs,
                spans=dict(zip(PARTS, zip([0, *ends], ends, strict=False), strict=True)),
                bias=np.array(data["bias"], np.float32) / SCALE,
                temperature=data["temperature"],
                lines=data["lines"],
                labels={line[0]: place for place, line in enumerate(lexicons)},
                table=_table(lexicons, len(outputs)),
                grams=Rows(lines, len(outputs)),
            )
        except (KeyError, TypeError, AttributeError, IndexError, OverflowError, StopIteration) as error:
            raise ValueError(f"no model file: {error!r}") from error

    def part(self, name: str) -> Sequence[str]:
        """The labels of one part."""
        begin, end = self.spans[name]
        return self.outputs[begin:end]

    def look(self, text: str, begins: Sequence[int], signs: Iterable[str], hits: NDArray[np.int64]) -> Looked:
        """A text looked up, once. `begins`: where its pieces begin, none of them within a run; `signs` and `hits` as in
        `Looked`."""
        wanted, begin, length = runs(text)
        order = np.argsort(wanted, kind="stable")  # in order they are found much sooner
        wanted, begin, length = wanted[order], begin[order], length[order]
        rows = self.grams.find(wanted)
        known = np.flatnonzero(rows >= 0)
        of = np.searchsorted(np.array(begins), begin[known], side="right") - 1
        size = len(self.grams.rarity)
        cells, first, times = np.unique(of * size + rows[known], return_index=True, return_counts=True)
        others = self.grams.others
        at = known[first]
        told = [others[sign] for sign in signs if sign in others]
        return Looked(cells % size, cells // size, times, begin[at], length[at], told, hits)

    def summed(self, looked: Looked) -> Summed:
        """What a text and its pieces say. The letters of the whole are those of its pieces, so their sums are taken once; only
        what stands in several pieces is put right."""
        rarity, count = self.grams.rarity, len(looked.hits) - 1
        rows, inverse = np.unique(looked.rows, return_inverse=True)
        values = rarity[looked.rows] * (1 + np.log(looked.times))
        whole = rarity[rows] * (1 + np.log(np.bincount(inverse, looked.times, len(rows))))
        again = np.flatnonzero(np.bincount(inverse, minlength=len(rows)) > 1)
        over = (whole - np.bincount(inverse, values, len(rows)))[again]
        signs = np.array(looked.signs, np.int64)
        found = self.grams.sum(
            np.concatenate((rows[again], signs, looked.rows)),
            np.concatenate((over, rarity[signs], values)),
            np.concatenate((np.zeros(len(again) + len(signs), np.int64), looked.of + 1)),
            (count + 1, len(self.bias)),
        )
        size = np.sqrt(max(float((whole * whole).sum() + (rarity[signs] ** 2).sum()), TINY))
        scores: Numbers = self.bias + found.sum(0, keepdims=True) / size + self._said(self.shares(looked.hits[:1]))
        cued = self._cued(looked.hits.shape[1])
        codes, cues = looked.hits[1:] * ~cued, looked.hits[1:] * cued
        squares = np.bincount(looked.of, values * values, count).astype(float)
        return Summed(scores, *map(_up_to, (found[1:], squares, self._said(codes), self._said(cues), codes)))

    def stretches(self, summed: Summed, first: NDArray[np.int64], last: NDArray[np.int64]) -> Numbers:
        """A row of scores for each stretch of pieces (last excluded), by its letters and the lexicons alone."""
        letters, squares, words, cues, hits = (
            each[last] - each[first]
            for each in (summed.letters, summed.squares, summed.words, summed.cues, summed.hits)
        )
        scores: Numbers = self.bias + cues
        scores += letters / np.sqrt(np.maximum(squares, TINY))[:, None]
        scores += words / np.sqrt(np.maximum((hits * hits).sum(1), 1))[:, None]
        return scores

    def _said(self, shares: NDArray[Any]) -> Numbers:
        """What the lexicons and cues say; by a loop of our own, for matrix products start threads."""
        total = np.zeros((len(shares), len(self.bias)))
        shares = shares[:, : len(self.table)]
        of, label = np.nonzero(shares)
        if len(of):
            begins = np.flatnonzero(np.diff(of, prepend=-1))
            total[of[begins]] = np.add.reduceat(self.table[label] * shares[of, label][:, None], begins, 0)
        return total

    def _cued(self, width: int) -> NDArray[np.bool_]:
        cued = np.zeros(width, bool)
        cued[[place for label, place in self.labels.items() if label.startswith(PREFIX)]] = True
        return cued

    def shares(self, hits: NDArray[np.int64]) -> Numbers:
        """How much each lexicon and cue counts, a row for each text: lexicons by their share among each other, cues by the
        number of words."""
        cued = self._cued(hits.shape[1])
        size = np.sqrt((hits * hits * ~cued).sum(1, keepdims=True))
        shares: Numbers = np.where(cued, np.minimum(hits, MOST), hits / np.maximum(size, TINY))
        return shares

    def probabilities(self, part: str, scores: Numbers) -> Numbers:
        """The calibrated probabilities of one part's labels, a row for each text."""
        begin, end = self.spans[part]
        told = softmax(scores[:, begin:end], self.temperature[part])
        return self._danger_apart(told, scores[:, begin:end]) if part == "urgencies" else told

    def _danger_apart(self, told: Numbers, scores: Numbers) -> Numbers:
        """An emergency's own score says how probable it is; the others share what is left."""
        place = self.part("urgencies").index(DANGER)
        danger = sigmoid(scores[:, place], self.temperature["danger"], self.lines["danger"])
        rest = told * ((1 - danger) / np.maximum(1 - told[:, place], TINY))[:, None]
        rest[:, place] = danger
        return rest


def softmax(scores: Numbers, temperature: float) -> Numbers:
    """In each row probabilities in proportion to the exponential of score over temperature."""
    powers = np.exp((scores - scores.max(1, keepdims=True)) / temperature)
    whole: Numbers = powers / powers.sum(1, keepdims=True)
    return whole


def _up_to(each: NDArray[Any]) -> Any:
    return np.concatenate((np.zeros_like(each[:1]), np.cumsum(each, 0)))


def sigmoid(scores: Numbers, temperature: float, middle: float) -> Numbers:
    """One half where a score is `middle`."""
    told: Numbers = 1 / (1 + np.exp((middle - scores) / temperature))
    return told


def _table(lines: Sequence[Sequence[str]], width: int) -> Numbers:
    """Rows of a name, a nought and pairs of an output and its weight in hundredths, as a table with all outputs."""
    table = np.zeros((len(lines), width))
    for row, line in zip(table, lines, strict=True):
        row[list(map(int, line[2::2]))] = list(map(int, line[3::2]))
    return table / SCALE


def shipped() -> Traversable:
    """The model that comes with the hotline."""
    return files(__package__) / "model.txt"


@cache
def load() -> Weights:
    """The shipped model, read once."""
    return Weights.parse(shipped().read_bytes())
