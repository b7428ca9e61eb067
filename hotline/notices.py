"""Who is told what when something has happened: pure, from one fact and the ticket as that fact left it.

A notice names its text and what is filled in; the sentence stands in the catalogue and is made when it is handed over.
To a caller goes what he must know or may do, by his own preference; to a unit what it has to act on. A due time that the
calendar's arrival moved (`DuesConfirmed`) is news to nobody: no second notice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from hotline.clocks import Reading
from hotline.facts import Recorded
from hotline.rules import Rules
from hotline.texts import Language, say
from hotline.ticket import facts as f
from hotline.ticket.ticket import Ticket

CITIZEN = "citizen"
"""The recipient who called; units are `unit:<id>`."""

Way = Literal["text", "tray"]
"""A text message, or the unit's own tray in the hotline."""

RINGS_UNITS = ("citizen", "unit", "sign", "first_contact", "rework", "rework_contact", "statutory", "instruction")
"""Clocks a unit answers for; the others are the centre's own and show on its board."""


TELLING: tuple[type[f.TicketFact], ...] = (
    f.TicketReceived,
    f.SupplementAsked,
    f.ExtensionGranted,
    f.ReplyAccepted,
    f.TicketClosed,
    f.TicketWithdrawn,
    f.TicketDispatched,
    f.TicketCoDispatched,
    f.AssignmentPassedDown,
    f.ReturnAccepted,
    f.ReturnRefused,
    f.DisputeAdjudicated,
    f.ReplyRejected,
    f.ReworkOrdered,
    f.ExtensionRefused,
    f.DeferralApproved,
    f.DeferralRefused,
    f.TicketUrged,
    f.SupplementGiven,
    f.TicketSupervised,
    f.ClockRang,
)
"""The facts that can be news to anybody; all others need not be looked at."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be told to one recipient. `slots` hold nothing that the recipient may not read."""

    recipient: str
    way: Way
    kind: str
    slots: Mapping[str, str] = field(default_factory=dict)


def notices(recorded: Recorded, ticket: Ticket, rules: Rules) -> tuple[Notice, ...]:
    """What is to be told because of `recorded`; `ticket` is its state just after that fact."""
    if not isinstance(recorded.fact, TELLING) or ticket.erased or ticket.restricted:
        return ()
    told = (*_to_citizen(recorded.fact, ticket, rules), *_to_units(recorded.fact, ticket, rules))
    return tuple({notice.recipient: notice for notice in told}.values())


def sentence(notice: Notice, language: Language = "zh", *, link: str = "") -> str:
    """The notice as its recipient reads it. `link` is the caller's own, made anew for each message."""
    return say(notice.kind, language, **{**notice.slots, "link": link})


def until(moment: datetime, rules: Rules) -> str:
    """A due time for people: a day's end is told as its 24:00 and not as the next day's 0:00."""
    local = rules.calendar.local(moment)
    if (local.hour, local.minute) == (0, 0):
        return f"{local - timedelta(days=1):%Y-%m-%d} 24:00"
    return f"{local:%Y-%m-%d %H:%M}"


# -- to the caller -----------------------------------------------------------------------------------------------------
def _to_citizen(fact: object, ticket: Ticket, rules: Rules) -> Iterator[Notice]:
    if ticket.contact_preference == "none" or not ticket.reachable or ticket.text_withheld:
        return
    told = _citizens_news(fact, rules)
    if told is not None:
        kind, slots = told
        yield Notice(CITIZEN, "text", f"notice.{kind}", {"number": ticket.number, **slots})


def _citizens_news(fact: object, rules: Rules) -> tuple[str, dict[str, str]] | None:
    match fact:
        case f.TicketReceived():
            return "received", {}
        case f.SupplementAsked():
            return "supplement_asked", {"due": _due(fact.clocks, "supplement", rules)}
        case f.ExtensionGranted():
            moved = [r for r in fact.clocks if r.clock in ("citizen", "rework")]
            if not moved:  # a co-handler's time: the caller's due stays
                return None
            return "extended", {"due": until(moved[-1].due, rules), "reason": fact.told_reason}
        case f.ReplyAccepted():  # not at the unit's reply: what the review sends back is no answer yet
            return "replied", {}
        case f.TicketClosed():
            return ("closed" if fact.outcome == "referred" else "closed_rate"), {}
        case f.TicketWithdrawn():
            return "withdrawn", {}
        case _:
            return None


