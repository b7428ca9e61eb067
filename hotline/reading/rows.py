"""The rows of a model file, kept packed: what each run of letters says of each output."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hotline.reading.letters import LONGEST, Keys, keys

FULL = 48
"""Outputs a run of letters must speak for to be kept as a whole row: such rows are few, stand in every text, and are added up
several times faster; ours."""
SCALE, BATCH = 100, 5_000
"""Weights stand in the file as whole hundredths."""
SIGN = "§"
"""How the names of outward signs begin."""
Numbers = NDArray[np.floating[Any]]


class Rows:
    """Sparse rows by name, kept packed: `停水 370 12 310 44 -5` is a name, its rarity, then output 12 with weight 310 and
    output 44 with -5, all in hundredths; `width` outputs in all."""

    def __init__(self, lines: Iterable[str], width: int) -> None:
        names: list[str] = []
        parts: list[NDArray[np.int16]] = []
        lengths: list[int] = []
        rows = (line.rstrip("\n").partition(" ") for line in lines)
        while batch := list(islice(rows, BATCH)):
            names += [name for name, _, _ in batch]
            lengths += [rest.count(" ") for _, _, rest in batch]
            parts.append(np.fromstring(" ".join(rest for _, _, rest in batch), np.int16, sep=" "))
        flat = np.concatenate(parts) if parts else np.zeros(0, np.int16)
        pairs = np.array(lengths, np.int32)
        if len(flat) != int(pairs.sum()) + len(pairs) or (pairs % 2).any() or len(set(names)) != len(pairs):
            raise ValueError("a row is not a name, its rarity and pairs of whole numbers")
        begins = np.concatenate(([0], np.cumsum(pairs + 1)))[:-1].astype(np.int64)
        self.rarity = flat[begins].astype(np.float32) / SCALE
        rest = np.delete(flat, begins)
        self.outputs, self.weights = rest[0::2].astype(np.uint8), rest[1::2].copy()
        self.begins = np.concatenate(([0], np.cumsum(pairs // 2)))
        self._name(names)
        self._fill(np.flatnonzero(pairs // 2 >= FULL), width)

    def _name(self, names: Sequence[str]) -> None:
        runs = [place for place, name in enumerate(names) if 0 < len(name) <= LONGEST and name[0] != SIGN]
        known = keys([names[place] for place in runs])
        order = np.argsort(known, kind="stable")
        self.keys, self.places = known[order], np.array(runs, np.int32)[order]
        self.others = {name: place for place, name in enumerate(names) if len(name) > LONGEST or name[:1] == SIGN}

    def _fill(self, rows: NDArray[Any], width: int) -> None:
        """Keep those rows whole."""
        self.full = np.full(len(self.rarity), -1, np.int32)
        self.full[rows] = np.arange(len(rows))
        self.table = np.zeros((len(rows), width), np.int16)
        places, lengths = self._pairs(rows)
        self.table[np.repeat(np.arange(len(rows)), lengths), self.outputs[places]] = self.weights[places]

    def find(self, wanted: Keys) -> NDArray[np.int32]:
        """The rows of runs of letters by their numbers, -1 where there is none."""
        if not len(self.keys):
            return np.full(len(wanted), -1, np.int32)
        place = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[place] == wanted, self.places[place], np.int32(-1))

    def sum(self, rows: NDArray[Any], values: Numbers, of: NDArray[Any], shape: tuple[int, int]) -> Numbers:
        """The rows times their values, added up by output for each text they are of; `of` never falls."""
        full = self.full[rows]
        few, many = np.flatnonzero(full < 0), np.flatnonzero(full >= 0)
        places, lengths = self._pairs(rows[few])
        cells = np.repeat(of[few] * shape[1], lengths) + self.outputs[places]
        found = np.bincount(cells, self.weights[places] * np.repeat(values[few], lengths), shape[0] * shape[1])
        total: Numbers = found.reshape(shape).astype(float)
        if len(many):
            begins = np.flatnonzero(np.diff(of[many], prepend=-1))
            weighed = self.table[full[many]] * values[many].astype(np.float32)[:, None]
            total[of[many][begins]] += np.add.reduceat(weighed, begins, 0)
        return total / SCALE

    def weight(self, rows: NDArray[Any], output: int) -> Numbers:
        """What each of the rows says of one output."""
        full = self.full[rows]
        found = (
            np.where(full >= 0, self.table[full, output], 0).astype(np.float32)
            if len(self.table)
            else np.zeros(len(rows), np.float32)
        )
        few = np.flatnonzero(full < 0)
        places, lengths = self._pairs(rows[few])
        right = np.flatnonzero(self.outputs[places] == output)
        found[few[np.searchsorted(np.cumsum(lengths), right, side="right")]] = self.weights[places[right]]
        told: Numbers = found / SCALE * self.rarity[rows]
        return told

    def _pairs(self, rows: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the pairs of the rows stand, one row after the other, and how many each has."""
        begins = self.begins[rows]
        lengths = self.begins[rows + 1] - begins
        ends = np.cumsum(lengths)
        return np.arange(ends[-1] if len(ends) else 0) + np.repeat(begins - (ends - lengths), lengths), lengths
