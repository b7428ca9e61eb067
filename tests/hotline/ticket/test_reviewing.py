"""The centre checks a reply."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from hotline.ticket import facts as f
from hotline.ticket.handling import Contact
from hotline.ticket.reviewing import Review, asked_by
from hotline.ticket.ticket import State
from hotline.vault import MasterKey, Vault
from tests import tickets as t
from tests.spec import given, rules_with


@pytest.mark.parametrize("missing", t.ALL_CHECKS)
def test_a_reply_passes_with_every_check_of_the_list(missing: str) -> None:
    """One missing is named, and nothing is accepted."""
    passed = tuple(c for c in t.ALL_CHECKS if c != missing)
    review = Review(accept=True, passed=passed)
    refusal = given(t.a_replied_ticket()).by(t.REVIEWER).when(review).refused("checks_missing")
    assert refusal.details == {"checks": missing}


def test_an_accepted_reply_goes_to_call_back() -> None:
    """A complaint's caller is always asked, here by voice."""
    story = given(t.a_replied_ticket()).by(t.REVIEWER).when(t.accepted()).then(f.ReplyAccepted)
    assert story.ticket.state is State.CALLBACK_DUE
    assert story.ticket.call_back == "voice"
    assert story.clock("review").stopped
    assert story.clock("call_back").running


def test_a_rejected_reply_sets_the_stopped_clocks_going() -> None:
    """The lead is at work again; the time of the review is the centre's, a working day spanned is not counted."""
    story = t.a_replied_ticket()
    due = story.clock("citizen").due
    story = given(story).after(days=2).by(t.REVIEWER).when(t.rejected()).then(f.ReplyRejected)
    assert story.ticket.state is State.IN_PROGRESS
    assert story.ticket.assignments["a1"].state == "signed"
    assert story.clock("citizen").running
    assert story.clock("unit:a1").running
    assert story.clock("citizen").due > due


def test_who_rejects_says_why() -> None:
    """A bare no is refused."""
    given(t.a_replied_ticket()).by(t.REVIEWER).when(Review(accept=False)).refused("say_why")


def test_a_reply_rejected_in_rework_leaves_the_first_due_time_alone() -> None:
    """Only the rework limit goes on; the first due time and whether it was kept stay as they were."""
    story = t.a_ticket_in_rework()
    first, unit = story.clock("citizen"), story.clock("unit:a1")
    story.do(t.ENVIRONMENT, Contact(way="voice"), t.the_reply()).do(t.REVIEWER, t.rejected())
    assert (story.clock("citizen"), story.clock("unit:a1")) == (first, unit)
    assert story.clock("rework").running


def test_a_profile_without_a_limit_for_reviews_still_rejects() -> None:
    """A limit that is not set starts no clock and stops nothing from working."""
    limits = rules_with().profile.limits
    small = {name: rows for name, rows in limits.small.items() if name != "review"}
    story = t.a_replied_ticket(rules=rules_with(limits=limits.model_copy(update={"small": small})))
    story = given(story).by(t.REVIEWER).when(t.rejected()).then(f.ReplyRejected)
    assert story.clock("citizen").running


def test_nobody_chooses_whether_a_caller_is_asked(tmp_path: Path) -> None:
    """Given tickets whose ids were all chosen to be in the sample, then about the profile's share is asked all the same; the same
    tickets again by the same vault, and others by another."""
    story = t.a_replied_ticket(type="help", category=t.FUMES)
    chosen = [UUID(int=n * 10_000) for n in range(1, 1_000)]

    def asked(vault: Vault) -> list[bool]:
        desk = replace(story.desk(t.REVIEWER), vault=vault)
        return [asked_by(replace(story.ticket, id=id_), desk) is not None for id_ in chosen]

    def opened(name: str) -> Vault:
        key = tmp_path / f"{name}.key"
        master = MasterKey.load(key) if key.exists() else MasterKey.create(key)
        vault = Vault.open(f"sqlite:///{tmp_path}/{name}.db", master, None)
        vault.migrate()
        return vault

    drawn = asked(opened("ours"))
    assert sum(drawn) / len(drawn) == pytest.approx(0.5, abs=0.1)
    assert asked(opened("ours")) == drawn
    assert asked(opened("another")) != drawn


@pytest.mark.parametrize(
    "told", [{"reachable": False}, {"callback_wanted": False}, {"contact_preference": "none"}, {"type": "praise"}]
)
def test_who_is_not_to_be_asked_is_not(told: dict[str, object]) -> None:
    """Unreachable, unwilling, or by the profile's mode: an accepted reply closes the ticket."""
    story = given(t.a_replied_ticket(**told)).by(t.REVIEWER).when(t.accepted())
    assert story.then(f.ReplyAccepted, f.TicketClosed).ticket.outcome == "handled"


def test_who_wants_text_is_asked_by_text() -> None:
    """Whatever the profile's mode."""
    assert t.a_ticket_to_call_back(contact_preference="text").ticket.call_back == "text"


def test_after_a_rework_the_caller_is_always_asked() -> None:
    """The sample is for first replies: of tickets of which it takes a half, all are asked once they were reworked."""
    story = t.a_replied_ticket(type="help", category=t.FUMES)
    desk, tickets = story.desk(t.REVIEWER), [replace(story.ticket, id=UUID(int=n)) for n in range(100)]
    assert any(asked_by(ticket, desk) is None for ticket in tickets)
    assert all(asked_by(replace(ticket, reworks=1), desk) is not None for ticket in tickets)
