"""An outcome in the making: what is known of a ticket so far, and the row it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hotline.rates.outcome import FACETS, NONE, SILENT

Row = tuple[Any, ...]
"""An outcome as it is stored: the fields of ``OutcomeRow`` in their order, with ``co_units`` joined."""
CO_UNITS = 5
QUESTIONS = ("contacted", "resolved", "satisfied")
"""What the caller is asked, in the order in which answers are told."""
_DAY, _EAST = 86_400_000_000, 8 * 3_600_000_000
"""A day, and how far the country's one zone is ahead; it has known no summer time since 1991."""
PLACED: Mapping[str, Mapping[str, int]] = {
    name: {value: facet.pack(frozenset({value}) if facet.mask else value) for value in facet.values}
    for name, facet in FACETS.items()
}
"""Facet and value to the value in its place."""
_SECONDS = tuple((int(value) * 1_000_000, value) for value in FACETS["waited"].values if value.isdigit())


@dataclass(slots=True)
class Draft:
    """An outcome in the making; what steps change of it stands in ``scoreboard_outcome.py``."""

    kind: str
    said: dict[str, str] = field(default_factory=dict)
    """The facets that a step has said something of; of the others there is nothing to say, or they were not asked."""
    number: str | None = None
    parts: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Part to unit, role and tier; without those that a unit lost."""
    category: str | None = None
    district: str | None = None
    received_at: int | None = None
    dispatched_at: int | None = None
    contacted_at: int | None = None
    replied_at: int | None = None
    closed_at: int | None = None
    due_at: int | None = None
    stopped_at: int | None = None
    rung_due: int | None = None
    """The citizen's due that has rung."""
    answered_at: int | None = None
    """When a call was answered."""
    asked: bool = False
    excluded: int = 0
    reworks: int = 0
    returns: int = 0
    extensions: int = 0
    urges: int = 0
    answers: int = 0

    def row(self) -> Row | None:
        """The outcome as it stands; None while it is not even there."""
        at = self.received_at
        if at is None:
            return None
        lead = next((part for part in reversed(self.parts.values()) if part[1] == "lead"), (None, "", None))
        helping = dict.fromkeys(p[0] for p in self.parts.values() if p[1] == "co" and p[0] != lead[0])
        return (
            self.kind,
            self.number,
            self._facets(),
            lead[0],
            lead[2],
            ";".join(helping),
            self.category,
            self.category.partition(".")[0] if self.category else None,
            self.district,
            at,
            self.dispatched_at,
            self.contacted_at,
            self.replied_at,
            self.closed_at,
            self.due_at,
            (at + _EAST) // _DAY,
            None if self.closed_at is None else (self.closed_at + _EAST) // _DAY,
            None if self.due_at is None else (self.due_at - 1 + _EAST) // _DAY,  # 24:00 is of the day that it ends
            self.reworks,
            self.returns,
            self.extensions,
            self.urges,
            self.answers,
        )

    def _facets(self) -> int:
        said = self.said
        packed = self.excluded + sum(PLACED[name][value] for name, value in said.items())
        if self.kind == "call":
            return packed + self._call()
        if self.dispatched_at is None and said.get("outcome") == "answered":
            packed += PLACED["direct"]["yes"]
        if self.asked:
            packed += sum(PLACED[name][SILENT] for name in QUESTIONS if name not in said)
        return packed + PLACED["on_time"][self._on_time()]

    def _on_time(self) -> str:
        due, stopped = self.due_at, self.stopped_at
        if due is None:
            return NONE
        if stopped is None:
            return "late" if self.rung_due is not None and self.rung_due >= due else "pending"
        if stopped > due:
            return "late"
        return "kept" if self.replied_at is not None else NONE

    def _call(self) -> int:
        if self.answered_at is None or self.received_at is None:
            return 0
        waited = self.answered_at - self.received_at
        bucket = next((value for most, value in _SECONDS if waited <= most), "longer")
        return PLACED["answered_call"]["yes"] + PLACED["waited"][bucket]
