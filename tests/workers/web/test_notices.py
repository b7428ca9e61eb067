"""A unit's tray, over the API."""

from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient

from hotline.facts import Role
from tests.workers.acting import dispatched, units
from tests.workers.web.desk import API, Desk
from workers.compose import House
from workers.notifier import notifier

TRAY = "/units/me/notices"


@pytest.fixture
def tickets(house: House) -> list[str]:
    """Three that were dispatched to two units, which were told."""
    made = [house.hotline.ticket(dispatched(house)) for _ in range(3)]
    notify = notifier(house)
    for recorded in house.hotline.facts_after(0):
        notify(recorded)
    return [state.number for state in made if state is not None]


def test_a_clerk_reads_his_units_tray(house: House, tickets: list[str], desk_of: Callable[..., Desk]) -> None:
    """Newest first and page after page, in the language asked for; another unit's tray is its own, and reading is a look on
    record."""
    lead, _, other, *_ = units(house)
    clerk = desk_of(Role.UNIT_CLERK, unit=lead)

    first = clerk.get(TRAY, params={"limit": 2})

    assert [n["kind"] for n in first.json()] == ["dispatched"] * 2
    assert [number in n["text"] for number, n in zip(tickets[:0:-1], first.json(), strict=True)] == [True, True]
    rest = clerk.get(first.headers["Link"].partition(">")[0].removeprefix(f"<{API}"))
    assert [tickets[0] in n["text"] for n in rest.json()] == [True]
    assert "Link" not in rest.headers
    assert clerk.get(TRAY, params={"lang": "en"}).json()[0]["text"].startswith("New ticket")
    assert first.json()[0]["text"].startswith("新工单")
    assert desk_of(Role.UNIT_CLERK, unit=other).get(TRAY).json() == []
    assert house.access.verify() is None


def test_an_erased_ticket_leaves_no_words_in_the_tray(
    house: House, tickets: list[str], desk_of: Callable[..., Desk]
) -> None:
    """That something was told stays; what it said is gone with the ticket's key."""
    ticket = house.hotline.find(tickets[-1])
    assert ticket is not None
    house.vault.erase(ticket)

    shown = desk_of(Role.UNIT_CLERK, unit=units(house)[0]).get(TRAY).json()

    assert [n["text"] is None for n in shown] == [True, False, False]


def test_nobody_else_has_a_tray(web: TestClient, desk_of: Callable[..., Desk]) -> None:
    """Roles that act for no unit are turned away, and strangers."""
    assert web.get(API + TRAY).status_code == 401
    for role in (Role.OPERATOR, Role.SUPERVISOR, Role.DISPATCHER):
        assert desk_of(role).get(TRAY).status_code == 403
    assert desk_of(Role.UNIT_CLERK, unit="x").get(TRAY, params={"before": 0}).status_code == 422
