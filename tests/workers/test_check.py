"""`hotline check`: silent over a sound house, and one sentence for each thing that is broken."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from hotline import clocks
from hotline.facts import SYSTEM, Cause, Recorded
from hotline.handoff.messages import Accept, AcceptBody
from hotline.notices import CITIZEN, Notice
from hotline.ticket import facts as f
from hotline.ticket.receiving import Receive
from tests.support.clock import SettableClock
from tests.workers.acting import OPERATOR, act, clerk, closed, dispatched, receive, units
from tests.workers.conftest import Open
from tests.workers.test_clock import ring_all
from workers.check import findings
from workers.compose import House


def lived_in(house: House, clock: SettableClock) -> UUID:
    """Some tickets in several stages, clocks that have rung, views at the end; returns an open one."""
    closed(house)
    receive(house)
    ticket = dispatched(house)
    clock.advance(days=2)
    ring_all(house)
    house.catch_up()
    return ticket


def told(house: House) -> str:
    return "\n".join(findings(house))


def test_a_sound_house_passes(open_house: Open, store_url: str, clock: SettableClock) -> None:
    """Nothing is said about a house in which only commands have written."""
    house = open_house(store=store_url)
    lived_in(house, clock)
    assert told(house) == ""


def test_of_a_state_secret_the_vault_keeps_nothing_and_nothing_is_missing(open_house: Open) -> None:
    """A request that may not be recorded has no words and no caller: that it has no key either is no loss."""
    house = open_house()
    house.hotline.receive(Receive(channel="phone", text="密", state_secret=True), by=OPERATOR)
    house.catch_up()
    assert told(house) == ""


def theirs(house: House) -> tuple[UUID, UUID]:
    """A ticket that another platform has accepted, and the hand-off."""
    ticket = receive(house).stream
    act(house, ticket, "hand-off", OPERATOR, to="110", way="push", summary="有人争吵", reason="属公安职责")
    found = house.hotline.ticket(ticket)
    assert found is not None
    assert found.handed is not None
    offer = house.hotline.streams.read("handoff", found.handed.handoff)[1]
    own = house.rules.platforms.own
    said = {"handoff_id": offer.id, "sender": "110", "to": own, "seq": 1, "at": house.now()}
    house.hotline.take(Accept(**said, body=AcceptBody(reference="JW1")), platform="110")
    return ticket, found.handed.handoff


def test_a_ticket_that_another_platform_has_is_sound_while_the_hand_off_says_so(open_house: Open) -> None:
    """Its clocks stand still; without the acceptance in the hand-off's stream nobody would hold it, and that is told."""
    house = open_house()
    ticket, handoff = theirs(house)
    house.catch_up()
    assert told(house) == ""
    in_log(house, "DELETE FROM stored_events WHERE originator_id = ? AND originator_version = 2", handoff.hex)
    assert str(ticket) in told(open_house())


def in_log(house: House, statement: str, *params: Any) -> None:
    with sqlite3.connect(house.settings.store.removeprefix("sqlite:///")) as log:
        assert log.execute(statement, params).rowcount > 0


def lose_a_fact(house: House, ticket: UUID) -> None:
    in_log(house, "DELETE FROM stored_events WHERE originator_id = ? AND originator_version = 2", ticket.hex)


def plain_words(house: House, ticket: UUID) -> None:
    change = (
        'UPDATE stored_events SET state = replace(state, \'"text":"s1.A\', \'"text":"plain\') WHERE originator_id = ?'
    )
    in_log(house, change, ticket.hex)


def stamp_early(house: House, ticket: UUID) -> None:
    last = "SELECT max(rowid) FROM stored_events"
    change = f'UPDATE stored_events SET state = replace(state, \'"recorded_at":"2026\', \'"recorded_at":"2025\') WHERE rowid = ({last})'
    in_log(house, change)


def lose_the_number(house: House, ticket: UUID) -> None:
    in_log(house, "DELETE FROM stored_events WHERE topic = 'number.claimed'")


