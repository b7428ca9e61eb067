"""Taking down, asking for more, taking back."""

from datetime import timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from hotline.facts import Actor, Role
from hotline.ticket import facts as f
from hotline.ticket.number import NumberClaimed, NumberTaken, draw, is_number
from hotline.ticket.receiving import Caller, Receive, Whereabouts, Withdraw
from hotline.ticket.supervising import Ring
from hotline.ticket.supplementing import AskSupplement, GiveSupplement
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.spec import MONDAY, Story, given, moment, rules_with


def test_a_request_becomes_a_ticket_and_claims_its_number() -> None:
    """What was taken down is one fact, and its number is claimed in the same breath."""
    number = draw(MONDAY)
    story = (
        given(Story()).by(t.OPERATOR).when(t.intake(t.received(), number=number)).then(f.TicketReceived, NumberClaimed)
    )
    assert story.ticket.number == number
    assert is_number(number)
    assert story.ticket.state is State.RECEIVED
    assert story.clock("dispatch").running


def test_several_matters_of_one_call_are_several_tickets() -> None:
    """They share the call id and nothing else."""
    first, second = (t.a_received_ticket(call_id="call-7").facts(f.TicketReceived)[0] for _ in range(2))
    assert first.call_id == second.call_id == "call-7"
    assert first.number != second.number


def test_a_number_that_is_taken_is_never_given_twice() -> None:
    """The second ticket must draw another."""
    number = draw(MONDAY)
    story = (
        given(Story()).by(t.OPERATOR).when(t.intake(t.received(), number=number)).then(f.TicketReceived, NumberClaimed)
    )
    story.id = UUID(int=2)
    with pytest.raises(NumberTaken):
        story.decide(t.intake(t.received(), number=number), t.OPERATOR)


def test_a_state_secret_is_not_recorded_but_referred() -> None:
    """Neither its words nor its place nor a recording stand in any fact; the ticket closes at once."""
    place = Whereabouts(address="某基地", district="jinjiang", lat=30.6, long=104.1)
    secret = t.received(state_secret=True, place=place, recording="rec-1")
    story = (
        given(Story())
        .by(t.OPERATOR)
        .when(t.intake(secret))
        .then(f.TicketReceived, NumberClaimed, f.TicketReferred, f.TicketClosed)
    )
    taken = story.facts(f.TicketReceived)[0]
    assert (taken.text, taken.place, taken.cell, taken.recording) == (None, None, None, None)
    assert story.ticket.outcome == "referred"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"category": ("weather",)}, "unknown_category"),
        ({"place": Whereabouts(district="atlantis")}, "unknown_district"),
        ({"accused_unit": "nobody"}, "unknown_unit"),
        ({"about_team": "nobody"}, "unknown_team"),
        ({"happened_at": MONDAY + timedelta(days=1)}, "time_out_of_range"),
        ({"happened_at": MONDAY - timedelta(days=366 * 6)}, "time_out_of_range"),
        ({"source": f.Source(kind="instruction", due=MONDAY)}, "time_out_of_range"),
        (
            {"source": f.Source(kind="instruction", outside_number="13800138000", due=MONDAY + timedelta(days=1))},
            "personal_data_in_public_text",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(told: dict[str, object], code: str) -> None:
    """Nothing of it is kept."""
    given(Story()).by(t.OPERATOR).when(t.intake(t.received(**told))).refused(code)


def test_a_profile_may_allow_less_text() -> None:
    """Its own maximum counts, not only the general one."""
    story = Story(rules=rules_with(text_max=5))
    refusal = given(story).by(t.OPERATOR).when(t.intake(t.received(text="六个字的诉求"))).refused("text_too_long")
    assert refusal.details == {"most": 5}


def test_a_citizen_cannot_file_an_instruction() -> None:
    """Instructions come from those who may give them."""
    request = t.received(source=f.Source(kind="instruction", due=MONDAY + timedelta(days=3)))
    given(Story()).by(t.CITIZEN).when(t.intake(request)).refused("wrong_role")


@pytest.mark.parametrize("role", [Role.UNIT_CLERK, Role.REVIEWER, Role.ANALYST, Role.AUDITOR, Role.ADMIN])
def test_only_those_on_the_line_take_requests_down(role: Role) -> None:
    """A unit or a reviewer does not receive."""
    given(Story()).by(Actor(id="x", role=role)).when(t.intake(t.received())).refused("wrong_role")


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "   "},
        {"text": "字" * 2001},
        {"text": "a\x00b"},
        {"channel": "telepathy"},
        {"tags": ["有空格 的"]},
        {"surprise": 1},
        {"happened_at": "2026-03-01T10:00:00"},
        {"source": {"kind": "instruction", "due": "2026-03-09T10:00:00"}},
        {"place": {"lat": 91}},
        {"place": {"lat": float("nan"), "long": 1}},
        {"caller": {"anonymous": True, "name": "王"}},
    ],
)
def test_a_body_that_cannot_be_meant_is_no_command(body: dict[str, object]) -> None:
    """Unknown fields, control characters, moments without a zone and the like never reach a rule."""
    with pytest.raises(ValidationError):
        Receive.model_validate({"channel": "phone", "text": "正常", **body})


