"""From steps to an outcome: what each step of a ticket or call means to what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hotline.rates.outcome import NONE, OutcomeRow
from projections.scoreboard_draft import CO_UNITS, PLACED, QUESTIONS, Draft, Row
from projections.scoreboard_steps import BEGINS, CLOCK, KNOWN, MORE, WHAT, Step


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
    for name, answer in zip(QUESTIONS, (contacted, resolution, satisfaction), strict=True):
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
    d.excluded |= PLACED["excluded"][step[MORE]]


def _included(d: Draft, step: Step) -> None:
    d.excluded &= ~PLACED["excluded"][step[MORE]]


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
