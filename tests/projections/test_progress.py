"""What the citizen sees: every step that concerns him, and nothing of what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hotline.facts import Actor, Recorded, Role
from hotline.handoff import messages as m
from hotline.handoff.taking import Take
from hotline.texts import say
from hotline.ticket.actions import ACTIONS
from hotline.ticket.facts import TicketErased
from projections import progress
from projections.follow import catch_up
from projections.progress import VIEW, Progress, read
from projections.view import Views
from tests import handoffs
from tests import tickets as t
from tests.lives import PEOPLE
from tests.projections.lives import PaperLog, docs_of, life, ticket_id, together
from tests.spec import Story


def seen(history: list[Recorded] | tuple[Recorded, ...]) -> Progress:
    ((ticket, doc),) = docs_of(VIEW, history).items()
    return read(ticket, doc)


def of(story: Story) -> Progress:
    return seen([r for r in story.log if r.originator_id == story.id])


def do(story: Story, action: str, by: Actor, **body: Any) -> Story:
    return story.do(by, ACTIONS[action].model_validate(body))


def codes(shown: Progress) -> list[str]:
    return [step.code for step in shown.milestones]


def handed(story: Story, message: m.Message) -> Story:
    assert story.ticket.handed is not None
    story.now += timedelta(minutes=10)
    story.decide(Take(message=message), handoffs.LINK, story.ticket.handed.handoff)
    return story


def test_a_hand_off_is_never_called_more_than_was_acknowledged() -> None:
    """Told and waiting until the other platform's acceptance is in our log; then its progress and its result."""
    story = do(t.a_received_ticket(), "hand-off", t.OPERATOR, to="110", way="push", summary="斗殴", reason="治安")
    assert codes(of(story)) == ["received", "handed_off"]
    assert of(story).milestones[-1].slots == {"platform": "110"}
    handoff = story.states[story.ticket.handed.handoff][1]  # type: ignore[union-attr]
    head: dict[str, Any] = {"handoff_id": handoff.id, "sender": "110", "to": handoff.us, "at": story.now}
    handed(story, m.Received(**head, seq=1))
    assert codes(of(story)) == ["received", "handed_off"], "received is not accepted"
    handed(story, m.Accept(**head, seq=2, body=m.AcceptBody(reference="J1")))
    handed(story, m.Progress(**head, seq=3, body=m.ProgressBody(words="王小明 13800138000 已联系")))
    handed(story, m.Result(**head, seq=4, body=m.ResultBody(words="现场已处置", outcome="done")))
    shown = of(story)
    assert codes(shown) == [
        "received",
        "handed_off",
        "hand_off_taken",
        "hand_off_progress",
        "hand_off_result",
        "closed",
    ]
    assert shown.milestones[3].words is None, "words that name somebody are not shown"
    assert shown.milestones[4].words is not None


def test_what_stays_here_is_not_said_to_be_the_other_platforms() -> None:
    """With a follow-up the other platform takes its part and the rest goes on here."""
    told = {"way": "push", "summary": "斗殴", "reason": "治安"}
    story = do(t.a_received_ticket(), "hand-off", t.OPERATOR, to="110", follow_up=True, **told)
    assert story.ticket.handed is not None
    handoff = story.states[story.ticket.handed.handoff][1]
    head: dict[str, Any] = {"handoff_id": handoff.id, "sender": "110", "to": handoff.us, "at": story.now}
    handed(story, m.Accept(**head, seq=1, body=m.AcceptBody(reference="J1")))
    assert codes(of(story)) == ["received", "handed_off", "hand_off_shared"]
    for lang in ("zh", "en"):
        assert say("milestone.hand_off_shared", lang) != say("milestone.hand_off_taken", lang)


def test_milestones_tell_the_whole_way() -> None:
    """From receipt through extension, reply, call-back and rework to the close: each step with time and unit."""
    story = t.a_contacted_ticket()
    do(story, "request-extension", t.ENVIRONMENT, days=2, reason="内部原因")
    do(story, "grant-extension", t.DISPATCHER, told_reason="需要检测")
    story.do(t.ENVIRONMENT, t.the_reply("explained")).do(t.REVIEWER, t.accepted()).do(t.REVIEWER, t.unhappy())
    do(story, "rework", t.REVIEWER, reason="仍未解决")
    shown = of(story)
    assert codes(shown) == [
        "received", "dispatched", "signed", "handling", "extended", "replied", "called_back", "rework",
    ]  # fmt: skip
    assert {step.unit for step in shown.milestones if step.unit} == {t.ENV}
    assert [s.at for s in shown.milestones] == sorted(s.at for s in shown.milestones)
    assert shown.extension_reason == "需要检测"
    assert (shown.claimed, shown.public_reply) == ("explained", "已加装净化设施。")
    assert shown.verdict is not None
    assert (shown.verdict.resolution, shown.verdict.satisfaction) == ("unresolved", "dissatisfied")
    assert (shown.stage, shown.over) == ("handling", False)
    assert shown.due == story.clock("rework").due


