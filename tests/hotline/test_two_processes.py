"""Two doors to one PostgreSQL, as a city runs it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from typing import Any
from uuid import UUID

import psycopg
import pytest

from hotline.application import Hotline
from hotline.command import Refused
from hotline.ticket.classifying import Classify
from hotline.ticket.dispatching import Dispatch
from hotline.ticket.receiving import Receive
from hotline.ticket.supervising import Note
from hotline.writing import Key
from tests import tickets as t
from tests.support.clock import SettableClock
from tests.support.watching import eventually


def request(**told: Any) -> Receive:
    return t.received(**told)


def taken(hotline: Hotline, **told: Any) -> UUID:
    return hotline.receive(request(**told), by=t.OPERATOR).stream


def facts(hotline: Hotline) -> list[Any]:
    return hotline.facts_after(0, 10_000)


@pytest.fixture
def store_url(postgres_url: str) -> str:
    return postgres_url


def test_who_comes_second_decides_again(
    hotline: Hotline, another: Callable[[SettableClock], Hotline], clock: SettableClock
) -> None:
    """Both write the same stream at once: all notes are there, versions without a hole."""
    doors = [hotline, another(clock)]
    stream, start = taken(hotline), Barrier(2)

    def write(door: Hotline) -> None:
        start.wait()
        for n in range(15):
            door.handle(Note(text=f"{n}"), on=stream, by=t.OPERATOR)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, doors))
    assert [r.originator_version for r in hotline.history(stream)] == list(range(1, 32))


def test_writers_wait_for_each_other_and_not_for_the_keeping_of_the_table(hotline: Hotline, store_url: str) -> None:
    """Given a table that PostgreSQL is putting in order (the lock of VACUUM and ANALYZE), when a request is taken, then it is
    written at once; given somebody who has the turn, then the next one waits until that one is done."""
    with psycopg.connect(store_url) as keeping:
        keeping.execute("LOCK TABLE hotline_events IN SHARE UPDATE EXCLUSIVE MODE")
        taken(hotline)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(store_url) as other:
        other.execute("SELECT hotline_take_turn()")
        waiting = pool.submit(taken, hotline)
        with psycopg.connect(store_url, autocommit=True) as look:
            eventually(lambda: look.execute(_WAITS).fetchone() == (1,), what="the writer waits for the turn")
        assert not waiting.done()
        other.rollback()
        assert waiting.result(10)


_WAITS = """
SELECT count(*) FROM pg_locks JOIN pg_database AS here ON here.oid = database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()"""


def test_one_of_two_that_exclude_each_other_is_refused(
    hotline: Hotline, another: Callable[[SettableClock], Hotline], clock: SettableClock
) -> None:
    """Two dispatchers press at the same moment: one ticket, one lead."""
    doors, start = [hotline, another(clock)], Barrier(2)
    stream = taken(hotline)
    hotline.handle(Classify(type="complaint", category=t.FUMES), on=stream, by=t.OPERATOR)

    def dispatch(door: Hotline) -> str:
        start.wait()
        try:
            door.handle(Dispatch(lead=t.ENV if door is hotline else t.MARKET), on=stream, by=t.DISPATCHER)
        except Refused as refusal:
            return refusal.code
        return "written"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(dispatch, doors)) == ["not_now", "written"]


def test_time_never_runs_back_in_the_log(
    hotline: Hotline, another: Callable[[SettableClock], Hotline], clock: SettableClock
) -> None:
    """Two machines whose clocks differ by minutes: recorded_at never decreases with position."""
    behind = another(SettableClock(clock() - timedelta(minutes=7)))
    for door in (hotline, behind, behind, hotline, behind):
        taken(door)
    stamps = [r.recorded_at for r in facts(hotline)]
    assert stamps == sorted(stamps)
    assert len(stamps) == 10


def test_who_is_overtaken_by_one_that_never_pauses_writes_all_the_same(
    hotline: Hotline,
    another: Callable[[SettableClock], Hotline],
    clock: SettableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before every try of one process another has written, and stamped later: it is decided again in its own turn, on
    what the other wrote, instead of being told that the house is busy."""
    quick, stream = another(clock), taken(hotline)
    whole, notes = hotline.store.insert_events, []

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        clock.advance(minutes=1)
        notes.append(quick.handle(Note(text="先记一笔"), on=stream, by=t.OPERATOR))
        return whole(*args, **kwargs)

    monkeypatch.setattr(hotline.store, "insert_events", overtaken)
    written = hotline.handle(Note(text="后记一笔"), on=stream, by=t.OPERATOR)
    assert [note.version for note in notes] == [2]
    assert written.version == 3
    assert [(r.originator_version, r.position) for r in facts(hotline) if r.originator_id == stream][-1] == (
        3,
        written.position,
    )
    stamps = [r.recorded_at for r in facts(hotline)]
    assert stamps == sorted(stamps)


