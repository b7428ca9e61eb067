"""From steps to an outcome: what each step of a ticket or call means to what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hotline.rates.outcome import FACETS, NONE, SILENT, OutcomeRow
from projections.scoreboard_steps import BEGINS, CLOCK, KNOWN, MORE, WHAT, Step

Row = tuple[Any, ...]
"""An outcome as it is stored: the fields of ``OutcomeRow`` in their order, with ``co_units`` joined."""
CO_UNITS = 5
_DAY, _EAST = 86_400_000_000, 8 * 3_600_000_000
"""A day, and how far the country's one zone is ahead; it has known no summer time since 1991."""
_PLACED: Mapping[str, Mapping[str, int]] = {
    name: {value: facet.pack(frozenset({value}) if facet.mask else value) for value in facet.values}
    for name, facet in FACETS.items()
}
_SECONDS = tuple((int(value) * 1_000_000, value) for value in FACETS["waited"].values if value.isdigit())


@dataclass(slots=True)
class Draft:
    """An outcome in the making; only this file changes it."""

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
            None if self.due_at is None else (self.due_at + _EAST) // _DAY,
            self.reworks,
            self.returns,
            self.extensions,
            self.urges,
            self.answers,
        )

    def _facets(self) -> int:
        said = self.said
        packed = self.excluded + sum(_PLACED[name][value] for name, value in said.items())
        if self.kind == "call":
            return packed + self._call()
        if self.dispatched_at is None and said.get("outcome") == "answered":
            packed += _PLACED["direct"]["yes"]
        if self.asked:
            packed += sum(_PLACED[name][SILENT] for name in _QUESTIONS if name not in said)
        return packed + _PLACED["on_time"][self._on_time()]

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
        return _PLACED["answered_call"]["yes"] + _PLACED["waited"][bucket]


_QUESTIONS = ("contacted", "resolved", "satisfied")


def take(d: Draft, step: Step) -> None:
    """One step more."""
    if d.received_at is None and step[WHAT] not in BEGINS:
        return
    clock = step[CLOCK]
    if clock is not None:
        d.due_at, d.stopped_at = clock
        if d.stopped_at is None:
            d.replied_at = None
    change = _CHANGES.get(step[WHAT])
    if change is not None:
        change(d, step)


def come_to(kind: str, steps: Iterable[Step]) -> Row | None:
    """What steps come to, taken in the order of the log."""
    d = Draft(kind)
    for step in steps:
        take(d, step)
    return d.row()


def outcome_row(row: Row) -> OutcomeRow:
    """A stored row as it is read."""
    values: list[Any] = list(row)
    values[CO_UNITS] = tuple(values[CO_UNITS].split(";")) if values[CO_UNITS] else ()
    return OutcomeRow(*values)


def _received(d: Draft, step: Step) -> None:
    d.number, channel, source, d.district, type_, d.category, urgency = step[MORE:]
    d.received_at = step[KNOWN]
    d.said |= {"channel": channel, "source": source, "type": type_ or NONE, "urgency": urgency}


def _classified(d: Draft, step: Step) -> None:
    d.said["type"], d.category, d.said["urgency"] = step[MORE:]


def _dispatched(d: Draft, step: Step) -> None:
    if d.dispatched_at is None:
        d.dispatched_at = step[KNOWN]
    for part in step[MORE + 1]:
        d.parts.pop(part, None)
    _helped(d, step)


def _helped(d: Draft, step: Step) -> None:
    d.parts.update((part, (unit, role, tier)) for part, unit, role, tier in step[MORE])


def _lost(d: Draft, step: Step) -> None:
    d.parts.pop(step[MORE], None)


def _contacted(d: Draft, step: Step) -> None:
    d.contacted_at = step[MORE] if d.contacted_at is None else min(d.contacted_at, step[MORE])


def _replied(d: Draft, step: Step) -> None:
    part, claimed = step[MORE:]
    if part not in d.parts or d.parts[part][1] != "lead":
        return
    d.said["claimed"] = claimed
    if step[CLOCK] is not None:
        d.replied_at = d.stopped_at


def _asked(d: Draft, step: Step) -> None:
    d.asked = True


def _heard(d: Draft, step: Step) -> None:
    asked, contacted, resolution, satisfaction, cause = step[MORE:]
    d.asked, d.answers = d.asked or asked, d.answers + 1
    for name, answer in zip(_QUESTIONS, (contacted, resolution, satisfaction), strict=True):
        if answer is not None:
            d.said[name] = answer
    if satisfaction is not None:
        d.said["cause"] = cause or NONE


def _inspected(d: Draft, step: Step) -> None:
    d.said["inspected"] = step[MORE]


def _ended(d: Draft, step: Step) -> None:
    d.closed_at = step[KNOWN]
    d.said["ended"], d.said["outcome"] = step[MORE:]


def _reopened(d: Draft, step: Step) -> None:
    d.closed_at = None
    d.said["ended"] = d.said["outcome"] = NONE


def _excluded(d: Draft, step: Step) -> None:
    d.excluded |= _PLACED["excluded"][step[MORE]]


def _included(d: Draft, step: Step) -> None:
    d.excluded &= ~_PLACED["excluded"][step[MORE]]


def _rang(d: Draft, step: Step) -> None:
    d.rung_due = step[MORE]


def _offered(d: Draft, step: Step) -> None:
    d.received_at = step[MORE]


def _answered_call(d: Draft, step: Step) -> None:
    d.answered_at = step[MORE]


def _more(name: str) -> Callable[[Draft, Step], None]:
    def change(d: Draft, step: Step) -> None:
        setattr(d, name, getattr(d, name) + 1)

    return change


_CHANGES: Mapping[str, Callable[[Draft, Step], None]] = {
    "received": _received,
    "classified": _classified,
    "dispatched": _dispatched,
    "helped": _helped,
    "lost": _lost,
    "contacted": _contacted,
    "returned": _more("returns"),
    "extended": _more("extensions"),
    "replied": _replied,
    "asked": _asked,
    "heard": _heard,
    "reworked": _more("reworks"),
    "urged": _more("urges"),
    "inspected": _inspected,
    "ended": _ended,
    "reopened": _reopened,
    "excluded": _excluded,
    "included": _included,
    "rang": _rang,
    "offered": _offered,
    "answered_call": _answered_call,
}
