"""Where the problem is: the profile's places found in what was said and in the address, also where they are mistyped.

Weights are ours: how far a name of a kind, found alone, may be believed. Names that agree strengthen each other, names that
contradict weaken each other. Only places in the texts and codes stand in the result, no name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from math import prod
from typing import Literal

from pydantic import BaseModel, ConfigDict

from hotline.reading.gazetting import Index, Name, index_of
from hotline.reading.plain import plain
from hotline.rules import Rules

Source = Literal["text", "address"]
MISHEARD, MISTYPED = 0.85, 0.7
"""What a name written with letters that are typed for one another, or with one wrong letter, is still worth."""
CERTAIN = 0.99
BELIEVED = 0.5
"""From where on a district or street office is proposed at all."""


class PlaceFound(BaseModel):
    """A name found: where (end excluded), in which text, and whether as it is written in the gazetteer."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    start: int
    end: int
    source: Source
    kind: Literal["district", "street", "within"]
    exact: bool


class Places(BaseModel):
    """District and street office with how far they may be believed (0 to 1), and a coarse cell: two decimals of latitude
    and longitude, about a square kilometre around the middle of the street office's area."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    district: str | None = None
    district_probability: float = 0.0
    street: str | None = None
    street_probability: float = 0.0
    cell: str | None = None
    found: tuple[PlaceFound, ...] = ()


def find_places(text: str, address: str | None, rules: Rules, *, district: str | None = None) -> Places:
    """The place of a request. `district` is what a person said it is: then it is certain, and only streets are looked for."""
    index = _index(rules)
    hits = [*_hits(text, "text", index), *_hits(address or "", "address", index)]
    told = tuple(place for place, _, _ in hits)
    names = [(name, weight) for _, name, weight in hits]
    best, sure = (district, 1.0) if district is not None else _best(names, _districts_of)
    if best is None or sure < BELIEVED:
        return Places(found=told)
    streets = [(name, weight) for name, weight in names if any(s[0] == best and s[1] for s in name.spots)]
    street, known = _best(streets, lambda name: {spot[1] for spot in name.spots if spot[0] == best and spot[1]})
    if street is None or known < BELIEVED:
        return Places(district=best, district_probability=round(sure, 3), found=told)
    at = rules.profile.gazetteer.districts[best].streets[street].at
    return Places(
        district=best,
        district_probability=round(sure, 3),
        street=street,
        street_probability=round(known, 3),
        cell=f"{at[0]:.2f},{at[1]:.2f}" if at is not None else None,
        found=told,
    )


def _districts_of(name: Name) -> set[str]:
    return {spot[0] for spot in name.spots}


def _best(names: list[tuple[Name, float]], of: Callable[[Name], set[str]]) -> tuple[str | None, float]:
    """What most of the names say, as odds against everything else that is said."""
    doubts: dict[str, list[float]] = {}
    for name, weight in names:
        said = of(name)
        for one in said:
            doubts.setdefault(one, []).append(1 - weight / len(said))
    odds = {one: (b := min(CERTAIN, 1 - prod(left))) / (1 - b) for one, left in doubts.items()}
    if not odds:
        return None, 0.0
    best = max(sorted(odds), key=odds.__getitem__)
    return best, odds[best] / (1 + sum(odds.values()))


def _hits(given: str, source: Source, index: Index) -> Iterator[tuple[PlaceFound, Name, float]]:
    seen = plain(given)
    text, taken = seen.text, 0
    for start in range(len(text) - 1):
        if start < taken:
            continue
        hit = _at(text, start, source, index)
        if hit is not None:
            name, weight, exact = hit
            taken = start + len(name.written)
            begin, end = seen.original(start, taken)
            yield PlaceFound(start=begin, end=end, source=source, kind=name.kind, exact=exact), name, weight


def _at(text: str, start: int, source: Source, index: Index) -> tuple[Name, float, bool] | None:
    """The longest name that begins here, and what finding it is worth."""
    for name in index.beginning(text, start):
        end = start + len(name.written)
        exact = text[start:end] == name.written
        worth = name.weight * (1.0 if exact else MISHEARD)
        if name.certain or source == "address" or index.announced(text, start, end):
            return name, worth, exact
    mistyped = index.mistyped(text, start) if source == "address" else None
    return (mistyped, mistyped.weight * MISTYPED, False) if mistyped is not None else None


@lru_cache(maxsize=16)
def _index(rules: Rules) -> Index:
    return index_of(rules.profile.gazetteer, _districts(rules.districts))


def _districts(names: Mapping[str, object]) -> Mapping[str, str]:
    return {code: str(getattr(name, "zh", "")) for code, name in names.items()}
