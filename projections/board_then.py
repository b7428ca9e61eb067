"""What the board writes down so that it can be looked at as it was: each fact adds what it has changed, and nothing is changed
later.  Of a fact that changes nothing a board is searched or sorted by there is no row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hotline.facts import Recorded
from hotline.ticket.facts import CallerContacted
from hotline.two_times import stood_from
from projections.board_fold import due_clock, shown_clocks
from projections.moments import NEVER, micros
from projections.spans import span
from projections.standing import is_over, part_of_each_unit
from projections.view import Doc

_MADE_OF = (
    "state", "parts", "clocks", "type", "category", "urgency", "problem", "escalated", "supervision", "alarms",
)  # fmt: skip
"""What a state is made of; a fact that changes none of it leaves the very same values in a document."""


def order_of(doc: Doc) -> dict[str, Any]:
    """What a ticket is sorted by."""
    name = due_clock(doc)
    due, runs = (micros(doc["clocks"][name][0]), doc["clocks"][name][1]) if name else (NEVER, False)
    return {"over": int(is_over(doc)), "due": due, "late_from": due if runs else None}


def searched(doc: Doc) -> dict[str, Any]:
    """What a ticket is sorted and searched by and may be otherwise tomorrow."""
    return {
        **order_of(doc),
        "state": doc["state"],
        "type": doc["type"],
        "category": "".join(f"{step}/" for step in doc["category"]),
        "urgency": doc["urgency"],
        "problem": doc["problem"],
        "escalated": doc["escalated"],
        "supervision": doc["supervision"],
        "alarm": bool(doc["alarms"]),
    }


def state_of(doc: Doc) -> dict[str, Any]:
    """The same with its units, as ``then`` keeps it."""
    return {**searched(doc), "parts": _parts(doc)}


def part_word(*, unit: str | None = None, state: str | None = None, signed_by: str | None = None) -> str:
    """What ``parts`` holds where there is such a part: of a unit, of a unit in a state, in a state, or signed by somebody."""
    if signed_by is not None:
        return f"\t{signed_by}\n"
    return ("" if unit is None else f"\n{unit}") + "\t" + ("" if state is None else f"{state}\t")


def _parts(doc: Doc) -> str:
    return "".join(
        f"\n{unit}\t{part['state']}\t{part['signed_by'] or ''}\n" for unit, part in part_of_each_unit(doc).items()
    )


def turned(before: Doc | None, doc: Doc, recorded: Recorded) -> Sequence[Mapping[str, Any]]:
    """The row of ``then`` that a fact makes, if any."""
    if before is not None and all(doc[name] is before[name] for name in _MADE_OF):
        return ()  # most facts end here, at a tenth of what it takes to compare the two
    state = state_of(doc)
    if before is not None and state == state_of(before):
        return ()
    return ({"ticket_id": recorded.originator_id, "position": recorded.position, **state},)


def given_to(before: Doc | None, doc: Doc, recorded: Recorded) -> Sequence[Mapping[str, Any]]:
    """The rows of ``given``: units that have a part which they had not."""
    known = before["parts"] if before is not None else {}
    if len(known) == len(doc["parts"]):
        return ()
    units = {part["unit"] for name, part in doc["parts"].items() if name not in known}
    place = {"ticket_id": recorded.originator_id, "position": recorded.position}
    return [{**place, "unit": unit} for unit in sorted(units)]


def came_late(before: Doc | None, doc: Doc, recorded: Recorded) -> Sequence[Mapping[str, Any]]:
    """The row of ``untimely`` for a fact that was so before we knew it, or is to be so later.

    A visit is told late most of the time, and nobody searches or sorts by it: no row, unless a clock that a board shows went with it.
    """
    stood, fact = stood_from(recorded), recorded.fact
    if stood == recorded.recorded_at or (type(fact) is CallerContacted and not shown_clocks(fact.clocks)):
        return ()
    one, other = sorted((micros(stood), micros(recorded.recorded_at)))
    return ({"ticket_id": recorded.originator_id, "position": recorded.position, **span(one, other)},)
