"""The scoreboard's own figures: of its rows, and once more of its sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import select

from hotline.databases import looking
from hotline.rates.outcome import ASPECTS, FACETS, NONE, NOT_ASKED, SILENT, unpack
from projections import scoreboard
from projections.scoreboard_tables import sums
from workers.compose import House

_SAID = ("contacted", "resolved", "satisfied", "cause", "inspected", "ended")
_NOTHING = (NONE, NOT_ASKED, SILENT)
_EVERYWHERE = sum(FACETS[name].every_bit for name in ("ended", "excluded"))
_OWN = {name: aspect.mask & ~(_EVERYWHERE if name != "intake" else 0) for name, aspect in ASPECTS.items()}
"""What is counted of each aspect: how a ticket ended and what it was left out for stand in several."""


def scored(house: House) -> Counter[str]:
    """Outcomes by the names that the people of a simulation count under, of either kind of table."""
    within, counts = house.rules.telephone.answered_within, Counter[str]()
    for kind in ("ticket", "call"):
        for _, row in scoreboard.outcomes(house.views, kind=kind):
            counts.update(f"scored.{key}" for key in _keys(kind, row.facets, within))
    s = sums.c
    months = select(s.aspect, s.facets, s.n).where(s.grain == "month", s.by == "all")
    with looking(house.views.engine) as connection:
        for aspect, facets, n in connection.execute(months):
            for key in _keys(ASPECTS[aspect].of, facets & _OWN[aspect], within):
                counts[f"summed.{key}"] += n
    return counts


def _keys(kind: str, facets: int, within: int) -> Iterator[str]:
    one = unpack(facets)
    if kind == "call":
        yield "calls_offered"
        if one["answered_call"] == "yes":
            yield "calls_answered"
        if str(one["waited"]).isdigit() and int(str(one["waited"])) <= within:
            yield "calls_in_time"
        return
    yield from (f"{name}_{one[name]}" for name in _SAID if one[name] not in _NOTHING)
    yield from (f"left_out_{ground}" for ground in one["excluded"])
    if one["on_time"] == "kept":
        yield "kept"
    if one["direct"] == "yes":
        yield "direct"
