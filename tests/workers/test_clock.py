"""The clock: what is due rings once and never early, also when nobody was there."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import structlog

from hotline.ticket.facts import ClockRang, DuesConfirmed
from projections import due_list
from tests.support.clock import SettableClock
from tests.workers.acting import OPERATOR, act, classified, dispatched, receive
from tests.workers.conftest import Open
from workers.clock import KEEP, TIDY_EVERY, TheClock
from workers.compose import House

A_SECOND = timedelta(seconds=1)


def rang(house: House, ticket: UUID) -> list[tuple[str, str]]:
    facts = [r.fact for r in house.hotline.history(ticket)]
    return [(f.clock, f.level) for f in facts if isinstance(f, ClockRang)]


def ring_all(house: House) -> None:
    """All the clock does until nothing is due, the views brought up before each look."""
    house.catch_up()
    while TheClock(house, patience=0).ring():
        house.catch_up()


def test_a_level_rings_when_due_and_not_a_second_before(house: House, clock: SettableClock) -> None:
    """One second early nothing rings; at the moment it does, once, however often the clock looks."""
    ticket = classified(house)
    state = house.hotline.ticket(ticket)
    assert state is not None
    due = state.clocks["dispatch"].alarms["red"]
    clock.set(due - A_SECOND)
    ring_all(house)
    assert rang(house, ticket) == []
    clock.set(due)
    for _ in range(3):
        ring_all(house)
    assert rang(house, ticket) == [("dispatch", "red")]


def test_what_came_due_while_nobody_was_there_rings_once_on_return(open_house: Open, clock: SettableClock) -> None:
    """A house closed before the moment and opened long after rings each level once, and no more after another restart."""
    first = open_house()
    ticket = dispatched(first)
    first.catch_up()
    first.close()
    clock.advance(days=60)
    second = open_house()
    ring_all(second)
    levels = rang(second, ticket)
    second.close()
    third = open_house()
    ring_all(third)
    assert rang(third, ticket) == levels
    assert len(levels) == len(set(levels))
    assert {("citizen", level) for level in ("yellow", "red", "notice", "criticism")} <= set(levels)


def test_a_calendar_that_arrives_settles_guessed_dues_without_ringing(
    open_house: Open, clock: SettableClock, tmp_path: Path
) -> None:
    """Dues past the published calendar are counted again by one fact when the table is there; nothing rings by the guess."""
    year = open_house().rules.calendar.known_until.year
    clock.set(clock().replace(year=year, month=12, day=30))
    house = open_house()
    ticket = dispatched(house)
    before = house.hotline.ticket(ticket)
    assert before is not None
    assert before.clocks["citizen"].provisional
    house.catch_up()
    assert TheClock(house).confirm() >= 0
    assert before == house.hotline.ticket(ticket), "no table, no change"
    table = tmp_path / "next.toml"
    table.write_text(
        f'[[calendar]]\nyear = {year + 1}\nsource = "test"\n'
        f'holidays = ["{year + 1}-01-01", "{year + 1}-01-04", "{year + 1}-01-05"]\nworkdays = []\n',
        encoding="utf-8",
    )
    house.close()
    house = open_house(calendar_tables=table)
    house.catch_up()
    assert TheClock(house).confirm() == 1
    after = house.hotline.ticket(ticket)
    assert after is not None
    assert not after.clocks["citizen"].provisional
    kinds = [type(r.fact) for r in house.hotline.history(ticket)]
    assert kinds.count(DuesConfirmed) == 1
    assert ClockRang not in kinds
    house.catch_up()
    TheClock(house).confirm()
    assert [type(r.fact) for r in house.hotline.history(ticket)].count(DuesConfirmed) == 1


def test_a_due_that_cannot_be_counted_keeps_no_alarm_waiting(
    house: House, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one ticket on which the counting fails, the others are counted and the clock goes on; the failure is told."""
    bad, good = dispatched(house), dispatched(house)
    asked: list[object] = []

    def failing(command: object, **told: object) -> object:
        asked.append(told["on"])
        if told["on"] == bad:
            raise RuntimeError("broken")
        return None

    monkeypatch.setattr(due_list, "provisional", lambda views, until: [bad, good])
    monkeypatch.setattr(house.hotline, "handle", failing)
    with structlog.testing.capture_logs() as told:
        assert TheClock(house).confirm() == 1
    assert asked == [bad, good]
    assert [one["ticket"] for one in told if one["event"] == "not_confirmed"] == [str(bad)]


def test_one_tickets_trouble_does_not_keep_the_others_waiting(
    house: House, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ticket on which ringing fails is passed over; the next one rings."""
    bad, good = classified(house), classified(house)
    house.catch_up()
    clock.advance(days=5)
    handle = house.hotline.handle

    def failing(command: object, **told: object) -> object:
        if told["on"] == bad:
            raise RuntimeError("broken")
        return handle(command, **told)  # type: ignore[arg-type]

    monkeypatch.setattr(house.hotline, "handle", failing)
    TheClock(house, patience=0).ring()
    assert rang(house, good)
    assert not rang(house, bad)


def test_keys_whose_facts_never_came_are_swept(house: House, clock: SettableClock) -> None:
    """A key made for a ticket that was never written goes after a day; a real ticket's stays."""
    real = receive(house).stream
    lost = UUID(int=7)
    sealed = house.vault.seal(lost, "x", "y")
    house.vault.flush()
    clock.advance(KEEP + TIDY_EVERY)
    TheClock(house).tidy()
    assert house.vault.unseal(lost, "x", sealed) is None
    facts = house.hotline.history(real)
    assert house.vault.unseal(real, "received.text", facts[0].fact.text)  # type: ignore[attr-defined]


def test_files_whose_facts_never_came_are_swept(house: House, clock: SettableClock) -> None:
    """A file put for an attachment that was never written goes after a day, an unfinished one too; one whose process died
    just after its fact takes its place."""
    ticket, lost, real = receive(house).stream, UUID(int=8), UUID(int=9)
    for made in (lost, real):
        house.attachments.put(ticket, made, b"sealed", house.now())
    act(house, ticket, "attach", OPERATOR, attachment=real, kind="png", size=6)
    clock.advance(hours=23)
    TheClock(house).tidy()
    assert {one for _, one, _ in house.attachments} == {lost, real}
    clock.advance(hours=2)
    TheClock(house).tidy()
    assert [(of, one) for of, one, _ in house.attachments] == [(ticket, real)]
    assert house.attachments.get(ticket, real) == b"sealed"
    assert house.attachments.waiting(house.now() + KEEP) == []
