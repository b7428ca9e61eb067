"""Taking what the other side says: every message of a hand-off once, in order, whatever the link does to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar
from uuid import UUID

from hotline.command import Command, Desk, Refused, To
from hotline.facts import Fact, Role
from hotline.handoff import facts as f
from hotline.handoff import messages as m
from hotline.handoff import ticket_side
from hotline.handoff.alarms import answered_by, received_by, result_by, stopped, undecided_by, words_until
from hotline.handoff.handoff import HandOff, evolve_offer, stream_of, ticket_of
from hotline.handoff.labels import DISPUTED, MATTER, PROGRESS, RECALLED, RESULT
from hotline.ticket.facts import Access, Value
from hotline.ticket.number import NumberClaimed, NumberTaken
from hotline.ticket.number import stream_of as number_stream
from hotline.ticket.reading_facts import Proposal
from hotline.ticket.receiving import Whereabouts
from hotline.ticket.ticket import Ticket

Facts = Iterator[Fact | To]


class Newcomer(Value):
    """What the door has drawn for a matter that would be new to us: number, hashes, and the caller's person id."""

    number: str
    access: Access
    person_id: UUID | None
    reachable: bool
    proposal: Proposal | None = None


class Take(Command):
    """One message of the other side.  Said twice, it is applied once."""

    ACTION: ClassVar[str] = "take"
    KIND: ClassVar[str] = "handoff"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SYSTEM})
    message: m.Message
    newcomer: Newcomer | None = None

    @classmethod
    def guard(cls, state: HandOff | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)

    def decide(self, state: HandOff | None, desk: Desk) -> Facts:
        said = self.message
        if state is None:
            yield from self._offered(desk)
            return
        if said.sender != state.other or said.to != state.us:
            raise Refused("wrong_side", kind=said.kind)
        if said.seq <= state.heard:
            return
        if said.seq > state.heard + 1:
            raise Refused("message_early", expected=state.heard + 1)
        if said.kind not in (m.BY_RECEIVER if state.ours else m.BY_OFFERER) or said.kind == "offer":
            raise Refused("wrong_side", kind=said.kind)
        yield from _by_receiver(said, state, desk) if state.ours else _by_offerer(said, state, desk)

    def _offered(self, desk: Desk) -> Facts:
        said, rules = self.message, desk.rules.platforms
        if not isinstance(said, m.Offer) or said.sender not in rules.lines:
            raise Refused("unknown_handoff")
        if said.to != rules.own:
            raise Refused("wrong_side", kind=said.kind)
        if said.seq != 1:
            raise Refused("message_early", expected=1)
        ticket = _returned(said, desk)
        arrival = None if ticket is not None else self._arrival(said, desk)
        offer = f.HandOffOffered(
            handoff_id=said.handoff_id,
            offerer=said.sender,
            receiver=said.to,
            ticket=ticket or ticket_of(desk.id),
            way=said.body.way,
            danger=said.body.danger,
            urgency=said.body.urgency,
            keep=False,
            matter=desk.vault.seal(ticket or ticket_of(desk.id), MATTER, said.body.matter.model_dump_json()),
            person_id=arrival.person_id if arrival is not None else None,
            number=said.body.number,
            returns=said.body.returns,
            first_received_by=said.body.first_received_by,
            arrival=arrival,
            seq=said.seq,
            clocks=(
                received_by(desk, said.body.way, said.body.urgency, said.body.danger),
                *((words_until(desk),) if arrival is not None else ()),
            ),
        )
        yield offer
        if arrival is not None:
            claim = NumberClaimed(number=arrival.number, ticket=ticket_of(desk.id))
            yield To("number", number_stream(arrival.number), claim)
        if not said.body.danger:  # before our people at once; a danger is acknowledged by a person only
            clocks = (*stopped(evolve_offer(offer), desk), answered_by(desk, offer))
            yield f.HandOffAcknowledged(clocks=clocks)

    def _arrival(self, said: m.Offer, desk: Desk) -> f.Arrival:
        new = self.newcomer
        if new is None:
            raise LookupError("a matter that is new to us comes through the door, which draws its number")
        if desk.other("number", number_stream(new.number)) is not None:
            raise NumberTaken
        ticket, matter = ticket_of(desk.id), said.body.matter
        place = Whereabouts(address=matter.place).exact()
        return f.Arrival(
            number=new.number,
            access=new.access,
            person_id=new.person_id,
            reachable=new.reachable,
            text=desk.vault.seal(ticket, "received.text", matter.text),
            place=desk.vault.seal(ticket, "received.place", place) if place else None,
            category=matter.category,
            proposal=new.proposal,
        )


