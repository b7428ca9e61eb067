"""The names of a gazetteer made ready to be looked for, letter by letter, with the ways they are mistyped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from hotline.rules.gazetteer import Gazetteer

Kind = Literal["district", "street", "within"]
Spot = tuple[str, str | None]
"""A district, and the street office in it."""
WEIGHTS: Mapping[tuple[Kind, bool], float] = {
    ("district", True): 0.95,
    ("district", False): 0.75,
    ("street", True): 0.97,
    ("street", False): 0.85,
    ("within", True): 0.8,
    ("within", False): 0.8,
}
"""How far a name found alone is believed, by kind and whether it is the full name; ours."""
SHORT = 2
"""Letters of a name that is also an everyday word: it counts only where a place is announced."""
LONG = 4
"""Letters from which on a name is recognised with one wrong."""
_TELLING = frozenset("东南西北中上下前后新老大小一二三四五六七八九十0123456789")
"""Letters by which one road differs from another; a wrong one of these is no typing error."""
_AFTER = re.compile(r"街道|社区|片区|附近|这边|那边|小区|路口|地铁|镇|乡|广场|一带|立交|[路街区站]")
_BEFORE = re.compile(r"(?:[在住到去往于]|位于|地址是?|家住)$")


@dataclass(frozen=True)
class Name:
    """A name and what it may stand for. `certain`: no everyday word, so it counts wherever it stands."""

    written: str
    kind: Kind
    weight: float
    spots: frozenset[Spot]

    @property
    def certain(self) -> bool:
        return len(self.written) > SHORT


@dataclass(frozen=True)
class Index:
    """All names, by their first two letters as `alike` reads them, and the long ones with each letter left out."""

    alike: Mapping[int, str]
    by_pair: Mapping[str, tuple[tuple[str, Name], ...]]
    holed: Mapping[str, Name]

    def beginning(self, text: str, start: int) -> Iterator[Name]:
        """The names that begin at a place, the longest first."""
        for read, name in self.by_pair.get(text[start : start + 2].translate(self.alike), ()):
            if text[start : start + len(read)].translate(self.alike) == read:
                yield name

    def announced(self, text: str, start: int, end: int) -> bool:
        """Whether what stands around says that a place is meant."""
        return _AFTER.match(text, end) is not None or _BEFORE.search(text, max(0, start - 4), start) is not None

    def mistyped(self, text: str, start: int) -> Name | None:
        """A long name that begins at a place with one letter wrong."""
        for length in range(8, LONG - 1, -1):
            window = text[start : start + length]
            if len(window) < length:
                continue
            for place, letter in enumerate(window):
                name = self.holed.get(f"{window[:place]}\0{window[place + 1 :]}")
                if name is not None and letter not in _TELLING:
                    return name
        return None


def index_of(gazetteer: Gazetteer, districts: Mapping[str, str]) -> Index:
    """The index of a profile's places; `districts` are the districts' own names by code."""
    alike = {ord(letter): group[0] for group in gazetteer.alike for letter in group[1:]}
    found: dict[str, Name] = {}
    for written, kind, full, spot in _names(gazetteer, districts):
        weight, before = WEIGHTS[kind, full], found.get(written)
        spots = frozenset({spot, *(before.spots if before else ())})
        if before is None or before.weight < weight:
            found[written] = Name(written, kind, weight, spots)
        else:
            found[written] = Name(written, before.kind, before.weight, spots)
    by_pair: dict[str, list[tuple[str, Name]]] = {}
    holed: dict[str, Name] = {}
    for name in sorted(found.values(), key=lambda one: (-len(one.written), one.written)):
        read = name.written.translate(alike)
        by_pair.setdefault(read[:2], []).append((read, name))
        if len(name.written) >= LONG:
            for place, letter in enumerate(name.written):
                if letter not in _TELLING:
                    holed.setdefault(f"{name.written[:place]}\0{name.written[place + 1 :]}", name)
    return Index(alike, {pair: tuple(names) for pair, names in by_pair.items()}, holed)


def _names(gazetteer: Gazetteer, districts: Mapping[str, str]) -> Iterator[tuple[str, Kind, bool, Spot]]:
    for code, zh in districts.items():
        yield zh, "district", True, (code, None)
    for code, places in gazetteer.districts.items():
        for alias in places.aliases:
            yield alias.lower(), "district", False, (code, None)
        for word, street in places.streets.items():
            yield street.zh, "street", True, (code, word)
            for alias in street.aliases:
                yield alias.lower(), "street", False, (code, word)
            for name in street.within:
                yield name.lower(), "within", False, (code, word)
