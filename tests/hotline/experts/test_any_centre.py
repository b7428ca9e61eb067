"""Any history of a centre: allocators, experts, operators and timers that decide side by side, in any order."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hotline.command import Command, Refused
from hotline.consultation.answering import AnswerConsultation, BookCallBack, Cancel, GiveBack
from hotline.consultation.climbing import RingConsultation
from hotline.consultation.consultation import Consultation
from hotline.consultation.offering import Decline, NoteNobody, Offer, PickUp
from hotline.facts import Actor
from hotline.seat.presence import BecomeAvailable, GoAway, RingSeat, SignIn, SignOut
from hotline.seat.seat import Seat, stream_of
from hotline.ticket.answering import Answer
from hotline.ticket.consulting import Consult
from hotline.ticket.receiving import Withdraw
from hotline.ticket.ticket import Ticket
from tests import tickets as t
from tests.experts import Centre, Decided, Raced, expert

SEATS = ("ex1", "ex2", "ex3")
seats, numbers = st.sampled_from(SEATS), st.integers(0, 2)
late = st.sampled_from([False, False, True])
"""Whether a decision is written only when others have moved."""
OPEN = ("waiting", "offered", "engaged")
PRESENCE = (SignIn(), SignIn(), SignIn(), BecomeAvailable(), BecomeAvailable(), GoAway(), SignOut())


class AnyCentre(RuleBasedStateMachine):
    """What somebody decides now may be written later, when the others have moved; then it is decided again, as the pen
    does, or refused."""

    @initialize()
    def opens(self) -> None:
        self.centre = Centre()
        self.in_flight: list[tuple[Decided, UUID]] = []
        for name, rank in zip(SEATS, ("duty", "duty", "backup"), strict=True):
            self.centre.sits(name, rank=rank)

    def begin(self, command: Command, on: UUID, by: Actor, late: bool) -> None:
        """Decide; it is written at once, or when its turn comes."""
        try:
            decided = self.centre.decide(command, on, by)
        except Refused:
            return
        if late:
            self.in_flight.append((decided, on))
        else:
            self.centre.write(decided)

    def one(self, nth: int, *phases: str) -> Consultation:
        """One of the questions in any of these phases."""
        found = [c for c in self.centre.all(Consultation) if c.phase in phases]
        chosen: Consultation = found[nth % len(found)]
        return chosen

    def has(self, *phases: str) -> bool:
        return any(c.phase in phases for c in self.centre.all(Consultation))

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def is_written(self, data: st.DataObject) -> None:
        decided, on = self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))
        try:
            self.centre.write(decided)
        except Raced:
            self.begin(decided.happened, on, decided.by, late=True)

    @rule(seconds=st.sampled_from([1, 5, 20, 60, 120]))
    def time_passes(self, seconds: int) -> None:
        self.centre.later(seconds=seconds)

    @rule(way=st.sampled_from(["warm_transfer", "written"]), late=late)
    def is_asked(self, way: str, late: bool) -> None:
        """About a ticket nobody is asked about now, or a new one; three at a time."""
        tickets = self.centre.all(Ticket)
        if sum(ticket.with_expert is not None for ticket in tickets) >= 3:
            return
        free = [ticket.id for ticket in tickets if not ticket.over and ticket.with_expert is None]
        on = free[0] if free else self.centre.request(len(tickets) + 1)
        self.begin(Consult(skill="tax", way=way, summary="…"), on, t.OPERATOR, late)  # type: ignore[arg-type]

    @precondition(lambda self: self.has("waiting"))
    @rule(nth=numbers, other=numbers, late=late)
    def is_offered(self, nth: int, other: int, late: bool) -> None:
        """To any seat that looks free: an allocator may have seen it a while ago."""
        free = [seat.seat for seat in self.centre.all(Seat) if seat.presence == "available"] or list(SEATS)
        self.begin(Offer(seat=free[other % len(free)]), self.one(nth, "waiting").id, t.CLOCK, late)

    @precondition(lambda self: self.has("waiting"))
    @rule(nth=numbers, reason=st.sampled_from(["all_engaged", "nobody_on_shift"]), late=late)
    def finds_nobody(self, nth: int, reason: str, late: bool) -> None:
        self.begin(NoteNobody(reason=reason), self.one(nth, "waiting").id, t.CLOCK, late)  # type: ignore[arg-type]

    @precondition(lambda self: self.has("offered"))
    @rule(nth=numbers, command=st.sampled_from([PickUp(), PickUp(), Decline()]), late=late)
    def is_picked_up_or_not(self, nth: int, command: Command, late: bool) -> None:
        c = self.one(nth, "offered")
        assert c.seat is not None
        self.begin(command, c.id, expert(c.seat), late)

    @precondition(lambda self: self.has("engaged"))
    @rule(nth=numbers, what=st.sampled_from(["answer", "answer", "give", "book"]), late=late)
    def expert_is_done(self, nth: int, what: str, late: bool) -> None:
        c = self.one(nth, "engaged")
        assert c.seat is not None
        commands: dict[str, Command] = {
            "answer": AnswerConsultation(how="live"),
            "give": GiveBack(reason="…"),
            "book": BookCallBack(at=self.centre.now + timedelta(minutes=5)),
        }
        self.begin(commands[what], c.id, expert(c.seat), late)

    @precondition(lambda self: self.has(*OPEN))
    @rule(nth=numbers, what=st.sampled_from(["cancel", "withdraw", "answer", *["nothing"] * 9]), late=late)
    def is_not_wanted_any_more(self, nth: int, what: str, late: bool) -> None:
        c = self.one(nth, *OPEN)
        if what == "cancel":
            self.begin(Cancel(), c.id, t.OPERATOR, late)
        elif what != "nothing":
            self.begin(Withdraw() if what == "withdraw" else Answer(answer="…"), c.ticket, t.OPERATOR, late)

    @precondition(lambda self: self.has("waiting", "offered"))
    @rule(nth=numbers, late=late)
    def timer_rings(self, nth: int, late: bool) -> None:
        """Whatever it waits for; sometimes somebody has slept until it is due."""
        c = self.one(nth, "waiting", "offered")
        clock = "offer" if c.phase == "offered" else "wait"
        if nth:
            self.centre.now = max(self.centre.now, c.clocks[clock].due)
        self.begin(RingConsultation(clock=clock, level="red"), c.id, t.CLOCK, late)

    @rule(seat=seats, command=st.sampled_from(PRESENCE), late=late)
    def comes_and_goes(self, seat: str, command: Command, late: bool) -> None:
        self.begin(command, stream_of(seat), expert(seat), late)

    @rule(seat=seats, late=late)
    def wrap_up_rings(self, seat: str, late: bool) -> None:
        self.begin(RingSeat(clock="wrap_up", level="red"), stream_of(seat), t.CLOCK, late)

    @invariant()
    def one_at_a_time(self) -> None:
        """A seat never has two, a consultation never two seats, and both say the same."""
        if not hasattr(self, "centre"):
            return
        taken = {c.seat: c for c in self.centre.all(Consultation) if c.phase in ("offered", "engaged")}
        assert len(taken) == sum(c.phase in ("offered", "engaged") for c in self.centre.all(Consultation))
        for seat in self.centre.all(Seat):
            busy = seat.presence in ("offered", "engaged")
            assert busy == (seat.seat in taken), (seat.presence, seat.seat)
            if busy:
                assert (taken[seat.seat].id, taken[seat.seat].phase) == (seat.consultation, seat.presence)
            assert (seat.presence == "wrap_up") == any(not r.stopped for r in seat.clocks.values())

    @invariant()
    def never_nobodys(self) -> None:
        """An open question belongs to an open ticket and somebody is reminded of it; an open ticket has its clock."""
        if not hasattr(self, "centre"):
            return
        for c in self.centre.all(Consultation):
            ticket: Ticket = self.centre.ticket(c.ticket)
            assert c.over == (ticket.with_expert != c.id)
            reminded = any(r.alarms for r in c.clocks.values())
            assert reminded == (c.phase in ("waiting", "offered")), (c.phase, c.rank)
            assert ticket.expert == (c.seat if c.phase == "engaged" else None) or c.over
            assert not (ticket.over and not c.over)
        for ticket in self.centre.all(Ticket):
            assert ticket.over or any(r.running for r in ticket.clocks.values())


AnyCentre.TestCase.settings = settings(max_examples=50, stateful_step_count=60)
TestAnyCentre = AnyCentre.TestCase
