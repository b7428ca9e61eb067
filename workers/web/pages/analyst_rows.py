"""One ticket or call behind a number, in words: what it came to, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.rates.outcome import NONE
from hotline.rules import Rules
from workers.web.api.custody_shown import Named
from workers.web.api.rates_shown import Behind, ExclusionSeen
from workers.web.pages import labels

_MOMENTS = {"ticket": ("received_at", "closed_at", "due_at"), "call": ("received_at",)}
_SAID = {
    "ticket": ("contacted", "resolved", "satisfied", "cause", "claimed", "inspected", "on_time", "ended", "outcome"),
    "call": ("answered_call", "waited"),
}
_WORDS = {"ticket": ("unit", "category", "district", "channel", "type"), "call": ()}
_COUNTS = {"ticket": ("reworks", "returns", "extensions", "urges"), "call": ()}
"""What is shown of each kind: what was said and found first, since that is what numbers are made of."""
_SPOKEN = {"resolved": "resolution", "claimed": "resolution", "inspected": "resolution", "satisfied": "satisfaction"}
"""Facets whose values are called like those of another table of the catalogue."""


@dataclass(frozen=True)
class Row:
    """What a list shows of one: moments as they are told here, then words, then counts."""

    number: str
    said: tuple[Named, ...]
    words: tuple[Named, ...]
    moments: tuple[str, ...]
    counts: tuple[int, ...]
    excluded: tuple[tuple[Named, ExclusionSeen | None], ...]
    """Each ground with why and by whose leave, where that is known."""
    weight: str | None


def number_heading(kind: str) -> Named:
    """A call has no number that people know, and is named by its id."""
    return labels.word("heading", "call" if kind == "call" else "number")


def columns(kind: str) -> list[Named]:
    """The headings of a list of tickets or calls, but for number, grounds and weight."""
    names = (*_SAID[kind], *_WORDS[kind], *_MOMENTS[kind], *_COUNTS[kind])
    return [labels.word("heading", name) for name in names]


def shown(rules: Rules, kind: str, behind: Behind) -> Row:
    """One line of the list."""
    told = {each.ground: each for each in behind.exclusions}
    return Row(
        number=behind.number or (str(behind.ticket_id) if kind == "call" and behind.ticket_id else "—"),
        said=tuple(_facet(rules, behind, name) for name in _SAID[kind]),
        words=tuple(_word(rules, behind, name) for name in _WORDS[kind]),
        moments=tuple(_local(rules, getattr(behind, name)) for name in _MOMENTS[kind]),
        counts=tuple(getattr(behind, name) for name in _COUNTS[kind]),
        excluded=tuple((labels.word("exclusion", g), told.get(g)) for g in behind.facets["excluded"]),
        weight=behind.weight if behind.counted else None,
    )


def _facet(rules: Rules, behind: Behind, name: str) -> Named:
    return labels.value(rules, _SPOKEN.get(name, name), str(behind.facets[name]))


def _word(rules: Rules, behind: Behind, name: str) -> Named:
    code = str(behind.facets[name] if name in behind.facets else getattr(behind, name) or "")
    return labels.value(rules, name, "" if code == NONE else code)


def _local(rules: Rules, at: datetime | None) -> str:
    """To the minute, as it is told here."""
    return "—" if at is None else f"{rules.calendar.local(at):%Y-%m-%d %H:%M}"


def csv_heading(kind: str) -> Sequence[str]:
    """The first line of the file of a list."""
    names = [number_heading(kind), *columns(kind), labels.word("analyst", "excluded_now")]
    return [name.zh for name in (*names, labels.word("analyst", "weight"))]


def csv_line(row: Row) -> Sequence[object]:
    """A line of it."""
    words = [name.zh for name in (*row.said, *row.words)]
    return [
        row.number,
        *words,
        *row.moments,
        *row.counts,
        ";".join(_left_out(*each) for each in row.excluded),
        row.weight,
    ]


def _left_out(ground: Named, why: ExclusionSeen | None) -> str:
    return ground.zh if why is None else f"{ground.zh}（{why.reason} {why.approver}）"