# -- to units ----------------------------------------------------------------------------------------------------------
def _to_units(fact: object, ticket: Ticket, rules: Rules) -> Iterator[Notice]:
    for unit, kind, slots in _units_news(fact, ticket, rules):
        yield Notice(f"unit:{unit}", "tray", f"unit_notice.{kind}", {"number": ticket.number, **slots})


_News = Iterator[tuple[str, str, dict[str, str]]]


def _units_news(fact: object, ticket: Ticket, rules: Rules) -> _News:
    match fact:
        case f.TicketDispatched():
            for part in fact.ended:
                yield ticket.assignments[part].unit, "taken_away", {}
            yield from _given(fact, fact.assignments, rules)
        case f.TicketCoDispatched():
            yield from _given(fact, fact.assignments, rules)
        case f.AssignmentPassedDown():
            due = _due(fact.clocks, f"unit:{fact.assignment.id}", rules)
            yield fact.assignment.unit, "passed_down", {"due": due}
        case f.ReturnAccepted():
            yield ticket.assignments[fact.assignment].unit, "return_accepted", {}
        case f.ReturnRefused():
            yield ticket.assignments[fact.assignment].unit, "return_refused", {}
        case f.DisputeAdjudicated():
            yield from _adjudicated(fact, ticket, rules)
        case f.ReplyRejected():
            yield ticket.assignments[fact.assignment].unit, "reply_rejected", {}
        case f.ReworkOrdered():
            due = _due(fact.clocks, "rework", rules)
            yield ticket.assignments[fact.assignment].unit, "rework", {"round": str(fact.round), "due": due}
        case f.ExtensionGranted():
            yield ticket.assignments[fact.assignment].unit, "extension_granted", {"days": str(fact.days)}
        case f.ExtensionRefused():
            yield ticket.assignments[fact.assignment].unit, "extension_refused", {}
        case f.DeferralApproved():
            review_on = fact.review_on.isoformat()
            yield ticket.assignments[fact.assignment].unit, "deferral_approved", {"review_on": review_on}
        case f.DeferralRefused():
            yield ticket.assignments[fact.assignment].unit, "deferral_refused", {}
        case f.TicketUrged():
            yield from ((a.unit, "urged", {}) for a in ticket.parts() if a.at_work)
        case f.SupplementGiven():
            yield from ((a.unit, "supplemented", {}) for a in ticket.parts() if a.at_work)
        case f.TicketSupervised():
            yield from ((a.unit, f"supervised_{fact.level}", {}) for a in ticket.parts() if a.at_work)
        case f.ClockRang():
            yield from _rang(fact, ticket, rules)


def _given(fact: f.TicketFact, given: Iterable[f.NewAssignment], rules: Rules) -> _News:
    for part in given:
        roles = {f"role_{lang}": say(f"part_role.{part.role}", lang) for lang in ("zh", "en")}
        yield part.unit, "dispatched", {**roles, "due": _due(fact.clocks, f"unit:{part.id}", rules)}


def _adjudicated(fact: f.DisputeAdjudicated, ticket: Ticket, rules: Rules) -> _News:
    part = ticket.assignments[fact.assignment]
    mine = fact.replacement or part
    reading = ticket.clock(f"unit:{mine.id}")
    yield fact.unit, "adjudicated_yours", {"due": until(reading.due, rules) if reading else "-"}
    if fact.replacement is not None and part.unit != fact.unit:
        yield part.unit, "adjudicated_away", {}


def _rang(fact: f.ClockRang, ticket: Ticket, rules: Rules) -> _News:
    kind, _, part = fact.clock.partition(":")
    if kind not in RINGS_UNITS or fact.level not in ("yellow", "red", "notice", "criticism"):
        return
    owner = ticket.assignments.get(part, ticket.lead)
    if owner is None:
        return
    names = {f"clock_{lang}": say(f"clock.{kind}", lang) for lang in ("zh", "en")}
    yield owner.unit, f"clock_{fact.level}", {**names, "due": until(fact.due, rules)}


def _due(clocks: Iterable[Reading], name: str, rules: Rules) -> str:
    return next((until(r.due, rules) for r in clocks if r.clock == name), "-")
