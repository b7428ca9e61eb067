"""Settled on the line."""

from datetime import timedelta
from uuid import UUID

import pytest

from hotline.caller import conduct
from hotline.command import Command
from hotline.ticket import facts as f
from hotline.ticket.answering import Answer, Explain, Refer, Void
from hotline.ticket.closing import AcceptAsSource
from hotline.ticket.ticket import State
from tests import tickets as t
from tests.spec import Story, given, rules_with

PERSON = UUID(int=7)


@pytest.mark.parametrize(
    ("command", "fact", "outcome"),
    [
        (Answer(answer="请到窗口办理", knowledge="kb-12"), f.TicketAnswered, "answered"),
        (Refer(route="arbitration"), f.TicketReferred, "referred"),
        (Explain(ground="unlawful", words="依法不予支持"), f.TicketExplained, "explained"),
    ],
)
def test_a_request_may_end_on_the_line(command: Command, fact: type[f.TicketFact], outcome: str) -> None:
    """Answered, pointed to the statutory route, or explained: closed at once, with its outcome."""
    story = given(t.a_received_ticket()).by(t.OPERATOR).when(command).then(fact, f.TicketClosed)
    assert story.ticket.state is State.CLOSED
    assert story.ticket.outcome == outcome
    assert story.clock("archive").running
    assert story.clock("reopen").running
    assert story.clock("dispatch").stopped


@pytest.mark.parametrize(
    "command", [Answer(answer="好"), Refer(route="petition"), Explain(ground="private", words="好")]
)
def test_an_instruction_does_not_end_on_the_line_unaccepted(command: Command) -> None:
    """Its source accepts before it closes, whichever way it ends; the operator is not even offered it."""
    story = t.a_received_ticket(source=f.Source(kind="instruction"))
    given(story).by(t.OPERATOR).when(command).refused("source_has_not_accepted")
    assert command.ACTION not in story.allowed(t.OPERATOR)
    story.do(t.LEADER, AcceptAsSource())
    assert command.ACTION in story.allowed(t.OPERATOR)


def test_only_known_routes() -> None:
    """Refused by name, the route with it."""
    given(t.a_received_ticket()).by(t.OPERATOR).when(Refer(route="fortune_teller")).refused("unknown_route")


def test_what_is_written_down_already_is_no_longer_a_secret_to_refer() -> None:
    """A state secret must not be in the system at all."""
    given(t.a_received_ticket()).by(t.OPERATOR).when(Refer(route="state_secret")).refused("secret_already_written")


def test_the_result_stands_only_when_an_unhappy_caller_was_heard() -> None:
    """On the line there is no result yet, in triage there is no other ground."""
    stands, private = (Explain(ground=g, words="说明") for g in ("result_stands", "private"))
    given(t.a_received_ticket()).by(t.OPERATOR).when(stands).refused("wrong_ground")
    given(t.an_unhappy_ticket()).by(t.REVIEWER).when(private).refused("wrong_ground")
    given(t.a_ticket_to_call_back()).by(t.REVIEWER).when(stands).refused("not_in_triage")
    story = given(t.an_unhappy_ticket()).by(t.REVIEWER).when(stands).then(f.TicketExplained, f.TicketClosed)
    assert story.ticket.outcome == "explained"


def test_a_reviewer_does_not_answer_the_line_and_an_operator_does_not_triage() -> None:
    """Each explains only in his own place."""
    given(t.a_received_ticket()).by(t.REVIEWER).when(Explain(ground="private", words="说")).refused("wrong_role")
    given(t.an_unhappy_ticket()).by(t.OPERATOR).when(Explain(ground="result_stands", words="说")).refused("wrong_role")


def test_a_misdial_is_logged_and_closed_and_nobody_is_blamed() -> None:
    """No step of the ladder."""
    story = given(t.a_received_ticket(person=PERSON)).by(t.OPERATOR).when(Void(kind="misdial")).then(f.TicketVoided)
    assert story.ticket.state is State.VOID
    assert all(r.stopped for r in story.ticket.clocks.values())


def nuisance(story: Story, nth: int) -> list[type]:
    """The caller's nth nuisance call, and what follows from it beside the voided ticket."""
    story.id = UUID(int=nth)
    story.decide(t.intake(t.received(), PERSON), t.OPERATOR)
    return [type(r.fact) for r in story.decide(Void(kind="nuisance"), t.OPERATOR)][1:]


def test_the_ladder_warns_then_restricts_then_tells_the_police() -> None:
    """Step by step, as the profile's numbers say."""
    story = Story()
    assert nuisance(story, 1) == [conduct.NuisanceNoted]
    assert nuisance(story, 2) == [conduct.NuisanceNoted, conduct.CallerWarned]
    assert nuisance(story, 3) == [conduct.NuisanceNoted, conduct.CallerRestricted]
    story.now += timedelta(days=30, minutes=1)  # the restriction has run out, and so has the window
    assert nuisance(story, 4) == [conduct.NuisanceNoted]


def test_the_police_are_told_at_the_profiles_step() -> None:
    """Told once the count is reached, and the ticket says so."""
    rules = rules_with(nuisance=rules_with().nuisance.model_copy(update={"restrict_at": 9, "police_at": 2}))
    story = Story(rules)
    nuisance(story, 1)
    assert conduct.PoliceTold in nuisance(story, 2)
    assert [v.told_police for v in story.facts(f.TicketVoided)] == [False, True]


def test_a_malicious_call_goes_to_the_police_at_once() -> None:
    """One of the five dispositions (国办函〔2025〕66号)."""
    story = (
        given(t.a_received_ticket(person=PERSON))
        .by(t.OPERATOR)
        .when(Void(kind="malicious"))
        .then(f.TicketVoided, conduct.NuisanceNoted, conduct.PoliceTold)
    )
    assert story.facts(f.TicketVoided)[0].told_police


def test_the_ladder_never_silences_an_emergency() -> None:
    """A restricted caller is refused an ordinary request and heard in an emergency, which nobody can void."""
    story = Story()
    for nth in (1, 2, 3):
        nuisance(story, nth)
    story.id = UUID(int=9)
    given(story).by(t.OPERATOR).when(t.intake(t.received(), PERSON)).refused("caller_restricted")
    urgent = t.intake(t.received(urgency="emergency"), PERSON)
    story.decide(urgent, t.OPERATOR)
    given(story).by(t.OPERATOR).when(Void(kind="nuisance")).refused("emergency_is_never_void")


def test_another_caller_is_not_restricted_with_him() -> None:
    """The ladder belongs to one person."""
    story = Story()
    for nth in (1, 2, 3):
        nuisance(story, nth)
    story.id = UUID(int=9)
    story.decide(t.intake(t.received(), UUID(int=8)), t.OPERATOR)
    assert story.ticket.state is State.RECEIVED
