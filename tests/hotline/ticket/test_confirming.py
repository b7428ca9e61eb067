"""What was read is a proposal: kept with its reasons, confirmed in one step by a person, or by rule where a profile lets it."""

from typing import Any

import pytest

from hotline.handoff.facts import HandOffOffered
from hotline.rules import load
from hotline.ticket.classifying import Classify
from hotline.ticket.confirming import ConfirmReading, DispatchByRule
from hotline.ticket.dispatching import Dispatch
from hotline.ticket.facts import TicketClassified, TicketDispatched, TicketReceived
from hotline.ticket.handoff_facts import TicketHandedOff
from hotline.ticket.number import NumberClaimed
from hotline.ticket.reading_facts import ReadingConfirmed, TicketRead
from hotline.ticket.ticket import State
from tests.spec import Story, given, rules_with
from tests.tickets import CITIZEN, CLOCK, DISPATCHER, ENV, OPERATOR, a_received_ticket, clerk, not_ours

LAMPS = "玉林北街的路灯坏了好几盏，晚上黑漆漆的，请尽快修"
FIRE = "楼下着火了，浓烟滚滚，有人被困"
RULE = load("sichuan-2025").profile.reading


def lamps(**told: Any) -> Story:
    return a_received_ticket(read=True, **{"text": LAMPS, **told})


def by_itself(**changes: Any) -> Any:
    """A profile that dispatches street lights from the web by rule."""
    return rules_with(reading=RULE.model_copy(update={"automatic": True, "confidence": 0.3, **changes}))


def test_a_request_is_read_when_it_is_taken_down() -> None:
    """The proposal follows in the same write, with places in the text and no word of it."""
    story = lamps()
    assert [type(r.fact) for r in story.log] == [TicketReceived, NumberClaimed, TicketRead]
    (read,) = story.facts(TicketRead)
    assert read.proposal.category == ("municipal", "municipal.street_lights")
    assert read.proposal.district == "wuhou"
    assert read.proposal.unit == "wuhou-city-management"
    assert read.proposal.evidence
    stored = read.model_dump_json()
    assert not any(LAMPS[n : n + 2] in stored for n in range(len(LAMPS) - 1))


def test_a_state_secret_is_not_read() -> None:
    """Nothing of it is kept, so nothing is read of it either."""
    story = a_received_ticket(read=True, state_secret=True)
    assert story.facts(TicketRead) == []


def test_an_operator_confirms_in_one_step() -> None:
    """Classified and dispatched as proposed, and it is kept which rule chose the unit."""
    story = (
        given(lamps()).by(OPERATOR).when(ConfirmReading()).then(TicketClassified, TicketDispatched, ReadingConfirmed)
    )
    ticket = story.ticket
    assert (ticket.state, ticket.lead.unit if ticket.lead else None) == (State.IN_PROGRESS, "wuhou-city-management")
    assert (ticket.type, ticket.category[-1]) == (story.ticket.proposal.type, "municipal.street_lights")  # type: ignore[union-attr]
    (confirmed,) = story.facts(ReadingConfirmed)
    assert (confirmed.rule, confirmed.catalogue, confirmed.by_rule) == (
        "municipal",
        story.rules.profile.catalogue,
        False,
    )
    assert not ticket.clocks["dispatch"].running


def test_what_a_person_said_stays_as_he_said_it() -> None:
    """Confirming fills in what nobody has said: the unit follows the category a person gave."""
    story = lamps(type="consult", category=("market", "market.prices"), urgency="urgent").do(OPERATOR, ConfirmReading())
    ticket = story.ticket
    assert (ticket.type, ticket.category[-1], ticket.urgency) == ("consult", "market.prices", "urgent")
    assert ticket.lead is not None
    assert ticket.lead.unit == "wuhou-market"


def test_after_a_correction_the_unit_follows_it() -> None:
    """Classified otherwise by a person, one step dispatches what he said."""
    story = lamps().do(OPERATOR, Classify(type="complaint", category=("utilities", "utilities.water")))
    story = given(story).by(DISPATCHER).when(ConfirmReading()).then(TicketDispatched, ReadingConfirmed)
    assert story.ticket.lead is not None
    assert story.ticket.lead.unit == "city-water"


def test_there_is_nothing_to_confirm_where_nothing_was_read() -> None:
    """Without a proposal, or with a text nobody can read."""
    given(a_received_ticket()).by(OPERATOR).when(ConfirmReading()).refused("nothing_read")
    given(lamps(text="……")).by(OPERATOR).when(ConfirmReading()).refused("nothing_read")


