"""How much a caller may say to one ticket in a day."""

from hotline.ticket import facts as f
from hotline.ticket.calling_back import Rate
from hotline.ticket.supplementing import AskSupplement, GiveSupplement
from tests import tickets as t
from tests.spec import Story, given

MORE = GiveSupplement(text="三单元")
AGAIN = Rate(resolution="resolved", satisfaction="satisfied")


def said_all(story: Story, command: GiveSupplement | Rate) -> Story:
    """Said as often as the profile lets a caller within a day."""
    for _ in range(story.rules.public.words_a_day):
        story.do(t.CITIZEN, command, minutes=0)
    return story


def test_additions_have_an_end_for_a_day() -> None:
    """After as many as the profile says a caller is told to come again tomorrow, and may; nothing is written meanwhile."""
    story = said_all(t.a_dispatched_ticket(), MORE)
    before = len(story.log)
    given(story).by(t.CITIZEN).when(MORE).refused("said_enough")
    assert len(story.log) == before
    given(story).after(hours=23).by(t.CITIZEN).when(MORE).refused("said_enough")
    given(story).after(hours=24).by(t.CITIZEN).when(MORE).then(f.SupplementGiven)


def test_additions_and_ratings_are_counted_together() -> None:
    """A closed ticket can be rated anew as often as its caller may speak, and no more."""
    story = said_all(t.a_closed_ticket(), AGAIN)
    given(story).by(t.CITIZEN).when(AGAIN).refused("said_enough")


def test_an_answer_to_our_question_is_always_taken() -> None:
    """Whoever has said enough is still heard when he is asked, and staff take down as much as they hear."""
    story = said_all(t.a_dispatched_ticket(), MORE)
    story.do(t.OPERATOR, MORE, AskSupplement(question="几单元？"))
    given(story).by(t.CITIZEN).when(MORE).then(f.SupplementGiven)


def test_staff_are_not_counted() -> None:
    """What an operator takes down on the telephone leaves the caller his own number of words."""
    story = t.a_dispatched_ticket()
    for _ in range(story.rules.public.words_a_day + 1):
        story.do(t.OPERATOR, MORE)
    given(story).by(t.CITIZEN).when(MORE).then(f.SupplementGiven)