def test_a_reply_the_review_rejects_was_never_said() -> None:
    """Until the review has passed a reply the citizen sees neither it nor that there was one."""
    story = t.a_replied_ticket()
    assert (of(story).public_reply, of(story).claimed, of(story).stage) == (None, None, "in_review")
    story.do(t.REVIEWER, t.rejected())
    shown = of(story)
    assert shown.public_reply is None
    assert "replied" not in codes(shown)
    assert shown.stage == "handling"


def test_the_question_stands_until_it_is_answered() -> None:
    """What we ask the caller is shown, sealed, and goes when it is answered; meanwhile the due stands still."""
    story = t.a_signed_ticket()
    assert of(story).due_running
    do(story, "ask-supplement", t.OPERATOR, question="请问是几号楼？")
    shown = of(story)
    assert shown.question is not None
    assert shown.question.label == "supplement_asked.question"
    assert (shown.stage, shown.due_running) == ("needs_supplement", False)
    do(story, "supplement", t.CITIZEN, text="三号楼")
    assert of(story).question is None
    assert of(story).due_running


def test_a_return_is_our_own_affair() -> None:
    """Who sent the ticket back and why is not shown; that another unit has it now is."""
    story = t.a_signed_ticket()
    do(story, "request-return", t.ENVIRONMENT, reason="不归我们", legal_basis="某条例第三条")
    before = codes(of(story))
    assert before == ["received", "dispatched", "signed"]
    do(story, "accept-return", t.DISPATCHER)
    assert codes(of(story)) == before
    do(story, "dispatch", t.DISPATCHER, lead=t.MARKET)
    assert codes(of(story))[-1] == "redispatched"
    assert of(story).milestones[-1].unit == t.MARKET
    assert "条例" not in of(story).model_dump_json()


def test_co_handlers_and_lower_tiers_are_not_shown() -> None:
    """Only the unit that answers for the ticket is named, at the level it was given to."""
    story = t.a_signed_ticket(t.MARKET).do(t.MARKETS, ACTIONS["sign"].model_validate({}))
    shown = of(story)
    assert codes(shown).count("signed") == 1
    assert t.MARKET not in shown.model_dump_json()


ALLOWED_LABELS = {
    "supplement_asked.question",
    "answered.answer",
    "referred.words",
    "explained.words",
    "hand_off_reported.words",
}


@pytest.mark.parametrize("seed", range(480, 510))
def test_nothing_of_the_house_gets_out(seed: int) -> None:
    """In any life: no account, no note, no argument, no reason told to colleagues ever stands in it."""
    shown = seen(life(seed))
    written = shown.model_dump_json()
    for person in PEOPLE:
        assert f'"{person.id}"' not in written
    labels = {step.words.label for step in shown.milestones if step.words} | (
        {shown.question.label} if shown.question else set()
    )
    assert labels <= ALLOWED_LABELS
    assert "person" not in written
    assert shown.milestones[0].code == "received"


def test_a_link_opens_its_ticket(views: Views) -> None:
    """The token of a link leads to the ticket's progress, another token nowhere."""
    catch_up(views, VIEW, PaperLog(together((500,))).after)
    found = progress.find(views, ticket_id(500))
    assert found == seen(life(500))
    assert found is not None
    assert progress.by_token(views, found.token_hash) == ticket_id(500)
    assert progress.by_token(views, "another") is None
    assert progress.find(views, ticket_id(1)) is None


def test_after_an_erasure_the_course_stays_and_the_words_go() -> None:
    """The citizen still sees how it went and what was said in public; nothing sealed is left."""
    story = t.a_received_ticket()
    do(story, "answer", t.OPERATOR, answer="请到窗口办理")
    assert any(step.words for step in of(story).milestones)
    last = story.log[-1]
    erased = replace(
        last,
        originator_id=story.id,
        originator_version=last.originator_version + 1,
        recorded_at=last.recorded_at + timedelta(days=1),
        by=Actor(id="ad1", role=Role.ADMIN),
        fact=TicketErased(approver="retention"),
    )
    shown = seen([*(r for r in story.log if r.originator_id == story.id), erased])
    assert "s1." not in shown.model_dump_json()
    assert codes(shown) == codes(of(story))
    assert shown.erased