def test_what_came_back_is_not_confirmed_again() -> None:
    """A unit that gave it back would be proposed once more: a dispatcher decides."""
    from hotline.ticket.returning import AcceptReturn

    story = lamps().do(OPERATOR, ConfirmReading()).do(clerk("wuhou-city-management"), not_ours())
    story = story.do(DISPATCHER, AcceptReturn())
    given(story).by(DISPATCHER).when(ConfirmReading()).refused("dispatched_before")


def test_a_report_is_not_confirmed_to_the_accused_unit() -> None:
    """Confirming sends it to one that is neither accused nor below; where there is none, it is refused."""
    told = {"type": "report", "category": ("market", "market.food_safety")}
    story = lamps(**told, accused_unit="wuhou-market").do(OPERATOR, ConfirmReading())
    assert story.ticket.lead is not None
    assert story.ticket.lead.unit != "wuhou-market"
    given(lamps(**told, accused_unit="city")).by(OPERATOR).when(ConfirmReading()).refused("no_unit_proposed")


def test_nothing_is_dispatched_by_rule_unless_a_profile_says_so() -> None:
    """It is off where nobody has switched it on."""
    given(lamps(channel="web", by=CITIZEN)).by(CLOCK).when(DispatchByRule()).refused("not_by_rule")


def test_a_routine_request_is_dispatched_by_rule_where_a_profile_says_so() -> None:
    """Surely read, of a routine category, from where nobody is on the line: by the system, and marked so."""
    story = lamps(rules=by_itself(), channel="web", by=CITIZEN)
    story = given(story).by(CLOCK).when(DispatchByRule()).then(TicketClassified, TicketDispatched, ReadingConfirmed)
    assert story.facts(ReadingConfirmed)[0].by_rule


@pytest.mark.parametrize(
    "told",
    [
        {"channel": "phone", "by": OPERATOR},
        {"text": FIRE},
        {"urgency": "urgent"},
        {"type": "report"},
        {"accused_unit": ENV},
        {"about_team": "intake-day"},
        {"text": "请问公积金怎么提取"},
        {"text": LAMPS + "。另外我们小区的电梯也经常困人，物业不管"},
    ],
    ids=lambda told: "-".join(told),
)
def test_what_is_not_routine_waits_for_a_person(told: dict[str, Any]) -> None:
    """On the line, dangerous, urgent, a report, about a unit or a team, of another category, or several matters in one."""
    story = lamps(rules=by_itself(), **{"channel": "web", "by": CITIZEN, **told})
    given(story).by(CLOCK).when(DispatchByRule()).refused("not_by_rule")


def test_what_was_read_with_doubt_waits_for_a_person() -> None:
    """Below the profile's confidence nothing happens by itself."""
    story = lamps(rules=by_itself(confidence=1.0), channel="web", by=CITIZEN)
    given(story).by(CLOCK).when(DispatchByRule()).refused("not_by_rule")


def test_a_danger_in_a_form_is_told_at_once() -> None:
    """Nobody is on the line to be asked: the platform whose danger it is hears of it in the same write, urgency stays for a
    person to decide, and a part of the matter stays here."""
    story = a_received_ticket(read=True, text=FIRE, channel="web", by=CITIZEN)
    told = story.facts(TicketHandedOff)
    assert {fact.platform for fact in told} == {"119"}
    assert all(fact.danger and fact.follow_up for fact in told)
    assert story.facts(HandOffOffered)[0].urgency == "emergency"
    assert story.ticket.urgency == "normal"


def test_a_danger_on_the_line_is_for_the_operator() -> None:
    """He hears the caller and decides; the proposal says what was read and why."""
    story = a_received_ticket(read=True, text=FIRE)
    assert story.facts(TicketHandedOff) == []
    (read,) = story.facts(TicketRead)
    assert read.proposal.urgency == "emergency"
    assert {alarm.rule for alarm in read.proposal.alarms} >= {"fire.burning"}


def test_a_city_may_keep_dangers_in_forms_to_its_people() -> None:
    """The channels are data."""
    rules = rules_with(reading=RULE.model_copy(update={"danger_channels": ()}))
    assert a_received_ticket(rules, read=True, text=FIRE, channel="web", by=CITIZEN).facts(TicketHandedOff) == []


def test_giving_it_to_another_unit_is_a_dispatchers_right() -> None:
    """A proposal binds nobody."""
    story = lamps().do(OPERATOR, Classify(type="help", category=("market", "market.prices")))
    given(story).by(DISPATCHER).when(Dispatch(lead=ENV)).then(TicketDispatched)