def test_the_exact_place_is_sealed_and_only_a_coarse_cell_is_clear() -> None:
    """About a square kilometre."""
    place = Whereabouts(address="春熙路1号", district="jinjiang", lat=30.65712, long=104.08123)
    taken = t.a_received_ticket(place=place, caller=Caller(name="王女士")).facts(f.TicketReceived)[0]
    assert (taken.district, taken.cell) == ("jinjiang", "30.66,104.08")
    assert "春熙路" not in taken.model_dump_json()
    assert "王女士" not in taken.model_dump_json()


def test_waiting_for_the_caller_stops_our_clocks_and_not_the_laws() -> None:
    """Citizen's, unit's and contact clocks stand; the statutory one runs on."""
    story = t.a_ticket_asked_for_more(category=("market", "market.food_safety"))
    assert story.ticket.state is State.NEEDS_SUPPLEMENT
    assert story.clock("citizen").paused
    assert story.clock("unit:a1").paused
    assert story.clock("first_contact:a1").paused
    assert story.clock("statutory:market-complaint").running
    assert story.clock("supplement").running


def test_the_caller_answers_and_the_ticket_is_back_where_it_was() -> None:
    """The clocks go on, and the days of the wait are not counted (Monday would not have been anyway)."""
    asked = t.a_ticket_asked_for_more()
    due = asked.clock("citizen").due
    story = given(asked).after(days=3).by(t.CITIZEN).when(GiveSupplement(text="三单元")).then(f.SupplementGiven)
    assert story.ticket.state is State.IN_PROGRESS
    assert story.clock("citizen").due == due + timedelta(days=2)
    assert story.clock("supplement").stopped


def test_the_wait_for_the_caller_ends_by_itself() -> None:
    """When its limit is over the ticket is back where it was, by a fact of the clock; not a moment before."""
    asked = t.a_ticket_asked_for_more()
    ring = Ring(clock="supplement", level="red")
    due = asked.clock("supplement").due
    early = asked.fork()
    early.now = due - timedelta(seconds=1)
    given(early).by(t.CLOCK).when(ring).then()
    asked.now = due
    story = given(asked).by(t.CLOCK).when(ring).then(f.SupplementWaitEnded)
    assert story.ticket.state is State.IN_PROGRESS
    assert story.clock("citizen").running
    given(story).by(t.CLOCK).when(ring).then()


def test_a_received_ticket_waits_for_the_caller_too() -> None:
    """And is received again afterwards."""
    story = t.a_received_ticket().do(t.OPERATOR, AskSupplement(question="哪个区？"))
    assert story.clock("dispatch").paused
    assert story.do(t.CITIZEN, GiveSupplement(text="锦江")).ticket.state is State.RECEIVED


def test_what_is_added_unasked_moves_nothing() -> None:
    """More words from the caller are kept; state and clocks stay."""
    before = t.a_signed_ticket()
    after = given(before).by(t.CITIZEN).when(GiveSupplement(text="又来了")).then(f.SupplementGiven)
    assert (after.ticket.state, after.ticket.clocks) == (before.ticket.state, before.ticket.clocks)


def test_who_wants_no_contact_is_not_asked() -> None:
    """The preference is obeyed by everything that contacts people."""
    story = t.a_signed_ticket(contact_preference="none")
    given(story).by(t.ENVIRONMENT).when(AskSupplement(question="？")).refused("no_contact_wanted")


def test_a_unit_without_a_part_asks_nothing() -> None:
    """Only who works on it asks the caller."""
    given(t.a_signed_ticket()).by(t.HOUSES).when(AskSupplement(question="？")).refused("no_such_part")


@pytest.mark.parametrize(
    "story",
    [t.a_received_ticket, t.a_signed_ticket, t.a_ticket_asked_for_more, t.a_deferred_ticket, t.a_replied_ticket],
)
def test_the_caller_may_take_it_back_while_it_is_open(story: object) -> None:
    """It ends for good: every clock stops, nothing archives or reopens it."""
    done = given(story()).by(t.CITIZEN).when(Withdraw(reason="自行解决")).then(f.TicketWithdrawn)  # type: ignore[operator]
    assert done.ticket.state is State.WITHDRAWN
    assert all(reading.stopped for reading in done.ticket.clocks.values())
    assert not done.ticket.parts()
    given(done).by(t.CITIZEN).when(Withdraw()).refused("over")


def test_an_instruction_is_not_the_callers_to_take_back() -> None:
    """It belongs to who gave it."""
    story = t.a_signed_ticket(source=f.Source(kind="province", outside_number="川督〔2026〕12号"))
    given(story).by(t.CITIZEN).when(Withdraw()).refused("not_the_callers")


def test_an_instruction_keeps_its_own_due_time() -> None:
    """Our waiting does not move it."""
    due = moment("2026-03-10 18:00")
    story = t.a_ticket_asked_for_more(source=f.Source(kind="instruction", due=due))
    assert story.clock("instruction").running
    assert story.clock("instruction").due == due