def written(house: House, ticket: UUID, fact: f.TicketFact) -> None:
    """A fact nobody decided."""
    version = house.hotline.history(ticket)[-1].originator_version + 1
    at = house.rules.calendar.local(house.now())
    cause = Cause(correlation_id="x", policy="x")
    recorded = Recorded(ticket, version, at, None, SYSTEM, cause, fact)
    house.hotline.store.insert_events([house.hotline.facts.to_stored_event(recorded)], stamped=at)  # type: ignore[call-arg]


def ring_early(house: House, ticket: UUID) -> None:
    due = house.now() + timedelta(days=30)
    written(house, ticket, f.ClockRang(clock="citizen", level="criticism", due=due))


def end_the_lead(house: House, ticket: UUID) -> None:
    parts = house.hotline.ticket(ticket).assignments  # type: ignore[union-attr]
    written(house, ticket, f.TicketDispatched(assignments=(), ended=tuple(parts), note=None))


def stop_all_clocks(house: House, ticket: UUID) -> None:
    state = house.hotline.ticket(ticket)
    assert state is not None
    stopped = tuple(clocks.stop(r, house.now()) for r in state.running())
    written(house, ticket, f.TicketUrged(words=None, clocks=stopped))


def erase_by_word_only(house: House, ticket: UUID) -> None:
    written(house, ticket, f.TicketErased(approver="x"))


def notice_of_nothing(house: House, ticket: UUID) -> None:
    (fact, *_) = house.hotline.history(ticket)
    notice = Notice(CITIZEN, "text", "notice.received", {})
    house.outbox.take("x", replace(fact, originator_version=999), (notice,), house.now())


def change_a_view(house: House, ticket: UUID) -> None:
    with sqlite3.connect(house.settings.views.removeprefix("sqlite:///")) as views:
        assert views.execute("UPDATE board_v4 SET doc = replace(doc, 'in_progress', 'closed')").rowcount > 0


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lose_a_fact, "where 2 was due"),
        (plain_words, "cannot be read"),
        (stamp_early, "was recorded before"),
        (lose_the_number, "does not lead to it"),
        (ring_early, "too early, twice"),
        (end_the_lead, "has no lead unit"),
        (stop_all_clocks, "no clock of it runs"),
        (erase_by_word_only, "its key is still there"),
        (notice_of_nothing, "belongs to no fact"),
        (change_a_view, "View board differs"),
    ],
)
def test_each_harm_is_named(
    open_house: Open, clock: SettableClock, harm: Callable[[House, UUID], None], sentence: str
) -> None:
    """Whatever breaks an invariant is told in a sentence."""
    house = open_house()
    harm(house, lived_in(house, clock))
    assert sentence in told(open_house())  # another process, which remembers nothing


def test_attachments_and_facts_belong_together(house: House, clock: SettableClock) -> None:
    """A missing file, a file of an erased ticket and an old file without a fact are each told; a new one is not yet."""
    ticket, made = lived_in(house, clock), UUID(int=9)
    house.attachments.put(ticket, made, b"sealed", house.now())
    assert told(house) == ""
    clock.advance(hours=27)
    assert "1 attachment files older than a day" in told(house)
    act(house, ticket, "attach", OPERATOR, attachment=made, kind="png", size=6)
    assert "attachment" not in told(house)
    house.attachments.forget([ticket])
    assert "the files of 1 attachments are missing" in told(house)
    house.attachments.put(ticket, made, b"sealed", house.now())
    written(house, ticket, f.TicketErased(approver="somebody"))
    assert "was erased and files of it are still there" in told(house)


def test_a_gap_is_told_and_does_not_end_the_check(house: House, clock: SettableClock) -> None:
    """What is missing may be what a later fact builds on; the check says so and looks at all the rest."""
    ticket = lived_in(house, clock)
    act(house, ticket, "sign", clerk(units(house)[0]))
    before = told(house)
    in_log(house, "DELETE FROM stored_events WHERE originator_id = ? AND topic = 'ticket.dispatched'", ticket.hex)
    after = told(house)
    assert str(ticket) in after
    assert str(ticket) not in before
