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

PARTS = ("heads", "categories", "types", "owners", "urgencies")
"""What is scored, in the order of the outputs."""
TINY = 1e-12


@dataclass(frozen=True)
class Looked:
    """What the weights see of a text that is read in pieces. Of each run of letters that is known: its row, the piece it
    stands in, how often, where it first begins, how long it is. Then the rows of the outward signs, and how many words of
    each lexicon and cue there are, both for the whole first and then for each piece."""

    rows: NDArray[np.int64]
    of: NDArray[np.int64]
    times: Numbers
    begins: NDArray[np.int64]
    lengths: NDArray[np.int64]
    signs: Sequence[Sequence[int]]
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

    def look(self, text: str, begins: Sequence[int], signs: Sequence[Iterable[str]], hits: NDArray[np.int64]) -> Looked:
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
        told = [[others[sign] for sign in each if sign in others] for each in signs]
        at = known[first]
        return Looked(cells % size, cells // size, times, begin[at], length[at], told, hits)

    def scores(self, looked: Looked) -> Numbers:
        """For a text and each of its pieces a row with one score for each output. The letters of the whole are those of its
        pieces, so their sums are taken once; only what stands in several pieces is put right."""
        rarity, count = self.grams.rarity, len(looked.signs) - 1
        rows, inverse = np.unique(looked.rows, return_inverse=True)
        values = rarity[looked.rows] * (1 + np.log(looked.times))
        whole = rarity[rows] * (1 + np.log(np.bincount(inverse, looked.times, len(rows))))
        again = np.flatnonzero(np.bincount(inverse, minlength=len(rows)) > 1)
        over = (whole - np.bincount(inverse, values, len(rows)))[again]
        signs = np.array([row for each in looked.signs for row in each], np.int64)
        signed = np.repeat(np.arange(count + 1), [*map(len, looked.signs)])
        of = np.concatenate((np.zeros(len(again), np.int64), looked.of + 1, signed + count + 1))
        found = self.grams.sum(
            np.concatenate((rows[again], looked.rows, signs)),
            np.concatenate((over, values, rarity[signs])),
            of,
            (2 * count + 2, len(self.bias)),
        )
        found[0] += found[1 : count + 1].sum(0)
        squares = np.bincount(looked.of + 1, values * values, count + 1) + np.bincount(
            signed, rarity[signs] ** 2, count + 1
        )
        squares[0] += (whole * whole).sum()
        size = np.sqrt(np.maximum(squares, TINY))[:, None]
        scores: Numbers = (
            self.bias + (found[: count + 1] + found[count + 1 :]) / size + self._said(self.shares(looked.hits))
        )
        return scores

    def _said(self, shares: Numbers) -> Numbers:
        """What the lexicons and cues say; by a loop of our own, for matrix products start threads."""
        total = np.zeros((len(shares), len(self.bias)))
        shares = shares[:, : len(self.table)]
        of, label = np.nonzero(shares)
        if len(of):
            begins = np.flatnonzero(np.diff(of, prepend=-1))
            total[of[begins]] = np.add.reduceat(self.table[label] * shares[of, label][:, None], begins, 0)
        return total

    def shares(self, hits: NDArray[np.int64]) -> Numbers:
        """How much each lexicon and cue counts, a row for each text: lexicons by their share among each other, cues by the
        number of words."""
        cued = np.zeros(hits.shape[1], bool)
        cued[[place for label, place in self.labels.items() if label.startswith(PREFIX)]] = True
        size = np.sqrt((hits * hits * ~cued).sum(1, keepdims=True))
        shares: Numbers = np.where(cued, np.minimum(hits, MOST), hits / np.maximum(size, TINY))
        return shares

    def probabilities(self, part: str, scores: Numbers) -> Numbers:
        """The calibrated probabilities of one part's labels, a row for each text."""
        begin, end = self.spans[part]
        return softmax(scores[:, begin:end], self.temperature[part])


def softmax(scores: Numbers, temperature: float) -> Numbers:
    """In each row probabilities in proportion to the exponential of score over temperature."""
    powers = np.exp((scores - scores.max(1, keepdims=True)) / temperature)
    whole: Numbers = powers / powers.sum(1, keepdims=True)
    return whole


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
