"""An inspector looks for himself whether a matter was resolved."""

import pytest

from hotline.facts import Actor, Role
from hotline.ticket import facts as f
from hotline.ticket.closing import Reopen
from hotline.ticket.inspecting import Inspect
from tests import tickets as t
from tests.spec import Story, given

FOUND = Inspect(resolution="unresolved", words="现场仍有油烟")
AUDITOR = Actor(id="au1", role=Role.AUDITOR)


@pytest.mark.parametrize("by", [t.SUPERVISOR, AUDITOR])
@pytest.mark.parametrize("story", [t.a_replied_ticket(), t.a_ticket_to_call_back(), t.a_closed_ticket()])
def test_a_result_is_inspected_and_nothing_moves(story: Story, by: Actor) -> None:
    """After the lead's reply or the close, the finding is a fact with sealed words; state, parts and clocks stay."""
    before = story.ticket
    after = given(story).by(by).when(FOUND).then(f.ResolutionInspected)
    (found,) = after.facts(f.ResolutionInspected)
    assert (found.resolution, found.words) == ("unresolved", f"s1.A.inspected_words-{len(FOUND.words)}")
    assert (after.ticket.state, after.ticket.assignments, after.ticket.clocks) == (
        before.state,
        before.assignments,
        before.clocks,
    )


def test_it_may_be_inspected_again() -> None:
    """Each finding is a fact of its own."""
    story = given(t.a_closed_ticket()).by(AUDITOR).when(FOUND).then(f.ResolutionInspected)
    given(story).by(t.SUPERVISOR).when(Inspect(resolution="resolved", words="已复查")).then(f.ResolutionInspected)


def test_there_must_be_a_result_to_inspect() -> None:
    """Before any reply, and after the matter was opened again, there is none; of a state secret nothing was kept."""
    given(t.a_contacted_ticket()).by(AUDITOR).when(FOUND).refused("no_result_yet")
    again = t.a_closed_ticket().do(t.REVIEWER, Reopen(reason="复发"))
    given(again).by(AUDITOR).when(FOUND).refused("no_result_yet")
    given(t.a_received_ticket(state_secret=True)).by(AUDITOR).when(FOUND).refused("nothing_to_inspect")


@pytest.mark.parametrize("by", [t.REVIEWER, t.ENVIRONMENT, t.OPERATOR, t.CITIZEN, t.LEADER])
def test_nobody_inspects_who_had_a_hand_in_it(by: Actor) -> None:
    """Neither the unit nor those who reviewed and called back."""
    given(t.a_closed_ticket()).by(by).when(FOUND).refused("wrong_role")
