"""How much a caller may say to a ticket in a day without being asked: each word is a fact and tells the units."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hotline.command import Desk, Refused
from hotline.facts import Recorded, Role
from hotline.ticket import facts as f
from hotline.ticket.ticket import Ticket

DAY = timedelta(days=1)


def said(ticket: Ticket, recorded: Recorded) -> Ticket:
    """The ticket after a fact, with the moments of the last day at which its caller said something himself."""
    if recorded.by.role is not Role.CITIZEN or not isinstance(recorded.fact, f.SupplementGiven | f.CallerAnswered):
        return ticket
    now = recorded.recorded_at
    return replace(ticket, said_at=(*(at for at in ticket.said_at if at > now - DAY), now))


def refuse_too_much(ticket: Ticket, desk: Desk) -> None:
    """Raises Refused ``said_enough`` to a caller who has added and rated as often as the profile lets him within 24 hours;
    staff are not counted."""
    most = desk.rules.public.words_a_day
    if desk.by.role is Role.CITIZEN and sum(at > desk.at - DAY for at in ticket.said_at) >= most:
        raise Refused("said_enough", most=most)
