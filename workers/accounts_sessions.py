"""Sessions of accounts: what they are signed with, whose they are, and which are over."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from hotline.databases import looking
from hotline.facts import Actor, Role
from workers.accounts_tables import ended, secrets_kept, sessions, users

SCOPED = ("unit", "district", "team")


class Sessions:
    """What is known of sessions; the account's part is in ``Accounts``."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self._engine, self._clock = engine, now
        self._session_key: str | None = None

    def now(self) -> datetime:
        return self._clock().astimezone(UTC)  # SQLite keeps no zone

    @property
    def session_key(self) -> str:
        """What sessions are signed with; made once, kept here, shared by every web process."""
        if self._session_key is None:
            with looking(self._engine) as connection:
                key = connection.scalar(select(secrets_kept.c.value).where(secrets_kept.c.name == "session"))
            if key is None:
                raise RuntimeError("the accounts have no tables yet: call Accounts.migrate() first")
            self._session_key = str(key)
        return self._session_key

    def session_of(self, actor: Actor) -> str:
        """What a new session of this account says it is."""
        with looking(self._engine) as connection:
            times = connection.scalar(select(sessions.c.ended_times).where(sessions.c.id == actor.id))
        return f"{actor.id}#{times or 0}"

    def user_of(self, session: str) -> Actor | None:
        """The account of such a session; None when it was shut, or its sessions were ended, since."""
        actor_id, _, times = session.partition("#")
        query = select(users, sessions.c.ended_times).join_from(
            users, sessions, users.c.id == sessions.c.id, isouter=True
        )
        with looking(self._engine) as connection:
            row = connection.execute(query.where(users.c.id == actor_id)).mappings().first()
        good = row is not None and row["disabled_at"] is None and times == str(row["ended_times"] or 0)
        return of_row(row) if good else None

    def end_session(self, session: str, until: datetime) -> None:
        """Let a session that somebody signed out of be worth nothing, also to whoever has a copy of its cookie.  ``until`` is
        when it would have run out; what has is forgotten."""
        with suppress(IntegrityError), self._engine.begin() as connection:  # signed out twice is signed out
            connection.execute(delete(ended).where(ended.c.until <= self.now()))
            connection.execute(insert(ended).values(session=session, until=until.astimezone(UTC)))

    def has_ended(self, session: str) -> bool:
        """Whether somebody signed out of this session."""
        with looking(self._engine) as connection:
            return connection.scalar(select(ended.c.session).where(ended.c.session == session)) is not None


def end_all(connection: Connection, actor_id: str) -> None:
    """Let every session of an account that has begun be worth nothing."""
    mine = sessions.c.id == actor_id
    if connection.execute(update(sessions).where(mine).values(ended_times=sessions.c.ended_times + 1)).rowcount == 0:
        connection.execute(insert(sessions).values(id=actor_id, ended_times=1))


def of_row(row: Any) -> Actor:
    """The actor of an account's or a token's row."""
    return Actor(id=row["id"], role=Role(row["role"]), **{name: row[name] for name in SCOPED})
