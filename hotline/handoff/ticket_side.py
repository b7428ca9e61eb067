"""What a hand-off means to our ticket of the matter: facts for the ticket's own stream, written in the same save."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hotline.clocks import Reading
from hotline.command import Desk, To
from hotline.facts import Fact
from hotline.handoff import facts as f
from hotline.handoff.handoff import HandOff
from hotline.handoff.messages import Outcome
from hotline.ticket import command as c
from hotline.ticket import facts as t
from hotline.ticket import handoff_facts as th
from hotline.ticket.closing import close, must_wait_for_source
from hotline.ticket.reading_facts import TicketRead
from hotline.ticket.ticket import State, Ticket

Facts = Iterator[Fact | To]


def seal(desk: Desk, h: HandOff, label: str, text: str) -> str | None:
    """Words of a hand-off under the key of its ticket; None once the words are erased or stored only."""
    if h.forgotten:
        return None
    ticket: Ticket | None = desk.other("ticket", h.ticket)
    if ticket is not None and (ticket.erased or ticket.restricted):
        return None
    return desk.vault.seal(h.ticket, label, text)


def passed(h: HandOff, desk: Desk, reference: str) -> Facts:
    """Custody passed to the other platform: what is nobody's work here stands still."""
    ticket, at = _ticket(h, desk)
    if ticket is None or ticket.handed is None:
        return
    clocks = () if ticket.handed.follow_up else tuple(c.pause(at, ticket))
    taken = th.HandOffTaken(handoff=h.stream, platform=h.other, reference=reference, clocks=clocks)
    yield To("ticket", ticket.id, taken)
    yield from _crossed(ticket, desk)


def ended(h: HandOff, desk: Desk, why: th.HandOffEnd) -> Facts:
    """The offer came to nothing, or was only word to somebody: the ticket goes on here."""
    ticket: Ticket | None = desk.other("ticket", h.ticket)
    if ticket is not None:
        yield To("ticket", ticket.id, th.HandOffEnded(handoff=h.stream, platform=h.other, why=why))


def reported(h: HandOff, desk: Desk, words: str, outcome: Outcome | None) -> Facts:
    """Progress or result from the other side.  Words that name nobody may be shown to the caller.  A matter that is done
    there is closed here; one that is not theirs after all, or whose source must accept first, goes on here."""
    ticket, at = _ticket(h, desk)
    if ticket is None or ticket.handed is None:
        return
    gone = ticket.erased or ticket.restricted
    named = any(s.kind != "door" for s in desk.find_personal(words))
    whole = outcome in ("done", "unfounded") and not ticket.handed.follow_up
    closes = whole and not ticket.over and not must_wait_for_source(ticket)
    fact = th.HandOffReported(
        handoff=h.stream,
        platform=h.other,
        words=None if gone else at.seal("hand_off_reported.words", words),
        public=not (gone or named),
        outcome=outcome,
        clocks=_go_on(at, ticket) if outcome is not None and not closes else (),
    )
    yield To("ticket", ticket.id, fact)
    if closes:
        for closing in close(ticket, at, "handled", reached=False):
            yield closing if isinstance(closing, To) else To("ticket", ticket.id, closing)


def arrived(h: HandOff, desk: Desk) -> Facts:
    """We accepted: the matter becomes a ticket of ours, or our own ticket comes back."""
    ticket, at = _ticket(h, desk)
    first = h.offer.first_received_by
    if ticket is not None:
        clocks = _go_on(at, ticket)
        back = th.HandedBack(
            handoff=h.stream, platform=h.other, handoff_id=h.id, first_received_by=first, clocks=clocks
        )
        yield To("ticket", ticket.id, back)
        yield from _crossed(ticket, desk)
    elif h.offer.arrival is not None:
        yield To("ticket", h.ticket, _received(h, at, h.offer.arrival))
        if h.offer.arrival.proposal is not None:
            yield To("ticket", h.ticket, TicketRead(proposal=h.offer.arrival.proposal))
        come = th.HandOffArrived(handoff=h.stream, platform=h.other, handoff_id=h.id, first_received_by=first)
        yield To("ticket", h.ticket, come)


def taken_back(h: HandOff, desk: Desk) -> Facts:
    """Our acceptance was void: the ticket it made is withdrawn, one that had come back is theirs again."""
    ticket, at = _ticket(h, desk)
    if ticket is None:
        return
    before = ticket.handed_before
    clocks: tuple[Reading, ...] = ()
    if not ticket.over and before is None:
        clocks = tuple(c.stop_all(at, ticket))
    elif not ticket.over and before is not None and not before.follow_up:
        clocks = tuple(c.pause(at, ticket))
    withdrawn = before is None and not ticket.over
    yield To(
        "ticket", ticket.id, th.HandOffVoided(handoff=h.stream, platform=h.other, withdrawn=withdrawn, clocks=clocks)
    )


def _go_on(desk: Desk, ticket: Ticket) -> tuple[Reading, ...]:
    """The clocks that stood still while the matter was elsewhere; not those that stand still for the caller's sake."""
    away = ticket.handed is not None and ticket.handed.custody == "theirs" and not ticket.handed.follow_up
    waits = ticket.over or ticket.state in (State.NEEDS_SUPPLEMENT, State.DEFERRED)
    return tuple(c.resume(desk, ticket)) if away and not waits else ()


def _crossed(ticket: Ticket, desk: Desk) -> Facts:
    """One more passage between platforms; too many of them are an alarm, once."""
    if not ticket.ping_pong and ticket.passages + 1 >= desk.rules.platforms.ping_pong:
        yield To("ticket", ticket.id, th.PingPongRaised(passages=ticket.passages + 1))


def _ticket(h: HandOff, desk: Desk) -> tuple[Ticket | None, Desk]:
    return desk.other("ticket", h.ticket), replace(desk, id=h.ticket)


def _received(h: HandOff, desk: Desk, arrival: f.Arrival) -> t.TicketReceived:
    category = arrival.category if desk.rules.valid_category(arrival.category) else ()
    line = desk.rules.platforms.lines.get(h.other)
    return t.TicketReceived(
        number=arrival.number,
        access=arrival.access,
        channel=line.channel if line is not None else "phone",
        person_id=arrival.person_id,
        reachable=arrival.reachable,
        caller_kind="person",
        on_behalf_of=None,
        contact_preference="voice",
        callback_wanted=True,
        confidential=False,
        minor_involved=False,
        text=arrival.text,
        place=arrival.place,
        district=None,
        cell=None,
        type=None,
        category=category,
        urgency=h.offer.urgency,
        source=t.Source(),
        call_id=None,
        recording=None,
        accused_unit=None,
        about_team=None,
        retention=desk.rules.retention("other").code,
        tags=(),
        clocks=tuple(c.start(desk, None, "dispatch")),
    )
