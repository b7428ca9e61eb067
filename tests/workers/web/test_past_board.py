"""The board as it was, over the interface: what each moment showed it shows for ever, and nobody sees more by looking back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from hotline.facts import Role
from projections.access_tables import entries as looks
from tests.support.clock import SettableClock
from tests.workers.acting import (
    DISPATCHER,
    NAME,
    OPERATOR,
    PHONE,
    REVIEWER,
    SUPERVISOR,
    TEXT,
    act,
    classified,
    clerk,
    closed,
    dispatched,
    replied,
    units,
)
from tests.workers.conftest import Open
from tests.workers.web.desk import Desk
from workers.compose import House


@pytest.fixture
def house(open_house: Open, store_url: str) -> House:
    """An empty house on either store."""
    return open_house() if store_url.startswith("sqlite:") else open_house(store=store_url)


@pytest.fixture
def supervisor(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of(Role.SUPERVISOR)


def look(desk: Desk, **query: Any) -> list[dict[str, Any]]:
    given = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in query.items()}
    answer = desk.get("/tickets", params=given)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def ids(rows: list[dict[str, Any]]) -> set[UUID]:
    return {UUID(row["ticket_id"]) for row in rows}


def test_an_exclusion_made_tonight_and_revoked_next_week_leaves_each_moment_its_board(
    house: House, supervisor: Desk, clock: SettableClock
) -> None:
    """Given an exclusion that is revoked a week later, when the board is asked for as of before, between and after, then each is
    letter for letter the board of that moment, whatever has happened since."""
    ticket = closed(house)
    replied(house)
    leader = house.accounts.add_user("leader", "correct horse battery", Role.LEADER).id
    moments, boards = [], []
    for step in ("", "exclude", "include"):
        if step:
            why = {"ground": "unreasonable", "reason": "诉求不合理", "approver": leader}
            act(house, ticket, step, SUPERVISOR, **why)
        house.catch_up()
        moments.append(house.now())
        boards.append(look(supervisor))
        assert look(supervisor, as_of=moments[-1]) == boards[-1]
        clock.advance(days=7)
    closed(house)
    house.catch_up()
    assert [[row["excluded"] for row in rows if row["number"] == number(house, ticket)] for rows in boards] == [
        [[]], [["unreasonable"]], [[]],
    ]  # fmt: skip
    for moment, rows in zip(moments, boards, strict=True):
        assert look(supervisor, as_of=moment) == look(supervisor, happened_by=moment) == rows
        assert look(supervisor, as_of=moment, happened_by=moment) == rows


def number(house: House, ticket: UUID) -> str:
    state = house.hotline.ticket(ticket)
    assert state is not None
    return state.number


def test_a_ticket_that_was_given_to_another_unit_since_stands_with_its_old_one(
    house: House, supervisor: Desk, desk_of: Callable[..., Desk], clock: SettableClock
) -> None:
    """Given a ticket that was redispatched, when the board of before is asked for, then it stands with its old unit there; of the two
    units' people only those see it who may today."""
    old, new = units(house)[2:4]
    ticket = classified(house)
    act(house, ticket, "dispatch", DISPATCHER, lead=old)
    then = house.now()
    clock.advance(hours=1)
    act(house, ticket, "redispatch", DISPATCHER, lead=new, note="改派")
    house.catch_up()
    [row] = look(supervisor, as_of=then, unit=old)
    assert (row["lead"], row["ticket_id"]) == (old, str(ticket))
    assert look(supervisor, as_of=then, unit=new) == look(supervisor, unit=old) == []
    [row] = look(supervisor, unit=new)
    assert row["lead"] == new
    given, lost = (desk_of(Role.UNIT_CLERK, unit=unit) for unit in (new, old))
    [seen] = look(given, as_of=then)
    assert seen["lead"] == old
    assert look(lost, as_of=then) == look(lost) == []
    history = f"/tickets/{row['number']}/history"
    assert [desk.get(history, params={"as_of": then.isoformat()}).status_code for desk in (given, lost)] == [200, 404]


def test_what_was_told_late_shows_in_what_stood_and_not_in_what_was_known(
    house: House, supervisor: Desk, clock: SettableClock
) -> None:
    """Given a call-back at noon that is entered in the evening and ends its ticket, when the board of the afternoon is asked for, then it
    was not known to be over, and it was; knowing what was known by the evening, too."""
    ticket = replied(house)
    act(house, ticket, "review", REVIEWER, accept=True, passed=list(house.rules.review_checks))
    noon = clock.advance(hours=3)
    afternoon, evening = noon + timedelta(hours=2), clock.advance(hours=7)
    said = {"way": "text", "reached": True, "resolution": "resolved", "satisfaction": "satisfied"}
    act(house, ticket, "call-back", REVIEWER, happened_at=noon, **said)
    house.catch_up()
    clock.advance(days=1)
    assert [row["state"] for row in look(supervisor, as_of=afternoon)] == ["callback_due"]
    assert [row["state"] for row in look(supervisor, happened_by=afternoon)] == ["closed"]
    assert [row["state"] for row in look(supervisor, as_of=evening, happened_by=afternoon)] == ["closed"]
    assert [row["state"] for row in look(supervisor, as_of=afternoon, happened_by=afternoon)] == ["callback_due"]
    assert ids(look(supervisor, happened_by=afternoon, over=True)) == {ticket}
    assert look(supervisor, as_of=afternoon, over=True) == look(supervisor, happened_by=afternoon, over=False) == []


