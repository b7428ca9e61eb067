"""Who saw what: durable, in order, and tamper-evident."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from hotline.facts import Actor, Role
from projections.access import KEPT, AccessLog
from projections.access_chain import AccessEntry
from tests.spec import MONDAY

CLERK = Actor(id="c1", role=Role.UNIT_CLERK, unit="jinjiang-market")


@pytest.fixture
def log(store_url: str) -> Iterator[AccessLog]:
    log = AccessLog.open(store_url)
    log.migrate()
    yield log
    log.close()


def look(ticket: int = 1, at: datetime = MONDAY) -> AccessEntry:
    return AccessEntry.of(
        CLERK, "ticket", ticket_id=UUID(int=ticket), at=at, correlation="r1", summary={"part": "signed"}
    )


def run(log: AccessLog, statement: str) -> None:
    with log._engine.begin() as connection:
        connection.execute(text(statement))


def test_every_look_at_a_ticket_is_found_again(log: AccessLog) -> None:
    """The auditor is told who saw a ticket, as whom, when and in what way, in the order it happened."""
    listed = AccessEntry.of(CLERK, "list", at=MONDAY, correlation="r2", summary={"state": "replied", "rows": 50})
    later = look(at=MONDAY + timedelta(hours=1))
    log.record([look(), listed])
    log.record([look(2), later])
    assert log.of_ticket(UUID(int=1)) == [look(), later]
    assert log.of_ticket(UUID(int=3)) == []
    assert log.verify() is None


def test_it_is_on_the_disk_when_recording_returns(store_url: str, log: AccessLog) -> None:
    """Another process sees a look as soon as its recording has returned."""
    log.record([look()])
    other = AccessLog.open(store_url)
    assert other.of_ticket(UUID(int=1)) == [look()]
    other.close()


def test_processes_that_take_turns_make_one_chain(store_url: str, log: AccessLog) -> None:
    """Whoever adds looks does so behind those of the others, though he last saw another end."""
    other = AccessLog.open(store_url)
    for n in range(6):
        (log, other)[n % 2].record([look(n)])
        (log, other)[n % 3 == 0].record([look(n), look(n)])
    assert log.verify() is None
    assert [len(log.of_ticket(UUID(int=n))) for n in range(6)] == [3] * 6
    other.close()


@pytest.mark.parametrize(
    ("damage", "where"),
    [
        ("UPDATE access_entries SET who = 'somebody' WHERE seq = 4", 4),
        ("UPDATE access_entries SET at = at + 1 WHERE seq = 7", 7),
        ("UPDATE access_entries SET ticket_id = NULL WHERE seq = 2", 2),
        ("DELETE FROM access_entries WHERE seq = 5", 5),
        ("DELETE FROM access_entries WHERE seq = 1", 1),
        ("DELETE FROM access_entries WHERE seq >= 8", 8),
        ("DELETE FROM access_entries", 1),
        ("UPDATE access_entries SET seq = 99 WHERE seq = 10", 10),
    ],
)
def test_what_was_tampered_with_is_found(log: AccessLog, damage: str, where: int) -> None:
    """A row that was changed, moved or taken out is named, at the end of the table too."""
    log.record([look(n) for n in range(10)])
    assert log.verify() is None
    run(log, damage)
    assert log.verify() == where


def test_callers_at_the_same_time_share_commits_and_lose_nothing(log: AccessLog) -> None:
    """A hundred looks at once are all written, in one unbroken chain, in fewer commits than looks."""
    commits: list[int] = []
    event.listen(log._engine, "commit", lambda connection: commits.append(1))
    start = threading.Barrier(10)

    def many(nth: int) -> None:
        start.wait()
        for n in range(10):
            log.record([look(nth * 10 + n)])

    threads = [threading.Thread(target=many, args=(nth,)) for nth in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(log.of_ticket(UUID(int=n)) for n in range(100))
    assert log.verify() is None
    assert len(commits) < 100


def test_two_processes_write_one_chain(store_url: str, log: AccessLog) -> None:
    """Looks written from two processes at once stand in one chain."""
    other = AccessLog.open(store_url)
    threads = [
        threading.Thread(target=lambda one=one: [one.record([look(n)]) for n in range(15)]) for one in (log, other)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(len(log.of_ticket(UUID(int=n))) for n in range(15)) == 30
    assert log.verify() is None
    other.close()


def test_a_look_that_cannot_be_written_is_refused_and_disturbs_nobody(log: AccessLog) -> None:
    """Without its row nothing may be shown: recording raises; what was there and what follows stands."""
    bad: Any = AccessEntry.of(CLERK, "ticket", at=MONDAY, correlation="r", summary={"x": object()})  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        log.record([look(), bad])
    run(log, "ALTER TABLE access_entries RENAME TO away")
    with pytest.raises(Exception, match="access_entries"):
        log.record([look()])
    run(log, "ALTER TABLE away RENAME TO access_entries")
    log.record([look()])
    assert log.of_ticket(UUID(int=1)) == [look()]
    assert log.verify() is None


def test_rows_are_kept_for_half_a_year(log: AccessLog) -> None:
    """Younger rows cannot be dropped; older ones can, and the chain of the rest is still proved."""
    log.record([look(1), look(2, MONDAY + timedelta(days=1)), look(3, MONDAY + timedelta(days=200))])
    now = MONDAY + timedelta(days=1) + KEPT
    with pytest.raises(ValueError, match="180"):
        log.forget(MONDAY + timedelta(days=2), now)
    assert log.forget(now - KEPT, now) == 1
    assert log.of_ticket(UUID(int=1)) == []
    assert log.of_ticket(UUID(int=2)) != []
    assert log.verify() is None
    assert log.forget(now - KEPT, now) == 0
    log.record([look(4, MONDAY + timedelta(days=201))])
    run(log, "DELETE FROM access_entries WHERE seq = 2")
    assert log.verify() == 2


def test_nothing_recorded_writes_nothing(log: AccessLog) -> None:
    """An empty batch is no row."""
    log.record([])
    assert log.verify() is None
