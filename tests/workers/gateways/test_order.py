"""The outbox has a ticket's notices in the order in which things happened, however the bus brings the facts."""

from __future__ import annotations

from random import Random
from uuid import UUID

import pytest

from tests.support.clock import SettableClock
from tests.workers.acting import OPERATOR, act, closed, receive
from tests.workers.conftest import Open
from workers.compose import House
from workers.notifier import notifier


def written(house: House, ticket: UUID) -> list[tuple[int, str]]:
    """(version of the fact, recipient) as the outbox has them, first to last."""
    told = reversed(house.outbox.of_ticket(ticket))
    return [(int(one.fact_id.rpartition(":")[2]), one.recipient) for one in told]


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_and_doubled_facts_are_told_in_order_and_once(open_house: Open, seed: int) -> None:
    """Every order of arrival, repeats among them, leaves the very notices that the log's own order leaves."""
    house = open_house()
    ticket = closed(house)
    facts = house.hotline.facts_after(0, 1_000)
    in_order, shuffled = notifier(house), facts * 2
    Random(seed).shuffle(shuffled)
    for fact in shuffled:
        in_order(fact)
    found = written(house, ticket)
    assert found == sorted(found, key=lambda one: one[0])
    assert len(found) == len(set(found))
    other = open_house(outbox=f"sqlite:///{house.settings.data / 'other.db'}")
    for fact in facts:
        notifier(other)(fact)
    assert found == written(other, ticket)
    keys = {e.key for e in house.outbox.errands.of_ticket(ticket)}
    assert keys == {
        e.key for e in other.outbox.errands.of_ticket(ticket)
    }  # also an outbox that was lost repeats itself


def test_what_is_long_past_is_not_told_late(house: House, clock: SettableClock) -> None:
    """A fact brings along what came shortly before it; a notice nobody wrote at the time is not made up days later."""
    ticket = receive(house).stream
    clock.advance(days=2)
    act(house, ticket, "withdraw", OPERATOR, reason="来电人要求")
    withdrawn = house.hotline.history(ticket)[-1]
    notifier(house)(withdrawn)
    assert [version for version, _ in written(house, ticket)] == [withdrawn.originator_version]