def test_overdue_is_overdue_then(house: House, supervisor: Desk, clock: SettableClock) -> None:
    """Given a ticket past its due today, when an earlier board is asked for what is overdue, then it says what was so then."""
    ticket, then = dispatched(house), house.now()
    clock.advance(days=60)
    house.catch_up()
    assert ids(look(supervisor, overdue=True)) == {ticket}
    assert look(supervisor, overdue=True, as_of=then) == []
    assert ids(look(supervisor, overdue=True, as_of=then + timedelta(days=59))) == {ticket}


def test_what_i_signed_for_then(house: House, clock: SettableClock, desk_of: Callable[..., Desk]) -> None:
    """Given a part that somebody signed for, when he asks for his own, then it is there now and as of then, and not of before."""
    unit = units(house)[1]
    ticket, before = dispatched(house), house.now()
    clock.advance(hours=1)
    desk = desk_of(Role.UNIT_CLERK, unit=unit)
    house.catch_up()
    [row] = look(desk)
    desk.done(row["number"], "sign")
    then = house.now()
    assert ids(look(desk, mine=True)) == ids(look(desk, mine=True, as_of=then)) == {ticket}
    assert look(desk, mine=True, as_of=before) == []


def test_pages_of_then_follow_each_other(house: House, supervisor: Desk, clock: SettableClock) -> None:
    """Given more tickets than a page holds, when one follows the links, then each ticket of then comes once, and none of later."""
    tickets = [closed(house), dispatched(house), replied(house), dispatched(house)]
    then = clock.advance(hours=1)
    clock.advance(hours=1)
    dispatched(house)
    house.catch_up()
    path, found = f"/tickets?limit=3&as_of={then.isoformat().replace('+', '%2B')}", list[dict[str, Any]]()
    positions = set()
    while path:
        answer = supervisor.get(path)
        found += answer.json()
        positions.add(answer.headers["Position"])
        link = answer.headers.get("Link", "")
        path = link[1 : link.index(">")].removeprefix("/api/v1") if link else ""
    assert [UUID(row["ticket_id"]) for row in found[-1:]] == tickets[:1]
    assert len(found) == len(ids(found)) == 4
    assert ids(found) == set(tickets)
    assert len(positions) == 1


def test_nothing_of_the_caller_comes_back_by_looking_back(house: House, supervisor: Desk, clock: SettableClock) -> None:
    """Given a ticket that is erased later, when the board of before is asked for, then its row is there as it was, without a word of
    the caller's; and the look has left a trace that names the moment."""
    ticket, then = closed(house), house.now()
    clock.advance(days=1)
    act(house, ticket, "erase", OPERATOR, reason="本人要求")
    house.catch_up()
    answer = supervisor.get("/tickets", params={"as_of": then.isoformat()})
    [row] = answer.json()
    assert (row["ticket_id"], row["restricted"], row["erased"]) == (str(ticket), False, False)
    assert not [word for word in (NAME, PHONE, TEXT, "样例路") if word in answer.text]
    with house.access._engine.connect() as connection:
        told = connection.scalars(select(looks.c.summary).order_by(looks.c.seq.desc()).limit(1)).one()
    assert then.isoformat()[:16] in str(told)


@pytest.mark.parametrize("name", ["as_of", "happened_by"])
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("2126-03-02T09:00:00+08:00", "moment_in_future"),
        ("2026-03-02T09:00:00", "invalid"),
        ("2026-03-02", "invalid"),
        ("1772413200", "invalid"),
        ("yesterday", "invalid"),
        ("", "invalid"),
    ],
)
@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_moment_that_is_none_or_has_not_come_is_refused(supervisor: Desk, name: str, given: str, code: str) -> None:
    """Given a moment in the future, without a zone, or none at all, when the board is asked for, then it is refused as for rates."""
    board = supervisor.get("/tickets", params={name: given})
    rates = supervisor.get(
        "/rates", params={"rate": "satisfaction", "from": "2026-03-01", "to": "2026-03-01", name: given}
    )
    assert (board.status_code, board.json()["code"]) == (422, code)
    assert (rates.status_code, rates.json()["code"]) == (422, code)


def test_an_unknown_place_in_the_past_is_refused(house: House, supervisor: Desk) -> None:
    """Given a page that nobody has given, when it is asked for in the past, then the answer names what is wrong."""
    answer = supervisor.get("/tickets", params={"as_of": house.now().isoformat(), "after": "0.1.x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


def test_a_board_that_lags_behind_the_moment_is_not_shown(house: House, supervisor: Desk) -> None:
    """Given facts the board has not taken in, when it is asked for as of them, then it says so instead of showing half."""
    dispatched(house)
    answer = supervisor.get("/tickets", params={"as_of": house.now().isoformat()})
    assert (answer.status_code, answer.json()["code"]) == (503, "view_behind")
    house.catch_up()
    assert len(look(supervisor, as_of=house.now())) == 1


def test_part_is_ones_own_part_then(
    house: House, supervisor: Desk, desk_of: Callable[..., Desk], clock: SettableClock
) -> None:
    """Given a part that was signed since, when a clerk asks for the parts not yet signed then, then it is there; today it is not."""
    unit = units(house)[1]
    ticket, then = dispatched(house), house.now()
    clock.advance(hours=1)
    act(house, ticket, "sign", clerk(unit))
    house.catch_up()
    desk = desk_of(Role.UNIT_CLERK, unit=unit)
    assert ids(look(desk, part="dispatched", as_of=then)) == {ticket}
    assert look(desk, part="signed", as_of=then) == look(desk, part="dispatched") == []
    assert ids(look(desk, part="signed")) == {ticket}
