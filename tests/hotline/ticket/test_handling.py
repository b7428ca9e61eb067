"""A unit at work."""

import pytest

from hotline.ticket import facts as f
from hotline.ticket.dispatching import PassDown
from hotline.ticket.handling import Contact, Reply, Sign
from hotline.ticket.returning import AcceptReturn
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.spec import MONDAY, given, moment, rules_with


def test_a_unit_signs_its_own_part_once() -> None:
    """Nobody signs for another, nobody twice."""
    story = t.a_dispatched_ticket()
    given(story).by(t.HOUSES).when(Sign()).refused("no_such_part")
    story = given(story).by(t.ENVIRONMENT).when(Sign()).then(f.AssignmentSigned)
    assert story.clock("sign:a1").stopped
    given(story).by(t.ENVIRONMENT).when(Sign()).refused("no_such_part")


def test_contact_stops_its_clock_only_when_the_caller_was_reached() -> None:
    """An attempt is kept as an attempt."""
    story = t.a_signed_ticket()
    story = given(story).by(t.ENVIRONMENT).when(Contact(way="voice", reached=False)).then(f.CallerContacted)
    assert story.clock("first_contact:a1").running
    story = given(story).by(t.ENVIRONMENT).when(Contact(way="voice")).then(f.CallerContacted)
    assert story.clock("first_contact:a1").stopped


def test_contact_obeys_the_callers_preference() -> None:
    """None means none, and who wants text is not called."""
    none, text = (t.a_signed_ticket(contact_preference=p) for p in ("none", "text"))
    given(none).by(t.ENVIRONMENT).when(Contact(way="text")).refused("no_contact_wanted")
    given(text).by(t.ENVIRONMENT).when(Contact(way="voice")).refused("other_contact_wanted")
    given(text).by(t.ENVIRONMENT).when(Contact(way="text")).then(f.CallerContacted)


@pytest.mark.parametrize("when", ["2026-03-01 09:00", "2026-03-05 09:00"])
def test_a_contact_took_place_between_receipt_and_now(when: str) -> None:
    """Neither before the request nor in the future."""
    contact = Contact(way="voice", happened_at=moment(when))
    given(t.a_signed_ticket()).by(t.ENVIRONMENT).when(contact).refused("time_out_of_range")


def test_a_contact_remembers_when_it_was() -> None:
    """Two times: when it happened and when it was entered."""
    story = t.a_signed_ticket()
    then = MONDAY.replace(hour=9, minute=25)
    story.do(t.ENVIRONMENT, Contact(way="voice", happened_at=then))
    assert story.log[-1].when == then < story.log[-1].recorded_at


def test_the_leads_reply_is_the_tickets_and_stops_the_citizens_clock() -> None:
    """Unit's and citizen's clocks stop, review begins."""
    story = given(t.a_contacted_ticket()).by(t.ENVIRONMENT).when(t.the_reply()).then(f.AssignmentReplied)
    assert story.ticket.state is State.REPLIED
    assert story.clock("citizen").kept
    assert story.clock("unit:a1").kept
    assert story.clock("review").running


def test_a_co_handlers_reply_alone_leaves_it_open() -> None:
    """The caller's clock runs on until the lead has replied."""
    story = t.a_contacted_ticket(t.HOUSING).do(t.HOUSES, Sign())
    reply = Reply(internal_result="无违建", claimed="resolved")
    story = given(story).by(t.HOUSES).when(reply).then(f.AssignmentReplied)
    assert story.ticket.state is State.IN_PROGRESS
    assert story.clock("citizen").running
    assert story.clock("unit:a2").stopped


def test_a_part_below_replies_to_the_one_above() -> None:
    """The unit that stays answerable replies for the ticket."""
    story = t.a_dispatched_ticket(lead=t.DISTRICT)
    district, street = t.clerk(t.DISTRICT), t.clerk(t.STREET)
    story.do(district, Sign(), PassDown(unit=t.STREET)).do(street, Sign(), Contact(way="voice"))
    story.do(street, Reply(internal_result="已清理", claimed="resolved"))
    assert story.ticket.state is State.IN_PROGRESS
    given(story).by(district).when(t.the_reply()).then(f.AssignmentReplied)


