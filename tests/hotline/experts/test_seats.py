"""A seat: who opens it, who says where its expert is, when it is on shift, and which one is asked next."""

from datetime import time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.command import Refused
from hotline.rules.experts import Hours
from hotline.seat import facts as f
from hotline.seat.presence import BecomeAvailable, GoAway, OpenSeat, RingSeat, SetShifts, SignIn, SignOut
from hotline.seat.seat import Seat, Wanted, next_seat, rank_at, stream_of
from tests import tickets as t
from tests.experts import Centre, expert
from tests.spec import MONDAY, moment, rules_with

CALENDAR = rules_with().calendar
HOURS = Hours(since=time(9), until=time(18))


def refused(centre: Centre, command: object, name: str, by: object) -> str:
    before = dict(centre.states)
    with pytest.raises(Refused) as refusal:
        centre.do(command, stream_of(name), by)  # type: ignore[arg-type]
    assert centre.states == before
    return refusal.value.code


def test_a_supervisor_opens_a_seat_and_its_expert_sits_down() -> None:
    """With all its skills, or with some of them."""
    centre = Centre()
    opened = centre.do(OpenSeat(seat="ex1", skills=("tax", "hrss")), stream_of("ex1"), t.SUPERVISOR)
    assert opened == [f.SeatOpened(seat="ex1", skills=("hrss", "tax"))]
    assert centre.seat("ex1").presence == "offline"
    assert centre.do(SignIn(skills=("tax",)), stream_of("ex1"), expert("ex1")) == [f.SignedIn(skills=("tax",))]
    assert centre.seat("ex1").presence == "available"


def test_saying_the_same_again_changes_nothing() -> None:
    """Opened twice, signed in twice, away twice, available twice, gone twice: one fact each."""
    centre = Centre()
    who = centre.sits("ex1", "tax")
    for command in (OpenSeat(seat="ex1", skills=("tax",)),):
        assert centre.do(command, stream_of("ex1"), t.SUPERVISOR) == []
    for own in (SignIn(), GoAway(), BecomeAvailable(), SignOut()):
        centre.do(own, stream_of("ex1"), who)
        assert centre.do(own, stream_of("ex1"), who) == []


def test_a_skill_the_seat_does_not_have_is_not_signed_in_for() -> None:
    """Nor one that nobody has."""
    centre = Centre()
    who = centre.sits("ex1", "tax", sign_in=False)
    assert refused(centre, SignIn(skills=("market",)), "ex1", who) == "skill_not_yours"
    assert refused(centre, SignIn(skills=("astrology",)), "ex1", who) == "unknown_skill"
    assert refused(centre, OpenSeat(seat="ex2", skills=("astrology",)), "ex2", t.SUPERVISOR) == "unknown_skill"


@pytest.mark.parametrize("command", [SignIn(), GoAway(), BecomeAvailable(), SignOut()])
def test_nobody_else_says_where_somebody_is(command: object) -> None:
    """Not another expert, not a supervisor, not an operator."""
    centre = Centre()
    centre.sits("ex1")
    assert refused(centre, command, "ex1", expert("ex2")) == "not_your_seat"
    assert refused(centre, command, "ex1", t.SUPERVISOR) == "wrong_role"
    assert refused(centre, command, "ex1", t.OPERATOR) == "wrong_role"
    assert refused(centre, command, "ex9", expert("ex9")) == "no_such_seat"


def test_only_a_supervisor_opens_seats_and_sets_shifts() -> None:
    """And a seat belongs to the account whose stream it is."""
    centre = Centre()
    who = centre.sits("ex1")
    assert refused(centre, OpenSeat(seat="ex1", skills=("hrss",)), "ex1", who) == "wrong_role"
    assert refused(centre, SetShifts(shifts=()), "ex1", who) == "wrong_role"
    assert refused(centre, OpenSeat(seat="ex2", skills=("hrss",)), "ex1", t.SUPERVISOR) == "no_such_seat"


def test_one_must_have_sat_down_to_be_away_or_back() -> None:
    """Presence begins with signing in."""
    centre = Centre()
    who = centre.sits("ex1", sign_in=False)
    assert refused(centre, GoAway(), "ex1", who) == "seat_not_signed_in"
    assert refused(centre, BecomeAvailable(), "ex1", who) == "seat_not_signed_in"