def _by_receiver(said: m.Message, h: HandOff, desk: Desk) -> Facts:
    """What the receiver says to us, who offered.  Our log decides."""
    seq = said.seq
    match said:
        case m.Received():
            if h.acknowledged or not h.open:
                yield f.MessageCrossed(seq=seq, kind=said.kind)
                return
            yield f.HandOffAcknowledged(seq=seq, clocks=stopped(h, desk))
            if h.offer.keep:
                yield from ticket_side.ended(h, desk, "told")
        case m.Accept():
            yield from _accepted(said, h, desk)
        case m.Dispute():
            if h.stage == "accepted":
                raise Refused("dispute_after_acceptance")
            if not h.open:
                yield f.MessageCrossed(seq=seq, kind=said.kind)
                return
            reason = ticket_side.seal(desk, h, DISPUTED, said.body.reason)
            again = h.stage == "disputed"
            clocks = stopped(h, desk) if again else (*stopped(h, desk), undecided_by(desk))
            yield f.HandOffDisputed(seq=seq, reason=reason, clocks=() if again else clocks)
        case m.Progress() | m.Result():
            if h.stage != "accepted":
                raise Refused("feedback_before_acceptance")
            if h.outcome is not None:
                raise Refused("feedback_after_result")
            words, outcome = said.body.words, said.body.outcome if isinstance(said, m.Result) else None
            if isinstance(said, m.Result):
                sealed = ticket_side.seal(desk, h, RESULT, words)
                yield f.HandOffResulted(seq=seq, words=sealed, outcome=said.body.outcome, clocks=stopped(h, desk))
            else:
                yield f.HandOffProgressed(seq=seq, words=ticket_side.seal(desk, h, PROGRESS, words))
            yield from ticket_side.reported(h, desk, words, outcome)
        case _:
            raise Refused("wrong_side", kind=said.kind)


def _accepted(said: m.Accept, h: HandOff, desk: Desk) -> Facts:
    if h.stage == "accepted":  # told twice: custody has passed already, by the first
        yield f.MessageCrossed(seq=said.seq, kind=said.kind)
    elif h.open and not h.offer.keep:
        clocks = (*stopped(h, desk), result_by(desk))
        yield f.HandOffAccepted(seq=said.seq, reference=said.body.reference, clocks=clocks)
        yield from ticket_side.passed(h, desk, said.body.reference)
    elif h.voided:  # the other side knows: it has been told that its acceptance is void
        raise Refused("accept_of_recalled")
    else:
        yield f.AcceptanceVoided(seq=said.seq)


def _by_offerer(said: m.Message, h: HandOff, desk: Desk) -> Facts:
    """What the offerer says to us, who may accept.  Its log decides: we follow."""
    seq = said.seq
    match said:
        case m.Confirmed():
            if h.stage != "accepted" or h.confirmed:
                raise Refused("confirmed_without_acceptance")
            yield f.HandOffConfirmed(seq=seq)
        case m.Recall() | m.Recalled():
            if h.confirmed:
                raise Refused("recall_of_accepted")
            if h.stage == "recalled":
                yield f.MessageCrossed(seq=seq, kind=said.kind)
                return
            if isinstance(said, m.Recalled) and h.stage != "accepted":
                raise Refused("confirmed_without_acceptance")
            reason = ticket_side.seal(desk, h, RECALLED, said.body.reason) if isinstance(said, m.Recall) else None
            yield f.HandOffRecalled(seq=seq, reason=reason, clocks=stopped(h, desk))
            if h.stage == "accepted":
                yield from ticket_side.taken_back(h, desk)
        case m.Dispute():
            if h.stage == "offered":
                raise Refused("nothing_disputed")
            if h.stage != "disputed":
                yield f.MessageCrossed(seq=seq, kind=said.kind)
                return
            yield f.HandOffDisputed(seq=seq, reason=ticket_side.seal(desk, h, DISPUTED, said.body.reason))
        case _:
            raise Refused("wrong_side", kind=said.kind)


def _returned(said: m.Offer, desk: Desk) -> UUID | None:
    """Our ticket that a returned matter is, while its words are here and it is not over; else the matter is a new one."""
    if said.body.returns is None:
        return None
    before: HandOff | None = desk.other("handoff", stream_of(said.sender, said.body.returns))
    if before is None:
        return None
    ticket: Ticket | None = desk.other("ticket", before.ticket)
    live = ticket is not None and not (ticket.over or ticket.erased or ticket.restricted)
    theirs = ticket is not None and ticket.handed is not None and ticket.handed.handoff == before.stream
    return before.ticket if live and theirs else None
