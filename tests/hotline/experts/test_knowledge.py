"""What experts write back: nothing personal, looked at again in time, put away when it holds no longer."""

from datetime import timedelta
from uuid import UUID

import pytest

from hotline.command import Command, Refused
from hotline.consultation.answering import AnswerConsultation
from hotline.consultation.offering import Offer, PickUp
from hotline.facts import Actor
from hotline.knowledge import facts as f
from hotline.knowledge.knowledge import Knowledge, Renew, Retire, RingKnowledge, WriteBack
from tests import tickets as t
from tests.experts import Centre, expert

ENTRY = UUID(int=7)
WORDS = {"skill": "tax", "title": "个税补缴", "question": "逾期了怎么办？", "answer": "到办税厅补办。"}


def refused(centre: Centre, command: Command, by: Actor, on: UUID = ENTRY) -> str:
    before = dict(centre.states)
    with pytest.raises(Refused) as refusal:
        centre.do(command, on, by)
    assert centre.states == before
    return refusal.value.code


def written() -> Centre:
    centre = Centre()
    centre.do(WriteBack(**WORDS), ENTRY, expert("ex1"))  # type: ignore[arg-type]
    return centre


def standing(centre: Centre) -> str:
    entry: Knowledge = centre.states[ENTRY][1]
    return entry.standing


def test_an_answer_is_written_back_by_whoever_gave_it() -> None:
    """Not by another expert, not before it was given."""
    centre = Centre()
    who = centre.sits("ex1")
    consultation = centre.asks()
    back = WriteBack(**WORDS, consultation=consultation)  # type: ignore[arg-type]
    assert refused(centre, back, who) == "not_answered_by_you"
    centre.do(Offer(seat="ex1"), consultation, t.CLOCK)
    centre.do(PickUp(), consultation, who)
    centre.do(AnswerConsultation(how="live"), consultation, who)
    assert refused(centre, back, expert("ex2")) == "not_answered_by_you"
    told = centre.do(back, ENTRY, who)[0]
    assert isinstance(told, f.KnowledgeWritten)
    assert (told.owner, told.consultation) == ("ex1", consultation)
    assert refused(centre, back, who) == "knowledge_written_already"


def test_nothing_personal_and_nothing_unknown_is_written() -> None:
    """Anybody may read it."""
    centre = Centre()
    personal = WriteBack(**{**WORDS, "answer": "请拨打张三 13812345678"})  # type: ignore[arg-type]
    assert refused(centre, personal, expert("ex1")) == "personal_data_in_public_text"
    assert refused(centre, WriteBack(**{**WORDS, "skill": "stars"}), expert("ex1")) == "unknown_skill"  # type: ignore[arg-type]
    assert refused(centre, WriteBack(**WORDS), t.OPERATOR) == "wrong_role"  # type: ignore[arg-type]
    assert refused(centre, Renew(), expert("ex1")) == "no_such_knowledge"


def test_it_falls_due_for_review_and_ends_by_timers_that_are_never_early() -> None:
    """On the day of its review, and after the last day it holds; each once."""
    centre = written()
    review, expiry = RingKnowledge(clock="review", level="red"), RingKnowledge(clock="expiry", level="red")
    assert centre.later(days=179).do(review, ENTRY, t.CLOCK) == []
    assert len(centre.later(days=1).do(review, ENTRY, t.CLOCK)) == 1
    assert standing(centre) == "review"
    assert centre.do(review, ENTRY, t.CLOCK) == []
    assert centre.do(expiry, ENTRY, t.CLOCK) == []
    centre.later(days=551).do(expiry, ENTRY, t.CLOCK)
    assert standing(centre) == "expired"


def test_whoever_looks_again_renews_or_retires_it() -> None:
    """Its owner, or a supervisor; nobody afterwards."""
    centre = written()
    assert refused(centre, Renew(), expert("ex2")) == "not_your_knowledge"
    centre.later(days=200).do(RingKnowledge(clock="review", level="red"), ENTRY, t.CLOCK)
    renewed = centre.do(Renew(answer="可在线补办。"), ENTRY, expert("ex1"))[0]
    assert isinstance(renewed, f.KnowledgeRenewed)
    assert (standing(centre), renewed.answer) == ("valid", "可在线补办。")
    centre.do(Retire(reason="政策已废止"), ENTRY, t.SUPERVISOR)
    assert refused(centre, Renew(), expert("ex1")) == "knowledge_retired"
    assert all(reading.stopped for reading in centre.states[ENTRY][1].clocks.values())


def test_dates_must_lie_ahead_and_within_what_the_profile_allows() -> None:
    """Named refusals."""
    centre, today = Centre(), Centre().now.date()
    for wrong in (
        {"valid_until": today - timedelta(days=1)},
        {"valid_until": today + timedelta(days=731)},
        {"review_on": today},
        {"review_on": today + timedelta(days=31), "valid_until": today + timedelta(days=30)},
    ):
        assert refused(centre, WriteBack(**WORDS, **wrong), expert("ex1")) == "date_out_of_range"  # type: ignore[arg-type]
