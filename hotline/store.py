"""The log on SQLite and PostgreSQL: eventsourcing's recorders, with rows that must stand or fall with the facts.

Beside the facts one transaction carries the answer to repeat for an ``Idempotency-Key`` and a consumer's inbox row.
One transaction at a time writes: without that a reader that tails the log skips facts that commit late.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor
from pydantic_core import from_json

LOCK_TIMEOUT_SECONDS = 10


@dataclass(frozen=True, slots=True)
class KeptReply:
    """What to answer when the same request comes again: which write it was, and the sealed rest of the answer."""

    key: str
    body_hash: str
    stream: UUID
    version: int
    answer: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """Rows written in the same transaction as the facts."""

    replies: tuple[KeptReply, ...] = ()
    inbox: tuple[tuple[str, str], ...] = ()
    """(consumer, fact id) of facts that have been dealt with."""
    at: datetime | None = None
    """The present: an answer that has run out by then makes room for a new one under its key."""

    def statements(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        for r in self.replies:
            if self.at is not None:
                yield _RUN_OUT, (r.key, _utc(self.at))
            yield _PUT_REPLY, (r.key, r.body_hash, str(r.stream), r.version, r.answer, _utc(r.expires_at))
        for row in self.inbox:
            yield _PUT_INBOX, row


NOTHING = Beside()


class ClockBehind(Exception):
    """Another process has stamped a later time; stamp again, not before ``last``."""

    def __init__(self, last: datetime) -> None:
        super().__init__("stamp again")
        self.last = last


Again = Callable[[datetime], tuple[Sequence[StoredEvent], Beside]]
"""What is to be written when it is decided once more, not before that moment."""


class Log(Protocol):
    """What the hotline asks of a recorder beyond eventsourcing's own."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], *, beside: Beside, stamped: datetime, again: Again | None = None
    ) -> Sequence[int] | None:
        """Write; where another process was quicker and stamped later, what ``again`` decides while nobody else can write.
        Raises ClockBehind when there is no ``again`` to ask."""
        ...

    def select_events(self, originator_id: UUID, *, gt: int | None = None) -> Sequence[StoredEvent]: ...
    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]: ...
    def max_notification_id(self) -> int | None: ...
    def version_of(self, stream: UUID) -> int:
        """The version of a stream's last fact, without reading it; 0 when there is none."""
        ...

    def reply_to(self, key: str) -> KeptReply | None: ...
    def position_of(self, stream: UUID, version: int) -> int | None: ...
    def seen(self, consumer: str, fact_id: str) -> bool: ...
    def forget_replies(self, before: datetime) -> int: ...
    def listen(self, stop: Event, tell: Callable[[], None]) -> None: ...


_TABLES = (
    """CREATE TABLE IF NOT EXISTS hotline_replies (key TEXT PRIMARY KEY, body_hash TEXT NOT NULL,
       stream TEXT NOT NULL, version BIGINT NOT NULL, answer TEXT NOT NULL, expires_at TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS hotline_inbox (consumer TEXT NOT NULL, fact_id TEXT NOT NULL,
       PRIMARY KEY (consumer, fact_id))""",
)
_PUT_REPLY = "INSERT INTO hotline_replies VALUES (?, ?, ?, ?, ?, ?)"
_PUT_INBOX = "INSERT INTO hotline_inbox VALUES (?, ?)"
_GET_REPLY = "SELECT key, body_hash, stream, version, answer, expires_at FROM hotline_replies WHERE key = ?"
_GET_INBOX = "SELECT 1 AS found FROM hotline_inbox WHERE consumer = ? AND fact_id = ?"
_RUN_OUT = "DELETE FROM hotline_replies WHERE key = ? AND expires_at <= ?"
_FORGET = "DELETE FROM hotline_replies WHERE expires_at < ?"


def _utc(at: datetime) -> str:
    """A moment as text that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _kept(row: Any) -> KeptReply:
    return KeptReply(
        key=row["key"],
        body_hash=row["body_hash"],
        stream=UUID(row["stream"]),
        version=row["version"],
        answer=row["answer"],
        expires_at=datetime.fromisoformat(row["expires_at"]),
    )


class SQLiteLog(SQLiteApplicationRecorder):
    """The log of the embedded run; one process writes it."""

    def construct_create_table_statements(self) -> list[str]:
        return [*super().construct_create_table_statements(), *_TABLES]

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], *, beside: Beside = NOTHING, **kwargs: Any
    ) -> Sequence[int] | None:
        for statement, row in beside.statements():
            c.execute(statement, row)
        return super()._insert_events(c, stored_events, **kwargs)

    def reply_to(self, key: str) -> KeptReply | None:
        row = self._one(_GET_REPLY, key)
        return _kept(row) if row else None

    def version_of(self, stream: UUID) -> int:
        row = self._one("SELECT max(originator_version) AS last FROM stored_events WHERE originator_id = ?", stream.hex)
        return row["last"] or 0

    def position_of(self, stream: UUID, version: int) -> int | None:
        row = self._one(
            "SELECT rowid FROM stored_events WHERE originator_id = ? AND originator_version = ?", stream.hex, version
        )
        return row["rowid"] if row else None

    def seen(self, consumer: str, fact_id: str) -> bool:
        return self._one(_GET_INBOX, consumer, fact_id) is not None

    def forget_replies(self, before: datetime) -> int:
        with self.datastore.transaction(commit=True) as c:
            c.execute(_FORGET, (_utc(before),))
            return int(c.sqlite_cursor.rowcount)

    def listen(self, stop: Event, tell: Callable[[], None]) -> None:
        """Until ``stop``; there is nothing to hear: whoever writes is this process and tells itself."""
        stop.wait()

    def _one(self, statement: str, *params: object) -> Any:
        with self.datastore.transaction(commit=False) as c:
            c.execute(statement, params)
            return c.fetchone()


def store_env(url: str, *, create: bool = True) -> dict[str, str]:
    """eventsourcing's settings for ``sqlite:///path`` or ``postgresql://user:password@host:port/name``.

    Raises ValueError for another kind of address.
    """
    parts = urlsplit(url)
    table = {"CREATE_TABLE": "y" if create else "n"}
    if parts.scheme == "sqlite":
        return {
            **table,
            "PERSISTENCE_MODULE": "eventsourcing.sqlite",
            "APPLICATION_RECORDER_TOPIC": "hotline.store:SQLiteLog",
            "SQLITE_DBNAME": url.removeprefix("sqlite:///"),
            "SQLITE_LOCK_TIMEOUT": str(LOCK_TIMEOUT_SECONDS),
        }
    if parts.scheme in ("postgresql", "postgres"):
        return {
            **table,
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "APPLICATION_RECORDER_TOPIC": "hotline.store_postgres:PostgresLog",
            "POSTGRES_DBNAME": unquote(parts.path.lstrip("/")),
            "POSTGRES_HOST": parts.hostname or "localhost",
            "POSTGRES_PORT": str(parts.port or 5432),
            "POSTGRES_USER": unquote(parts.username or ""),
            "POSTGRES_PASSWORD": unquote(parts.password or ""),
            "POSTGRES_LOCK_TIMEOUT": str(LOCK_TIMEOUT_SECONDS),
        }
    raise ValueError("HOTLINE_STORE 应为 sqlite:///… 或 postgresql://… / must be sqlite:///… or postgresql://…")


def stamp_of(state: bytes) -> datetime:
    """When a stored fact was recorded."""
    return datetime.fromisoformat(from_json(state)["recorded_at"])
