"""What may be done to a seat: opened and rostered by a supervisor, sat down at and left by its own expert."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from pydantic import Field

from hotline import clocks
from hotline.command import Code, Command, Desk, Refused, To
from hotline.facts import Fact, Role
from hotline.seat import facts as f
from hotline.seat.seat import Seat, stream_of

Facts = Iterator[Fact | To]
SUPERVISING = frozenset({Role.SUPERVISOR})
EXPERT = frozenset({Role.EXPERT})
BUSY = frozenset({"offered", "engaged"})


class SeatCommand(Command):
    """A command on one seat."""

    KIND: ClassVar[str] = "seat"

    @classmethod
    def guard(cls, state: Seat | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)
        if state is None:
            raise Refused("no_such_seat")
        cls.check(state, desk)

    @classmethod
    def check(cls, seat: Seat, desk: Desk) -> None:
        """What else must hold.  Raises Refused."""


class OpenSeat(SeatCommand):
    """Give an account a seat, or say anew what it may answer."""

    ACTION: ClassVar[str] = "open-seat"
    ROLES: ClassVar[frozenset[Role]] = SUPERVISING
    seat: Code
    skills: tuple[Code, ...] = Field(min_length=1, max_length=50)

    @classmethod
    def guard(cls, state: Seat | None, desk: Desk) -> None:
        if desk.by.role not in cls.ROLES:
            raise Refused("wrong_role", action=cls.ACTION, role=desk.by.role.value)

    def decide(self, state: Seat | None, desk: Desk) -> Facts:
        if stream_of(self.seat) != desk.id:
            raise Refused("no_such_seat")
        skills = _known(self.skills, desk)
        if state is None:
            yield f.SeatOpened(seat=self.seat, skills=skills)
        elif skills != state.skills:
            yield f.SkillsSet(skills=skills)


class SetShifts(SeatCommand):
    """Set a seat's shifts, all of them; none at all puts it back on the profile's hours."""

    ACTION: ClassVar[str] = "set-shifts"
    ROLES: ClassVar[frozenset[Role]] = SUPERVISING
    shifts: tuple[f.Shift, ...] = Field(max_length=200)

    def decide(self, seat: Seat, desk: Desk) -> Facts:
        shifts = tuple(sorted(self.shifts, key=lambda s: s.since))
        if any(s.until <= s.since for s in shifts):
            raise Refused("shift_reversed")
        if any(later.since < earlier.until for earlier, later in pairwise(shifts)):
            raise Refused("shifts_overlap")
        if shifts != seat.shifts:
            yield f.ShiftsSet(shifts=shifts)


class OwnSeat(SeatCommand):
    """A command only the seat's own expert may give: nobody else says where somebody is."""

    ROLES: ClassVar[frozenset[Role]] = EXPERT

    @classmethod
    def check(cls, seat: Seat, desk: Desk) -> None:
        if seat.seat != desk.by.id:
            raise Refused("not_your_seat")
        if seat.presence in BUSY:
            raise Refused("seat_busy")
        cls.suits(seat)

    @classmethod
    def suits(cls, seat: Seat) -> None:
        if seat.presence == "offline":
            raise Refused("seat_not_signed_in")


class SignIn(OwnSeat):
    """Sit down, for all the seat's skills or some of them."""

    ACTION: ClassVar[str] = "sign-in"
    skills: tuple[Code, ...] | None = Field(default=None, min_length=1, max_length=50)

    @classmethod
    def suits(cls, seat: Seat) -> None:
        """At any time but in a consultation."""

    def decide(self, seat: Seat, desk: Desk) -> Facts:
        skills = seat.skills if self.skills is None else _known(self.skills, desk)
        if strange := sorted(set(skills) - set(seat.skills)):
            raise Refused("skill_not_yours", skill="、".join(strange))
        if seat.presence != "available" or skills != seat.using:
            yield f.SignedIn(skills=skills, clocks=_stopped(seat, desk))


class BecomeAvailable(OwnSeat):
    """Back, or done with the writing up before its time is over."""

    ACTION: ClassVar[str] = "available"

    def decide(self, seat: Seat, desk: Desk) -> Facts:
        if seat.presence != "available":
            yield f.BecameAvailable(clocks=_stopped(seat, desk))


class GoAway(OwnSeat):
    """There, but taking nothing for a while."""

    ACTION: ClassVar[str] = "away"

    def decide(self, seat: Seat, desk: Desk) -> Facts:
        if seat.presence != "away":
            yield f.WentAway(clocks=_stopped(seat, desk))


class SignOut(OwnSeat):
    """Leave the seat."""

    ACTION: ClassVar[str] = "sign-out"

    @classmethod
    def suits(cls, seat: Seat) -> None:
        """Whoever has left already may leave again; nothing follows."""

    def decide(self, seat: Seat, desk: Desk) -> Facts:
        if seat.presence != "offline":
            yield f.SignedOut(clocks=_stopped(seat, desk))


class RingSeat(SeatCommand):
    """The moment has come until which the expert was writing up.  Never early, never twice."""

    ACTION: ClassVar[str] = "ring-seat"
    ROLES: ClassVar[frozenset[Role]] = frozenset({Role.SYSTEM})
    clock: str
    level: str

    def decide(self, seat: Seat, desk: Desk) -> Facts:
        reading = seat.clocks.get(self.clock)
        if reading is not None and clocks.rings(reading, self.level, desk.at) and seat.presence == "wrap_up":
            yield f.WrapUpEnded(clocks=(clocks.stop(reading, desk.at),))


def _known(skills: tuple[str, ...], desk: Desk) -> tuple[str, ...]:
    """The skills in the profile's order, each once.  Raises Refused for one it does not have."""
    for skill in skills:
        if skill not in desk.rules.experts.skills:
            raise Refused("unknown_skill", skill=skill, known="、".join(desk.rules.experts.skills))
    return tuple(skill for skill in desk.rules.experts.skills if skill in skills)


def _stopped(seat: Seat, desk: Desk) -> tuple[clocks.Reading, ...]:
    return tuple(clocks.stop(r, desk.at) for r in seat.clocks.values() if not r.stopped)
