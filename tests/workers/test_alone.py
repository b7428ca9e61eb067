"""One at a time: the turn is taken, kept, lost and handed over."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psycopg

from tests.support.watching import eventually
from workers.alone import Alone, Lost


class Turn:
    """Somebody who would do the work, in a thread of his own."""

    def __init__(self, url: str, name: str = "work") -> None:
        self.stop, self.begun = Event(), 0
        self.alone = Alone(url, name, self._work)
        self.failure: Exception | None = None
        self.thread = Thread(target=self._run)
        self.thread.start()

    def _work(self, stop: Event) -> None:
        self.begun += 1
        stop.wait()

    def _run(self) -> None:
        try:
            self.alone(self.stop)
        except Exception as failure:  # noqa: BLE001  # what it was is looked at
            self.failure = failure


@contextmanager
def turns(*all_: Turn) -> Iterator[None]:
    try:
        yield
    finally:
        for one in all_:
            one.stop.set()
            one.thread.join(15)
    assert not any(one.thread.is_alive() for one in all_)


def cut(url: str) -> None:
    """End every other connection to this database, as a restart of the server would."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_one_does_it_and_hands_it_over(postgres_url: str) -> None:
    """Of two who would do the same work one begins; when that one is asked to end, the other takes over."""
    first = Turn(postgres_url)
    eventually(lambda: first.alone.held, what="the first begins")
    second = Turn(postgres_url)
    other = Turn(postgres_url, "other work")
    with turns(first, second, other):
        eventually(lambda: other.alone.held, what="other work is not kept waiting")
        assert (first.alone.held, second.alone.held) == (True, False)
        first.stop.set()
        eventually(lambda: second.alone.held, what="the second takes over")
        first.thread.join(5)
        assert not first.alone.held
        assert first.failure is None


def test_whoever_loses_the_connection_stops_at_once(postgres_url: str) -> None:
    """The lock's connection cut: its holder stops, says that the turn is lost, and another can have it."""
    holder = Turn(postgres_url)
    with turns(holder):
        eventually(lambda: holder.alone.held, what="the holder begins")
        cut(postgres_url)
        eventually(lambda: not holder.alone.held, within=3, what="the holder stops")
        holder.thread.join(5)
        assert isinstance(holder.failure, Lost)
    heir = Turn(postgres_url)
    with turns(heir):
        eventually(lambda: heir.alone.held, what="the turn is free again")


def test_on_files_there_is_nobody_to_wait_for() -> None:
    """On SQLite the work begins at once: one process has the directory."""
    only = Turn("sqlite:///nowhere.db")
    with turns(only):
        eventually(lambda: only.alone.held, what="it begins")
    assert only.begun == 1
