"""The log on PostgreSQL; apart, so that the embedded run does not need its driver."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder
from psycopg import Cursor
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier, Literal

from hotline.store import (
    _FORGET,
    _GET_INBOX,
    _GET_REPLY,
    _TABLES,
    NOTHING,
    Again,
    Beside,
    ClockBehind,
    KeptReply,
    _kept,
    _utc,
    stamp_of,
)

HEARD_EVERY = 0.02
"""Seconds between two calls of a listener: under load each brings several writes."""

_TAKE_TURN = """
CREATE OR REPLACE FUNCTION hotline_take_turn() RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE last bytea;
BEGIN
    SET LOCAL lock_timeout = {timeout};
    PERFORM pg_advisory_xact_lock({name}::regclass::oid::bigint);
    NOTIFY {channel};
    SELECT state INTO last FROM {table} ORDER BY notification_id DESC LIMIT 1;
    RETURN last;
END $$"""
"""What begins each write: the turn, held to the end of the transaction (readers that tail the log must not see a later fact
before an earlier one), eventsourcing's call to those who listen, and the last fact, in one journey instead of five.

The turn is an advisory lock named after the table, not eventsourcing's lock of the table itself: that one waits for, and holds up,
whatever PostgreSQL does to keep the table in order (docs/adr/0015-turns-at-the-log.md)."""


@dataclass
class _Turn:
    """One write on its way through eventsourcing's recorder, which knows of the facts alone."""

    events: Sequence[StoredEvent]
    beside: Beside
    stamped: datetime | None
    again: Again | None


class PostgresLog(PostgresApplicationRecorder):
    """The log of a city: many processes write, one at a time, whoever has the turn."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sql_create_statements.extend(SQL(statement).format() for statement in _TABLES)
        table = Identifier(self.events_table_name)
        self._take_turn = SQL("SELECT hotline_take_turn() AS last")
        self.sql_create_statements.append(
            SQL(_TAKE_TURN).format(
                timeout=f"{self.datastore.lock_timeout}s",
                table=table,
                name=Literal(self.events_table_name),
                channel=Identifier(self.channel_name),
            )
        )
        self._place = SQL("SELECT notification_id FROM {} WHERE originator_id = %s AND originator_version = %s").format(
            table
        )
        self._last = SQL("SELECT max(originator_version) AS last FROM {} WHERE originator_id = %s").format(table)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        beside: Beside = NOTHING,
        stamped: datetime | None = None,
        again: Again | None = None,
        **kwargs: Any,
    ) -> Sequence[int] | None:
        turn = _Turn(stored_events, beside, stamped, again if stored_events else None)
        positions: Sequence[int] | None = super().insert_events(stored_events, turn=turn, **kwargs)
        return positions

    def _insert_events(self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        """Runs before eventsourcing's own insert; what is raised here rolls the whole transaction back."""
        turn: _Turn = kwargs["turn"]
        # Once alone: eventsourcing tries again when it has lost the connection, and whether its first try was written
        # only the pen finds out.
        again, turn.again = turn.again, None
        row = curs.execute(self._take_turn, prepare=True).fetchone()
        last: bytes | None = row["last"] if row else None
        if turn.stamped is not None and last is not None and (at := stamp_of(bytes(last))) > turn.stamped:
            if again is None:
                raise ClockBehind(at)
            turn.events, turn.beside = again(at)
            turn.stamped = turn.beside.at
        for statement, values in turn.beside.statements():
            curs.execute(_mark(statement), values)
        super()._insert_events(curs, stored_events, **kwargs)

    def _insert_stored_events(self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        super()._insert_stored_events(curs, kwargs["turn"].events, **kwargs)

    def _lock_table(self, curs: Cursor[DictRow]) -> None:
        """Done with the turn that was taken first."""

    def _notify_channel(self, curs: Cursor[DictRow]) -> None:
        """Done with the turn that was taken first."""

    def reply_to(self, key: str) -> KeptReply | None:
        row = self._one(_mark(_GET_REPLY), key)
        return _kept(row) if row else None

    def version_of(self, stream: UUID) -> int:
        row = self._one(self._last, stream)
        return (row["last"] or 0) if row else 0

    def position_of(self, stream: UUID, version: int) -> int | None:
        row = self._one(self._place, stream, version)
        return row["notification_id"] if row else None

    def seen(self, consumer: str, fact_id: str) -> bool:
        return self._one(_mark(_GET_INBOX), consumer, fact_id) is not None

    def forget_replies(self, before: datetime) -> int:
        with self.datastore.get_connection() as conn, conn.cursor() as curs:
            curs.execute(_mark(_FORGET), (_utc(before),))
            return curs.rowcount

    def listen(self, stop: Event, tell: Callable[[], None]) -> None:
        """Call ``tell`` after other processes' writes, until ``stop``: at most every ``HEARD_EVERY`` seconds, and once at
        the start for what was not heard.  Raises eventsourcing.persistence.OperationalError when the connection is lost."""
        with self.datastore.get_connection() as connection:
            connection.execute(SQL("LISTEN {}").format(Identifier(self.channel_name)))
            tell()
            while not stop.is_set():
                for _ in connection.notifies(timeout=1.0, stop_after=1):
                    tell()
                    stop.wait(HEARD_EVERY)
            connection.close()  # the next one to get it must not hear for us

    def _one(self, statement: Any, *params: object) -> DictRow | None:
        with self.datastore.get_connection() as conn, conn.cursor() as curs:
            return curs.execute(statement, params, prepare=True).fetchone()


def _mark(statement: str) -> Any:
    """The same statement with PostgreSQL's placeholders."""
    return SQL(statement.replace("?", "%s"))
