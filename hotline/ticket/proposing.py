"""From a reading to a proposal: what was read, where the place is, and which unit the catalogue names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from hotline.reading.places import Places, find_places
from hotline.reading.reading import Reading
from hotline.rules import Rules
from hotline.rules.dispatching import Destination, Matter
from hotline.ticket import reading_facts as r
from hotline.ticket.facts import Category, Type, Urgency
from hotline.ticket.ticket import Ticket

Read = Callable[[str], Reading]
"""What reads a text; the door has one."""
REASONS_KEPT = 12
"""Stretches of evidence kept with a proposal, what weighed most; ours."""


def propose(
    reading: Reading,
    rules: Rules,
    on: date,
    *,
    text: str,
    address: str | None = None,
    district: str | None = None,
    type: Type | None = None,
    category: Category = (),
    urgency: Urgency = "normal",
    accused: str | None = None,
) -> r.Proposal:
    """The proposal for a request. What a person has said of it already goes before what was read."""
    place = find_places(text, address, rules, district=district)
    matter = Matter(
        type=type or reading.type,
        category=category or _known(reading.category, rules),
        urgency=urgency if urgency != "normal" else reading.urgency,
        district=place.district,
        street=place.street,
        accused=accused,
    )
    to = rules.destination(matter, on)
    return r.Proposal(**_read(reading, rules), **_placed(place), **_sent(to))


def destination_now(ticket: Ticket, rules: Rules, on: date) -> Destination | None:
    """Where the ticket would go as it is classified now, or as it was read; None for one that was not read."""
    read = ticket.proposal
    if read is None:
        return None
    matter = Matter(
        type=ticket.type or read.type,
        category=ticket.category or read.category,
        urgency=urgency_of(ticket, read),
        district=ticket.district or read.district,
        street=read.street,
        accused=ticket.accused_unit,
    )
    return rules.destination(matter, on)


def sent_by(read: r.Proposal) -> Destination:
    """Where a proposal said it goes when it was made."""
    return Destination(unit=read.unit, co=read.co, rule=read.rule, catalogue=read.catalogue, reason=read.reason)  # type: ignore[arg-type]


def urgency_of(ticket: Ticket, read: r.Proposal) -> Urgency:
    """What a person said goes before what was read; "normal" before classification is what nobody has thought about."""
    return ticket.urgency if ticket.urgency != "normal" or ticket.state != "received" else read.urgency


def _known(category: Category, rules: Rules) -> Category:
    return category if rules.valid_category(category) else ()


def _read(reading: Reading, rules: Rules) -> dict[str, Any]:
    weighty = sorted(reading.evidence, key=lambda e: (e.about != "alarm", -e.weight))[:REASONS_KEPT]
    return {
        **{name: getattr(reading, name) for name in _SAME},
        "categories": tuple(
            r.Guessed(category=g.category, probability=g.probability)
            for g in reading.categories
            if rules.valid_category(g.category)
        ),
        "alarms": tuple(r.AlarmRead(**alarm.model_dump()) for alarm in reading.alarms),
        "evidence": tuple(r.Reason(**e.model_dump()) for e in sorted(weighty, key=lambda e: (e.start, e.end))),
        "personal": tuple(r.Stretch(start=s.start, end=s.end, what=s.kind) for s in reading.personal),
        "matters": tuple(
            r.Stretch(start=m.start, end=m.end, what=m.guesses[0].category[-1] if m.guesses else "")
            for m in reading.split
        ),
    }


_SAME = (
    "model", "rules", "type", "type_probability", "urgency", "urgency_probability", "owner", "owner_probability",
    "skill", "could_not_read",
)  # fmt: skip


def _placed(place: Places) -> dict[str, Any]:
    found = (r.Stretch(start=p.start, end=p.end, what=p.kind, source=p.source) for p in place.found)
    return {**place.model_dump(exclude={"found"}), "places": tuple(found)}


def _sent(to: Destination) -> dict[str, Any]:
    return to.model_dump()