def test_what_the_one_that_overtook_has_made_impossible_is_refused(
    hotline: Hotline,
    another: Callable[[SettableClock], Hotline],
    clock: SettableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Decided again in its turn, the command meets what the other wrote: refused by name, and nothing is written."""
    quick, stream = another(clock), taken(hotline)
    hotline.handle(Classify(type="complaint", category=t.FUMES), on=stream, by=t.OPERATOR)
    whole = hotline.store.insert_events

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        clock.advance(minutes=1)
        quick.handle(Dispatch(lead=t.ENV), on=stream, by=t.DISPATCHER)
        return whole(*args, **kwargs)

    monkeypatch.setattr(hotline.store, "insert_events", overtaken)
    with pytest.raises(Refused) as refused:
        hotline.handle(Dispatch(lead=t.MARKET), on=stream, by=t.DISPATCHER)
    assert refused.value.code == "not_now"
    assert [type(r.fact).__name__ for r in facts(hotline)][-1] == "TicketDispatched"
    assert len([r for r in facts(hotline) if r.originator_id == stream]) == 3


def test_what_was_written_before_the_connection_was_lost_is_known_whoever_wrote_since(
    hotline: Hotline,
    another: Callable[[SettableClock], Hotline],
    clock: SettableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The commit succeeded, its answer was lost, another wrote, and the recorder tries once more: one note, not two."""
    quick, stream = another(clock), taken(hotline)
    whole = hotline.store.insert_events

    def lost(*args: Any, **kwargs: Any) -> Any:
        whole(*args, **kwargs)
        clock.advance(minutes=1)
        quick.handle(Note(text="别处"), on=taken(quick), by=t.OPERATOR)
        return whole(*args, **{**kwargs, "again": None})

    monkeypatch.setattr(hotline.store, "insert_events", lost)
    written = hotline.handle(Note(text="只记一次"), on=stream, by=t.OPERATOR)
    assert written.version == 2
    assert [r.originator_version for r in hotline.history(stream)] == [1, 2]


def test_the_same_key_at_two_doors_gives_one_ticket(
    hotline: Hotline, another: Callable[[SettableClock], Hotline], clock: SettableClock
) -> None:
    """The row of the answer is in the same transaction as the facts, so one of the two repeats the other's."""
    doors, start, key = [hotline, another(clock)], Barrier(2), Key("k", "b")

    def send(door: Hotline) -> Any:
        start.wait()
        return door.receive(request(), by=t.OPERATOR, key=key)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(send, doors)
    assert first.stream == second.stream
    assert first.answer == second.answer
    assert len(facts(hotline)) == 2


def test_who_listens_is_woken_by_what_another_wrote(
    hotline: Hotline, another: Callable[[SettableClock], Hotline], clock: SettableClock
) -> None:
    """One door listens, the other takes a request down: the first has news long before it would look by itself."""
    listener, stop = another(clock), Event()
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(listener.listen, stop)
        while listener.written == 0:  # it calls once when it has begun to listen
            listener.wait_for_news(5.0)
        begun = listener.written
        taken(hotline)
        listener.wait_for_news(30.0, after=begun)
        stop.set()
        assert listener.written > begun
        listening.result(timeout=10)
