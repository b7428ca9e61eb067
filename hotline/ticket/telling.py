"""Telling other platforms of a danger before anything else is done, in the write that takes the request down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from hotline.command import Desk
from hotline.facts import Role
from hotline.handoff.messages import Matter
from hotline.texts import say
from hotline.ticket import command as c
from hotline.ticket import facts as f
from hotline.ticket.handing_over import Origin, offered
from hotline.ticket.reading_facts import Proposal


@dataclass(frozen=True, slots=True)
class Told:
    """What of a request the other side is told; ``person_id`` is whom it may reach."""

    number: str
    person_id: UUID | None
    type: f.Type | None
    urgency: f.Urgency
    category: f.Category
    text: str
    place: str | None
    signs: frozenset[str]


def endangered(desk: Desk, channel: f.Channel, read: Proposal | None) -> Mapping[str, str]:
    """Whose dangers were read in a request that nobody took down, with the rules that held: nobody is on the line to be
    asked, so the danger is told first and disagreed with later."""
    if read is None or desk.by.role is not Role.CITIZEN or channel not in desk.rules.profile.reading.danger_channels:
        return {}
    found: dict[str, set[str]] = {}
    if read.alarmed and read.owner != "12345":
        found["110" if read.owner == "both" else read.owner] = set() if read.alarms else {"weights"}
    for alarm in read.alarms:
        found.setdefault("110" if alarm.owner == "both" else alarm.owner, set()).add(alarm.rule)
    return {owner: "、".join(sorted(rules)) or "、".join(read.alarmed) for owner, rules in found.items()}


def told_at_once(desk: Desk, told: Told, read: Mapping[str, str]) -> c.Facts:
    """Offers to the platforms that must hear of such a matter before anything else is done (国办发〔2022〕12号): by what was
    noticed about it, and by the danger ``read`` in it, owner to rules."""
    lines = desk.rules.platforms.lines
    rows = desk.rules.boundary(told.type, urgency=told.urgency, category=told.category, signs=told.signs)
    reasons = {row.owner: row.reason.zh for row in reversed(rows) if row.at_once}
    reasons = {owner: say("why.danger_read", "zh", rules=rules) for owner, rules in read.items()} | reasons
    owners = [owner for owner in reasons if owner in lines]
    for nth, owner in enumerate(sorted(owners, key=lambda one: lines[one].kind == "two_way"), 1):
        yield from offered(
            desk,
            Origin(number=told.number, person_id=told.person_id, nth=nth),
            to=owner,
            way="push",
            danger=True,
            urgency="emergency" if owner in read else told.urgency,
            follow_up=True,
            matter=Matter(text=told.text, place=(told.place or "")[:200] or None, category=told.category),
            reason=desk.seal("handed_off.reason", reasons[owner]),
        )
