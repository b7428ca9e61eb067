"""The outbox: what was to be told to whom, written exactly once, and a log of every attempt to deliver it.

A notice and the mark that its fact has been dealt with are one transaction, so a fact that comes twice tells nobody twice.
What is filled into a notice is sealed with the ticket's key and goes with it. A unit's notice is delivered at once: it lies
in the unit's tray, which its clerks read (`GET /units/me/notices`). A caller's stays `waiting` until a gateway for text
messages has taken it (`workers.gateways`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import Engine, delete, func, insert, select, update

from hotline.databases import insert_new, looking
from hotline.facts import Recorded
from hotline.notices import Notice, sentence
from hotline.texts import Language
from hotline.vault import Erased, Restricted, Vault
from workers.gateways.errands import Errands, drop, spread
from workers.gateways.subscriptions import Subscriptions
from workers.outbox_tables import chunks, connect, create_all, deliveries, inbox, notices, positions

LABEL = "notice"
"""What a notice's filled-in words are sealed under."""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as it stands in the outbox. `notice` is None when its ticket was erased or is stored only."""

    id: int
    fact_id: str
    ticket_id: UUID
    recipient: str
    kind: str
    status: str
    at: datetime
    notice: Notice | None

    def text(self, language: Language = "zh", *, link: str = "") -> str | None:
        """What the recipient reads; `link` is a caller's own (`Hotline.token_of`)."""
        return sentence(self.notice, language, link=link) if self.notice else None


class Outbox:
    """Sealed notices and their delivery log. Safe to use from several threads and processes."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine, self._vault = engine, vault
        self.errands = Errands(engine)
        self.subscriptions = Subscriptions(engine, vault)

    @classmethod
    def open(cls, url: str, vault: Vault) -> Self:
        """Open `sqlite:///…` or `postgresql://…`."""
        return cls(connect(url), vault)

    def migrate(self) -> None:
        """Create what is missing; harmless when nothing is."""
        create_all(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def take(
        self,
        consumer: str,
        recorded: Recorded,
        told: Sequence[Notice],
        at: datetime,
        *,
        line: str | None = None,
        urgent: bool = False,
    ) -> int:
        """Write the notices of one fact, once: how many were new. 0 when this consumer has dealt with the fact before,
        and for a ticket that is erased or stored only: nobody is told about it any more.

        `line` says who the caller is, so that he gets his messages in order, and nothing else about him; `urgent` ones
        do not wait for the morning.
        """
        try:
            rows = [self._row(recorded, notice, at) for notice in told]
        except (Erased, Restricted):
            rows = []
        self._vault.flush()  # the key first, as everywhere
        with self._engine.begin() as connection:
            if not insert_new(connection, inbox, [{"consumer": consumer, "fact_id": recorded.id}], inbox.c.fact_id):
                return 0
            if rows:
                connection.execute(insert(notices), rows)
                connection.execute(insert(deliveries), [_first_entry(row) for row in rows])
                spread(connection, rows, recorded, line or f"ticket:{recorded.originator_id}", urgent)
        return len(rows)

    def _row(self, recorded: Recorded, notice: Notice, at: datetime) -> dict[str, Any]:
        ticket = recorded.originator_id
        return {
            "fact_id": recorded.id,
            "recipient": notice.recipient,
            "ticket_id": ticket,
            "way": notice.way,
            "kind": notice.kind,
            "body": self._vault.seal(ticket, LABEL, to_json(dict(notice.slots)).decode()),
            "status": "delivered" if notice.way == "tray" else "waiting",
            "at": at,
        }

    def for_unit(self, unit: str, *, before: int | None = None, limit: int = 50) -> list[Told]:
        """A unit's tray, newest first; `before` is the `id` of the last one already shown."""
        return self._find(notices.c.recipient == f"unit:{unit}", before, limit)

    def of_ticket(self, ticket_id: UUID) -> list[Told]:
        """Everything told about one ticket, newest first."""
        return self._find(notices.c.ticket_id == ticket_id, None, 1_000)

    def waiting(self, limit: int = 100) -> list[Told]:
        """Callers' messages that a gateway has still to take, oldest first."""
        query = select(notices).where(notices.c.status == "waiting").order_by(notices.c.id).limit(limit)
        return self._told(query)

    def find(self, fact_id: str, recipient: str) -> Told | None:
        """One notice."""
        mine = (notices.c.fact_id == fact_id, notices.c.recipient == recipient)
        return next(iter(self._told(select(notices).where(*mine))), None)

    def dealt_with(self, consumer: str, facts: Sequence[str]) -> set[str]:
        """Which of these facts this consumer has dealt with."""
        mine = (inbox.c.consumer == consumer, inbox.c.fact_id.in_(facts))
        with looking(self._engine) as connection:
            return set(connection.scalars(select(inbox.c.fact_id).where(*mine)))

    def _find(self, where: Any, before: int | None, limit: int) -> list[Told]:
        query = select(notices).where(where).order_by(notices.c.id.desc()).limit(limit)
        return self._told(query if before is None else query.where(notices.c.id < before))

    def _told(self, query: Any) -> list[Told]:
        with looking(self._engine) as connection:
            rows = connection.execute(query).all()
        sealed = [(row.ticket_id, LABEL, row.body) for row in rows if row.body is not None]
        bodies = iter(self._vault.unseal_many(sealed))
        return [_as_told(row, next(bodies) if row.body is not None else None) for row in rows]

    def log(self, fact_id: str, recipient: str, status: str, at: datetime) -> None:
        """Add to the delivery log and set the notice's status; earlier entries stay."""
        mine = (notices.c.fact_id == fact_id, notices.c.recipient == recipient)
        with self._engine.begin() as connection:
            connection.execute(update(notices).where(*mine).values(status=status))
            connection.execute(insert(deliveries).values(fact_id=fact_id, recipient=recipient, status=status, at=at))

    def forget(self, tickets: Sequence[UUID]) -> None:
        """Drop even the sealed words of erased tickets, and what was still to be told; that something was told stays."""
        with self._engine.begin() as connection:
            drop(connection, tickets, "erased")
            for some in chunks(tickets):
                connection.execute(update(notices).where(notices.c.ticket_id.in_(some)).values(body=None))

    def count(self) -> dict[str, int]:
        """How many notices there are by status."""
        query = select(notices.c.status, func.count()).group_by(notices.c.status)
        with looking(self._engine) as connection:
            return dict(connection.execute(query).tuples().all())

    def facts(self, after: str, limit: int = 1_000) -> list[str]:
        """The ids of facts that have notices, in order: for `hotline check`."""
        query = select(notices.c.fact_id).distinct().where(notices.c.fact_id > after)
        with looking(self._engine) as connection:
            return list(connection.scalars(query.order_by(notices.c.fact_id).limit(limit)))

    # -- how far the followers of the log that keep no view have come ----------------------------------------------
    def position(self, name: str) -> int:
        with looking(self._engine) as connection:
            return connection.scalar(select(positions.c.position).where(positions.c.name == name)) or 0

    def move(self, name: str, position: int) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(positions).where(positions.c.name == name))
            connection.execute(insert(positions).values(name=name, position=position))


def _first_entry(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("fact_id", "recipient", "status", "at")}


def _as_told(row: Any, slots: str | None) -> Told:
    notice = Notice(row.recipient, row.way, row.kind, from_json(slots)) if slots is not None else None
    return Told(row.id, row.fact_id, row.ticket_id, row.recipient, row.kind, row.status, row.at, notice)
