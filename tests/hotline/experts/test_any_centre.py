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
TICKETS = (1, 2, 3)
seats, numbers = st.sampled_from(SEATS), st.sampled_from(TICKETS)


class AnyCentre(RuleBasedStateMachine):
    """What somebody decides now may be written later, when the others have moved; then it is decided again, as the pen
    does, or refused."""

    @initialize()
    def opens(self) -> None:
        self.centre = Centre()
        self.in_flight: list[tuple[Decided, UUID]] = []
        for name, rank in zip(SEATS, ("duty", "duty", "backup"), strict=True):
            self.centre.sits(name, rank=rank)
        for nth in TICKETS:
            self.centre.request(nth)

    def begin(self, command: Command, on: UUID, by: Actor) -> None:
        """Decide; it is written when its turn comes."""
        try:
            self.in_flight.append((self.centre.decide(command, on, by), on))
        except Refused:
            return

    def about(self, nth: int) -> Consultation | None:
        found = [c for c in self.centre.all(Consultation) if c.ticket == UUID(int=nth)]
        return found[-1] if found else None

    @precondition(lambda self: self.in_flight)
    @rule(data=st.data())
    def is_written(self, data: st.DataObject) -> None:
        decided, on = self.in_flight.pop(data.draw(st.integers(0, len(self.in_flight) - 1)))
        try:
            self.centre.write(decided)
        except Raced:
            self.begin(decided.happened, on, decided.by)

    @rule(seconds=st.sampled_from([1, 5, 20, 60, 120, 7200]))
    def time_passes(self, seconds: int) -> None:
        self.centre.later(seconds=seconds)

    @rule(nth=numbers, way=st.sampled_from(["warm_transfer", "written"]))
    def is_asked(self, nth: int, way: str) -> None:
        self.begin(Consult(skill="tax", way=way, summary="…"), UUID(int=nth), t.OPERATOR)  # type: ignore[arg-type]

    @rule(nth=numbers, seat=seats)
    def is_offered(self, nth: int, seat: str) -> None:
        if (c := self.about(nth)) is not None:
            self.begin(Offer(seat=seat), c.id, t.CLOCK)

    @rule(nth=numbers, reason=st.sampled_from(["all_engaged", "nobody_on_shift"]))
    def finds_nobody(self, nth: int, reason: str) -> None:
        if (c := self.about(nth)) is not None:
            self.begin(NoteNobody(reason=reason), c.id, t.CLOCK)  # type: ignore[arg-type]

    @rule(nth=numbers, what=st.sampled_from(["pick", "pick", "decline", "answer", "give", "book"]))
    def expert_acts(self, nth: int, what: str) -> None:
        c = self.about(nth)
        if c is None or c.seat is None:
            return
        commands: dict[str, Command] = {
            "pick": PickUp(),
            "decline": Decline(),
            "answer": AnswerConsultation(how="live"),
            "give": GiveBack(reason="…"),
            "book": BookCallBack(at=self.centre.now + timedelta(minutes=5)),
        }
        self.begin(commands[what], c.id, expert(c.seat))

    @rule(nth=numbers, what=st.sampled_from(["cancel", "withdraw", "answer"]))
    def is_not_wanted_any_more(self, nth: int, what: str) -> None:
        c = self.about(nth)
        if what == "cancel" and c is not None:
            self.begin(Cancel(), c.id, t.OPERATOR)
        elif what != "cancel":
            self.begin(Withdraw() if what == "withdraw" else Answer(answer="…"), UUID(int=nth), t.OPERATOR)

    @rule(seat=seats, command=st.sampled_from([SignIn(), BecomeAvailable(), GoAway(), SignOut()]))
    def comes_and_goes(self, seat: str, command: Command) -> None:
        self.begin(command, stream_of(seat), expert(seat))

    @rule(nth=numbers, clock=st.sampled_from(["offer", "wait"]))
    def timer_rings(self, nth: int, clock: str) -> None:
        if (c := self.about(nth)) is not None:
            self.begin(RingConsultation(clock=clock, level="red"), c.id, t.CLOCK)

    @rule(seat=seats)
    def wrap_up_rings(self, seat: str) -> None:
        self.begin(RingSeat(clock="wrap_up", level="red"), stream_of(seat), t.CLOCK)

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


AnyCentre.TestCase.settings = settings(max_examples=60, stateful_step_count=60)
TestAnyCentre = AnyCentre.TestCase
