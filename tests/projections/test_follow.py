"""Following the log: in batches, all or nothing, by one at a time, and at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import structlog

from hotline.application import Hotline
from hotline.facts import Actor, Recorded, Role
from hotline.ticket.receiving import Caller, Receive
from projections import board, follow
from projections.follow import Follower, catch_up, keep_up, wait_until
from projections.rebuild import digest
from projections.registry import VIEWS
from projections.view import Views
from tests.projections.lives import PaperLog, life, ticket_id, together

SEEDS = tuple(range(500, 508))
VIEW = VIEWS["board"]
OPERATOR = Actor(id="op1", role=Role.OPERATOR)


def digests(views: Views) -> dict[str, str]:
    with views.engine.connect() as connection:
        return {name: digest(connection, view) for name, view in VIEWS.items()}


def receive(hotline: Hotline) -> int:
    return hotline.receive(Receive(channel="phone", text="路灯不亮", caller=Caller()), by=OPERATOR).position


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_batches_of_any_size_make_the_same_rows(views: Views, limit: int, tmp_path: Any) -> None:
    """How the log is cut into batches shows nowhere in the rows, and every fact is taken in once."""
    log = PaperLog(together(SEEDS))
    for view in VIEWS.values():
        assert catch_up(views, view, log.after, limit) == len(log.facts)
        assert views.position(view.name) == len(log.facts)
        assert catch_up(views, view, log.after, limit) == 0
    other = Views.open(f"sqlite:///{tmp_path}/other.db")
    other.migrate()
    for view in VIEWS.values():
        catch_up(other, view, log.after)
    assert digests(views) == digests(other)
    other.close()


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_views_followed_side_by_side_are_what_each_would_be_alone(views: Views, limit: int, tmp_path: Any) -> None:
    """Wherever views stood before, together they come to the end with the rows that each makes by itself."""
    log = PaperLog(together(SEEDS))
    for nth, view in enumerate(VIEWS.values()):
        catch_up(views, view, PaperLog(log.facts[: nth * 11]).after)
    keep_up(views, tuple(VIEWS.values()), log.after, limit)
    assert {views.position(name) for name in VIEWS} == {len(log.facts)}
    assert keep_up(views, tuple(VIEWS.values()), log.after, limit) == 0
    other = Views.open(f"sqlite:///{tmp_path}/other.db")
    other.migrate()
    for view in VIEWS.values():
        catch_up(other, view, log.after)
    assert digests(views) == digests(other)
    other.close()


def test_a_view_with_a_fault_holds_up_no_other(views: Views, hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one view cannot take in is told by its name, and the others go on."""
    monkeypatch.setattr(follow, "LATER_SECONDS", 0.02)

    def broken(_: object, recorded: Recorded) -> None:
        raise RuntimeError("a defect")

    faulty = replace(VIEWS["dossier"], fold=broken)
    stop = threading.Event()
    with structlog.testing.capture_logs() as told:
        thread = threading.Thread(target=Follower(views, hotline, faulty, VIEW).run, args=(stop,))
        thread.start()
        try:
            for _ in range(3):
                assert wait_until(views, "board", receive(hotline), 10)
        finally:
            stop.set()
            thread.join(5)
    assert views.position("dossier") == 0
    assert {line["view"] for line in told} == {faulty.label}


def test_a_batch_that_dies_leaves_neither_rows_nor_position(views: Views, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after its rows and before its commit, a batch has not happened; the next try makes all of it."""
    log = PaperLog(together(SEEDS))
    half = len(log.facts) // 2
    catch_up(views, VIEW, PaperLog(log.facts[:half]).after)
    before = digests(views)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(follow, "move_on", dies)
        with pytest.raises(KeyboardInterrupt):
            catch_up(views, VIEW, log.after, limit=50)
    assert views.position("board") == half
    assert digests(views) == before
    assert catch_up(views, VIEW, log.after, limit=50) == len(log.facts) - half
    again = Views(views.engine)  # nothing remembered
    assert [r.version for r in board.find(again, [ticket_id(s) for s in SEEDS])] == [len(life(s)) for s in SEEDS]


def test_two_processes_take_every_fact_once(store_url: str) -> None:
    """Two that follow the same view side by side, each with a memory of its own, still make the rows of one."""
    log = PaperLog(together(SEEDS))
    pair = [Views.open(store_url), Views.open(store_url)]
    pair[0].migrate()
    taken: list[int] = []

    def slowly(position: int, limit: int) -> Sequence[Recorded]:
        time.sleep(0.001)  # so that the other gets in between
        return log.after(position, limit)

    threads = [
        threading.Thread(target=lambda v=views: taken.append(catch_up(v, VIEW, slowly, limit=5))) for views in pair
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(taken) == len(log.facts)
    rows = board.find(pair[0], [ticket_id(s) for s in SEEDS])
    assert [r.version for r in rows] == [len(life(s)) for s in SEEDS]
    for views in pair:
        views.close()


def test_making_tables_from_several_places_is_safe(store_url: str) -> None:
    """Processes that start at once on an empty database do not trip over each other."""
    many = [Views.open(store_url) for _ in range(4)]
    threads = [threading.Thread(target=views.migrate) for views in many]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert many[0].position("board") == 0
    for views in many:
        views.close()


def test_a_follower_wakes_at_once(views: Views, hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process writes is brought into the view without waiting for the fallback; a stopped follower ends."""
    monkeypatch.setattr(follow, "FALLBACK_SECONDS", 25.0)
    stop = threading.Event()
    thread = threading.Thread(target=Follower(views, hotline, VIEW).run, args=(stop,))
    thread.start()
    try:
        for _ in range(20):
            assert wait_until(views, "board", receive(hotline), 10)
    finally:
        stop.set()
        receive(hotline)  # wakes it, so that it sees that it is to stop
        thread.join(5)
    assert not thread.is_alive()


def test_waiting_ends_when_the_time_is_up(views: Views) -> None:
    """A view that does not come is waited for no longer than asked."""
    began = time.monotonic()
    assert not wait_until(views, "board", 1, 0.05)
    assert time.monotonic() - began < 5


def test_a_failure_is_overcome(views: Views, hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """A follower that fails tries again until it succeeds; nothing is skipped."""
    monkeypatch.setattr(follow, "LATER_SECONDS", 0.02)
    position, whole = receive(hotline), hotline.facts_after
    left = [RuntimeError("a defect")] * 3

    def sometimes(after: int, limit: int = 500) -> list[Recorded]:
        if left:
            raise left.pop()
        return whole(after, limit)

    monkeypatch.setattr(hotline, "facts_after", sometimes)
    stop = threading.Event()
    thread = threading.Thread(target=Follower(views, hotline, VIEW).run, args=(stop,))
    thread.start()
    try:
        assert wait_until(views, "board", position, 10)
        assert not left
    finally:
        stop.set()
        thread.join(5)
