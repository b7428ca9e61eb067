"""What the page of a ticket is read from, and what its citizen is offered by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from hotline.facts import Recorded, Role
from hotline.handoff.answering import Accept, Recall
from hotline.ticket.actions import ACTIONS, allowed
from hotline.ticket.evolving import evolve
from hotline.ticket.handoff_facts import HandOffArrived, HandOffVoided, TicketHandedOff
from hotline.ticket.ticket import Ticket
from projections import custody, progress, tracking
from projections.follow import catch_up
from projections.guarded import guarded
from projections.view import Views
from tests import tickets as t
from tests.handoffs import deliver, pair
from tests.projections.lives import PaperLog, life, ticket_id, together
from tests.spec import Story, rules_with

OFFERS = {name: command for name, command in ACTIONS.items() if Role.CITIZEN in command.ROLES}
RULES = rules_with()
LATER = (timedelta(0), timedelta(hours=30), timedelta(days=400))
"""Urging comes round again, and the time to rate is over."""


def bound(ticket: Ticket) -> tuple[str, bool] | None:
    return (ticket.handed.platform, ticket.handed.binds) if ticket.handed is not None else None


def agree(history: Iterable[Recorded]) -> None:
    """View and rules, after every fact of a ticket: in what the guards ask, and in what they then offer."""
    story, ticket, doc = Story(RULES), None, None
    for recorded in history:
        ticket, doc = evolve(ticket, recorded), progress.fold(doc, recorded)
        assert ticket is not None
        assert doc is not None
        seen = guarded(doc)
        for name in ("state", "over", "text_withheld", "attached", "urged_at", "closed_at", "restricted", "erased"):
            assert getattr(seen, name) == getattr(ticket, name), (recorded.fact.TOPIC, name)
        assert seen.source.kind == ticket.source.kind
        assert bound(seen) == bound(ticket), recorded.fact.TOPIC
        for later in LATER:
            story.now = recorded.recorded_at + later
            desk = story.desk(t.CITIZEN)
            assert allowed(seen, desk, OFFERS) == allowed(ticket, desk, OFFERS), (recorded.fact.TOPIC, later)


@pytest.mark.parametrize("seed", range(600, 680))
def test_the_view_offers_what_the_ticket_itself_would(seed: int) -> None:
    """In any life, at every step and any time after it, view and log offer a citizen the same."""
    agree(life(seed, 60))


def test_it_does_so_for_what_is_only_told_to_another_platform() -> None:
    """Fire is told to 119 and danger offered to 110: it is 110 alone that the ticket waits for."""
    story = t.a_received_ticket(signs=["fire", "life_danger"])
    assert [fact.keep for fact in story.facts(TicketHandedOff)] == [True, False]
    agree(r for r in story.log if r.originator_id == story.id)


def test_it_does_so_for_what_came_from_another_platform_and_went_again() -> None:
    """Accepted here while it was recalled there: the ticket is withdrawn."""
    us, them = pair()
    us.receive()
    here = us.offer()
    deliver(us, them, here)
    there = next(iter(them.saves))
    them.do(Accept(), on=there)
    us.do(Recall(reason="来电人撤回"), on=here)
    deliver(us, them, here)
    history = them.history(them.handoff(there).ticket)
    assert {HandOffArrived, HandOffVoided} <= {type(r.fact) for r in history}
    agree(history)


def test_a_ticket_is_found_by_its_code_with_who_holds_it(views: Views) -> None:
    """In one look, on either store: the digest of number and code leads to it, another digest nowhere."""
    log = PaperLog(together((500,)))
    catch_up(views, progress.VIEW, log.after)
    found = tracking.find(views, ticket_id(500))
    assert found is not None
    assert found.custody is None, "its view has not heard of it yet"
    catch_up(views, custody.VIEW, log.after)

    proved = tracking.by_code(views, found.progress.code_hash)

    assert proved is not None
    assert proved.progress == found.progress == progress.find(views, ticket_id(500))
    assert proved.custody is not None
    assert proved.custody == custody.find(views, ticket_id(500))
    assert tracking.by_code(views, "another") is None
    assert tracking.find(views, ticket_id(1)) is None