def test_the_lead_says_what_may_be_said_in_public() -> None:
    """A co-handler need not."""
    given(t.a_contacted_ticket()).by(t.ENVIRONMENT).when(t.the_reply(public_reply=None)).refused("public_reply_missing")


@pytest.mark.parametrize("personal", ["请致电13800138000", "身份证51010419900101123X已核", "王女士反映的油烟已处理"])
def test_a_public_reply_holds_nothing_personal(personal: str) -> None:
    """It is refused with the kinds of what was found, not with the words."""
    refusal = (
        given(t.a_contacted_ticket())
        .by(t.ENVIRONMENT)
        .when(t.the_reply(public_reply=personal))
        .refused("personal_data_in_public_text")
    )
    assert refusal.details["field"] == "public_reply"
    assert personal not in str(refusal.details)


def test_contact_comes_before_the_reply() -> None:
    """Reached once, or tried as often as a call-back would be; until then a reply is not even offered."""
    story = t.a_signed_ticket()
    given(story).by(t.ENVIRONMENT).when(t.the_reply()).refused("contact_first")
    assert "reply" not in story.allowed(t.ENVIRONMENT)
    story.do(t.ENVIRONMENT, Contact(way="voice", reached=False))
    given(story).by(t.ENVIRONMENT).when(t.the_reply()).refused("contact_first")
    story.do(t.ENVIRONMENT, Contact(way="voice", reached=False))
    given(story).by(t.ENVIRONMENT).when(t.the_reply()).then(f.AssignmentReplied)


@pytest.mark.parametrize("told", [{"reachable": False}, {"contact_preference": "none"}])
def test_who_cannot_or_will_not_be_contacted_holds_no_reply_up(told: dict[str, object]) -> None:
    """Nor when the profile does not ask for it."""
    given(t.a_signed_ticket(**told)).by(t.ENVIRONMENT).when(t.the_reply()).then(f.AssignmentReplied)


def test_a_profile_may_not_ask_for_contact() -> None:
    """Rules are data."""
    story = t.a_signed_ticket(rules=rules_with(contact_before_reply=False))
    given(story).by(t.ENVIRONMENT).when(t.the_reply()).then(f.AssignmentReplied)


def test_templates_are_those_of_the_profile() -> None:
    """An unknown one is refused by name."""
    given(t.a_contacted_ticket()).by(t.ENVIRONMENT).when(t.the_reply(template="none-such")).refused("unknown_template")
    given(t.a_contacted_ticket()).by(t.ENVIRONMENT).when(t.the_reply(template="resolved")).then(f.AssignmentReplied)


@pytest.mark.parametrize("claim", ["resolved", "explained", "unresolved"])
def test_what_the_unit_claims_is_kept_in_its_own_words(claim: str) -> None:
    """Claimed, confirmed and verified are three different things."""
    story = given(t.a_contacted_ticket()).by(t.ENVIRONMENT).when(t.the_reply(claim)).then(f.AssignmentReplied)
    assert story.facts(f.AssignmentReplied)[0].claimed == claim


def test_a_co_handler_works_on_while_the_lead_is_sought() -> None:
    """Its clock runs, so it can sign and reply; the ticket stays where it is."""
    story = t.a_ticket_wanted_back(t.HOUSING).do(t.DISPATCHER, AcceptReturn())
    story.do(t.HOUSES, Sign(), Reply(internal_result="无违建", claimed="resolved"))
    assert story.ticket.state is State.AWAITING_DISPATCH


def test_a_late_co_handler_replies_while_the_caller_is_asked() -> None:
    """A clock that runs can always be answered."""
    story = t.a_ticket_to_call_back(t.HOUSING)
    assert story.clock("unit:a2").running
    story.do(t.HOUSES, Sign(), Reply(internal_result="无违建", claimed="resolved"))
    assert story.clock("unit:a2").stopped
    assert story.ticket.state is State.CALLBACK_DUE
