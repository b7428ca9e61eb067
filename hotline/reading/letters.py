"""Letters as whole numbers, so that all of a text are looked up at once: its runs, and words by two letters of theirs."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

WIDTH = 16
"""Bits for one letter: those that make runs are all below 2^16."""
LONGEST = 3
Keys = NDArray[np.int64]
ANY = 21
"""Bits for any letter there is."""
T = TypeVar("T")


def keys(names: Sequence[str]) -> Keys:
    """The number of each name of one to three letters: numbers stand in the order of the names."""
    letters = np.frombuffer("".join(name.ljust(LONGEST, "\0") for name in names).encode("utf-16-le"), np.uint16)
    return _packed(letters.astype(np.int64).reshape(-1, LONGEST).T)


def _packed(columns: Sequence[Keys] | Keys) -> Keys:
    first, second, third = columns
    packed: Keys = (first << 2 * WIDTH) | (second << WIDTH) | third
    return packed


def runs(text: str) -> tuple[Keys, NDArray[np.int64], NDArray[np.int64]]:
    """Every run of one to three letters of a plain text, none across punctuation: its number, where it begins, how long it
    is. The single letters stand first, the runs of three last."""
    points = _points(text)
    one = (points >= 0x3400) & (points <= 0x9FFF) | (points >= 48) & (points <= 57) | (points >= 97) & (points <= 122)
    two = one[:-1] & one[1:]
    three = two[:-1] & one[2:]
    begins = [np.flatnonzero(each) for each in (one, two, three)]
    found = [points[begins[0]] << 2 * WIDTH]
    found.append((points[begins[1]] << 2 * WIDTH) | (points[begins[1] + 1] << WIDTH))
    found.append(_packed([points[begins[2] + n] for n in range(LONGEST)]))
    return np.concatenate(found), np.concatenate(begins), np.repeat(np.arange(1, LONGEST + 1), [*map(len, begins)])


class ByPair(Generic[T]):
    """What belongs to two letters side by side, found for all of a text at once."""

    def __init__(self, given: Mapping[str, T]) -> None:
        numbers = np.array([(ord(pair[0]) << ANY) | ord(pair[1]) for pair in given], np.int64)
        order = np.argsort(numbers)
        self._numbers, values = numbers[order], list(given.values())
        self._values = [values[place] for place in order]

    def find(self, text: str) -> Iterator[tuple[int, T]]:
        """Each place where two letters stand that something belongs to, with it."""
        points = _points(text)
        if len(points) < 2 or not self._values:
            return
        wanted = (points[:-1] << ANY) | points[1:]
        found = np.minimum(np.searchsorted(self._numbers, wanted), len(self._values) - 1)
        places = np.flatnonzero(self._numbers[found] == wanted)
        for place, value in zip(places.tolist(), found[places].tolist(), strict=True):
            yield place, self._values[value]


def _points(text: str) -> Keys:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
