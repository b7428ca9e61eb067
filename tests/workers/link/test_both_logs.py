"""Matters that pass between the hotline and a stand-in of another platform, judged from both programs' logs."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hotline.handoff.answering import Accept, Dispute, Feedback, Recall
from tests.support.watching import eventually
from tests.workers.link.rig import Rig

pytestmark = pytest.mark.timeout(120)


def test_a_matter_of_ours_is_accepted_and_its_result_comes_back(rig: Rig) -> None:
    """Offered, accepted, confirmed; progress and result; both logs name 110."""
    rig.desk.start()
    rig.link()
    rig.desk.order("next", answer="accept", progress=0.1, result=0.3)
    handoff = rig.give()
    rig.until(handoff, "accepted")
    eventually(lambda: (state := rig.state(handoff)) is not None and state.outcome == "done", what="a result")
    rig.settle()
    assert rig.desk.log(handoff)[-1]["holder"] == "110"


def test_a_matter_of_theirs_becomes_ours(rig: Rig) -> None:
    """110 offers, we accept and report; both logs name us, and there is a ticket."""
    rig.desk.start()
    rig.link()
    handoff = rig.desk.order("offer", text="楼下噪音扰民，非警情", times=2)
    rig.until(handoff, "offered")
    rig.do(handoff, Accept())
    rig.do(handoff, Feedback(kind="progress", words="已派单"))
    rig.do(handoff, Feedback(kind="result", words="已办结", outcome="done"))
    rig.desk.until(handoff, "ended")
    rig.settle()
    state = rig.state(handoff)
    assert state is not None
    assert rig.house.hotline.ticket(state.ticket) is not None
    assert rig.desk.log(handoff)[-1]["holder"] == rig.house.rules.platforms.own


def test_a_recall_and_an_acceptance_that_cross_are_decided_by_the_offerers_log(rig: Rig) -> None:
    """Both say their word while the way is cut: our recall stands, the acceptance is void, and the other side is told."""
    rig.desk.start()
    rig.link()
    rig.desk.order("next", answer="hear")
    handoff = rig.give()
    eventually(lambda: (state := rig.state(handoff)) is not None and state.acknowledged, what="received")
    rig.unlink()
    rig.to_us.shut()
    rig.desk.order("accept", handoff=handoff)
    rig.do(handoff, Recall(reason="来电人撤回"))
    assert not rig.wrong(settled=False)
    rig.to_us.open()
    rig.link()
    rig.desk.until(handoff, "recalled")
    rig.settle()
    assert rig.desk.log(handoff)[-1]["holder"] == rig.house.rules.platforms.own


def test_their_dispute_leaves_it_with_us_and_ours_with_them(rig: Rig) -> None:
    """A dispute moves nothing; the receiver may still accept."""
    rig.desk.start()
    rig.link()
    rig.desk.order("next", answer="dispute")
    ours = rig.give()
    rig.until(ours, "disputed")
    rig.do(ours, Dispute(reason="现场有人身危险"))
    theirs = rig.desk.order("offer")
    rig.until(theirs, "offered")
    rig.do(theirs, Dispute(reason="属治安案件"))
    rig.desk.until(theirs, "disputed")
    rig.settle()
    assert rig.desk.log(ours)[-1]["holder"] == rig.house.rules.platforms.own
    assert rig.desk.log(theirs)[-1]["holder"] == "110"
    rig.desk.order("accept", handoff=ours)
    rig.until(ours, "accepted")
    rig.settle()


def test_a_link_that_was_down_for_long_loses_doubles_and_disorders_nothing(rig: Rig) -> None:
    """Twenty matters in both directions, begun while nothing passes: all are settled within a minute of its return."""
    rig.desk.start("--seed", "3")
    rig.link()
    rig.to_them.shut()
    rig.to_us.shut()
    ours = [rig.give(danger=n % 5 == 0) for n in range(12)]
    theirs = [rig.desk.order("offer", times=1 + n % 2) for n in range(8)]
    for handoff in ours[:3]:
        rig.do(handoff, Recall(reason="误转"))
    assert not rig.wrong(settled=False)
    rig.to_them.open()
    rig.to_us.open()
    rig.settle(within=60)
    for handoff in theirs:
        rig.until(handoff, "offered")
        rig.do(handoff, Accept())
    rig.settle(within=60)
    assert [rig.stage(handoff) for handoff in ours[:3]] == ["recalled"] * 3
    assert {rig.stage(handoff) for handoff in ours[3:]} <= {"accepted", "disputed", "offered"}


def test_the_stand_in_killed_in_the_middle_leaves_no_matter_with_nobody(rig: Rig) -> None:
    """kill -9 of the other platform between its acceptance and our record, and of ours: each goes on from its log."""
    rig.desk.start()
    rig.link()
    rig.desk.order("next", answer="accept", after=0.5, result=0.5)
    handoff = rig.give()
    rig.desk.until(handoff, "offered")
    rig.unlink()
    rig.to_us.shut()
    rig.desk.until(handoff, "claimed")
    rig.desk.kill()
    rig.desk.start()
    assert not rig.wrong(settled=False)
    assert rig.stage(handoff) == "offered"
    rig.to_us.open()
    rig.link()
    rig.until(handoff, "accepted")
    rig.desk.until(handoff, "ended")
    rig.settle()


def test_another_line_needs_a_profile_entry_and_no_code(rigs: Callable[..., Rig]) -> None:
    """The water line speaks the same protocol: one entry in the profile, one address, one secret."""
    rig = rigs(name="gas")
    rig.desk.start()
    rig.link()
    rig.until(rig.give(), "accepted")
    rig.settle()


def test_lost_answers_apply_nothing_twice(rig: Rig) -> None:
    """The other side takes what we say and its answers are lost: we say it again, and it is taken once."""
    rig.desk.start()
    rig.link()
    rig.desk.order("lose", count=3)
    handoff = rig.give()
    rig.until(handoff, "accepted")
    rig.settle()
    took = [row["seq"] for row in rig.desk.log(handoff) if row["what"] == "took"]
    assert took == sorted(set(took))