def test_shifts_end_after_they_begin_and_do_not_overlap() -> None:
    """Named refusals."""
    centre = Centre()
    centre.sits("ex1")
    hour = timedelta(hours=1)
    one = f.Shift(since=MONDAY, until=MONDAY + hour, rank="duty")
    back = f.Shift(since=MONDAY, until=MONDAY, rank="duty")
    over = f.Shift(since=MONDAY + hour / 2, until=MONDAY + 2 * hour, rank="backup")
    assert refused(centre, SetShifts(shifts=(back,)), "ex1", t.SUPERVISOR) == "shift_reversed"
    assert refused(centre, SetShifts(shifts=(over, one)), "ex1", t.SUPERVISOR) == "shifts_overlap"


@pytest.mark.parametrize(
    ("at", "rank"),
    [("2026-03-02 08:59", None), ("2026-03-02 09:00", "duty"), ("2026-03-02 18:00", None), ("2026-03-07 10:00", None)],
)
def test_without_shifts_of_its_own_a_seat_follows_the_profiles_hours(at: str, rank: str | None) -> None:
    """On working days, from the first moment to before the last."""
    assert rank_at(Seat(seat="ex1", skills=("tax",)), moment(at), HOURS, CALENDAR) == rank


def test_a_seat_with_shifts_is_there_in_them_only() -> None:
    """In the rank they say."""
    night = f.Shift(since=moment("2026-03-02 20:00"), until=moment("2026-03-03 02:00"), rank="backup")
    seat = Seat(seat="ex1", skills=("tax",), shifts=(night,))
    assert rank_at(seat, moment("2026-03-02 10:00"), HOURS, CALENDAR) is None
    assert rank_at(seat, moment("2026-03-03 01:59"), HOURS, CALENDAR) == "backup"
    assert rank_at(seat, moment("2026-03-03 02:00"), HOURS, CALENDAR) is None


def wanted(**told: object) -> Wanted:
    base = {
        "skill": "tax",
        "ranks": frozenset({"duty"}),
        "tried": (),
        "at": MONDAY,
        "hours": HOURS,
        "calendar": CALENDAR,
    }
    return Wanted(**{**base, **told})  # type: ignore[arg-type]


def idle(name: str, minutes: int, **told: object) -> Seat:
    base = {"skills": ("tax",), "using": ("tax",), "presence": "available"}
    return Seat(seat=name, idle_since=MONDAY - timedelta(minutes=minutes), **{**base, **told})  # type: ignore[arg-type]


def test_the_longest_idle_free_seat_with_the_skill_is_next() -> None:
    """Not one that is engaged, away, without the skill, or asked already; who promised to call goes first."""
    seats = [idle("a", 5), idle("b", 9), idle("c", 20, presence="engaged"), idle("d", 30, using=("hrss",))]
    assert next_seat(seats, wanted()) == seats[1]
    assert next_seat(seats, wanted(tried=("b",))) == seats[0]
    assert next_seat(seats, wanted(preferred="a")) == seats[0]


def test_why_there_is_nobody_is_told() -> None:
    """Nobody sits there, or everybody who does is taken."""
    assert next_seat([], wanted()) == "nobody_on_shift"
    assert next_seat([idle("a", 5, presence="offline")], wanted()) == "nobody_on_shift"
    assert next_seat([idle("a", 5, presence="engaged")], wanted()) == "all_engaged"
    assert next_seat([idle("a", 5)], wanted(at=moment("2026-03-02 20:00"))) == "nobody_on_shift"


@given(st.permutations([idle("a", 5), idle("b", 5), idle("c", 1)]))
def test_the_choice_does_not_depend_on_the_order_of_the_list(seats: list[Seat]) -> None:
    """Two allocators that see the same seats choose the same one."""
    found = next_seat(seats, wanted())
    assert isinstance(found, Seat)
    assert found.seat == "a"


def test_a_timer_of_a_seat_that_is_not_writing_up_rings_nothing() -> None:
    """Whatever somebody sends."""
    centre = Centre()
    centre.sits("ex1")
    assert centre.do(RingSeat(clock="wrap_up", level="red"), stream_of("ex1"), t.CLOCK) == []
    assert refused(centre, RingSeat(clock="wrap_up", level="red"), "ex1", expert("ex1")) == "wrong_role"
