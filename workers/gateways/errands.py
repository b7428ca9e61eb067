"""Errands: each notice once for each addressee outside, in the order in which it was written, with what came of it.

An errand's key is made of its fact (with the moment it was recorded: after a restore another fact may get the place of a
lost one), its recipient and its way, so that even an outbox that was lost and written anew sends under the same keys, and
the other side knows the repeat for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import Connection, Engine, Row, case, func, insert, select, update

from hotline.databases import looking
from hotline.facts import Recorded
from workers.gateways.outcome import Away, Delivered, Dropped, Outcome
from workers.gateways.subscriptions import Subscription, current
from workers.outbox_tables import chunks, deliveries, errands, notices

_KEYS = uuid5(NAMESPACE_URL, "urn:hotline12345:errand")


@dataclass(frozen=True, slots=True)
class Errand:
    """One notice on one way. `key` goes with every attempt; `tries` counts those that came to nothing."""

    id: int
    key: str
    fact_id: str
    recipient: str
    ticket_id: UUID
    way: str
    subscription: UUID | None
    line: str
    urgent: bool
    status: str
    reason: str | None
    tries: int
    not_before: datetime
    at: datetime

    @property
    def addressee(self) -> str:
        """Under which name the delivery log keeps it."""
        return self.line if self.subscription else self.recipient


def spread(connection: Connection, rows: Iterable[dict[str, Any]], fact: Recorded, line: str, urgent: bool) -> None:
    """Write the errands of a fact's notices, just written, in the same transaction; `line` is the caller's."""
    subscribed = current(connection)
    made = [
        {
            **{name: row[name] for name in ("fact_id", "recipient", "ticket_id", "at")},
            "way": way,
            "subscription": subscription,
            "line": to,
            "key": _key(fact, row["recipient"], way, to),
            "status": "waiting",
            "tries": 0,
            "not_before": row["at"],
            "urgent": urgent,
        }
        for row in rows
        for way, to, subscription in _addressees(row, line, subscribed)
    ]
    entries = [
        {"fact_id": errand["fact_id"], "recipient": errand["line"], "status": "waiting", "at": errand["at"]}
        for errand in made
        if errand["subscription"]  # the caller's first entry is written with the notice
    ]
    for table, values in ((errands, made), (deliveries, entries)):
        if values:
            connection.execute(insert(table), values)


def _addressees(
    row: dict[str, Any], line: str, subscribed: Sequence[Subscription]
) -> list[tuple[str, str, UUID | None]]:
    """Way, line and subscription of everybody outside who is told of a notice."""
    if row["way"] == "text":
        return [("text", line, None)]
    return [(one.way, one.line, one.id) for one in subscribed if one.wants(row["recipient"], row["kind"])]


def _key(fact: Recorded, recipient: str, way: str, line: str) -> str:
    to = line if way != "text" else ""  # a caller's line may be told otherwise one day; he is still the same
    return str(uuid5(_KEYS, f"{fact.id}|{fact.recorded_at.astimezone(UTC).isoformat()}|{recipient}|{way}|{to}"))


class Errands:
    """The errands of one outbox."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def due(self, way: str, now: datetime, limit: int, *, urgent_only: bool = False) -> list[Errand]:
        """The first of each line where its time has come, oldest first. With `urgent_only` (quiet hours), of those
        lines only in which an emergency waits: what stands before it goes with it, so that the order holds."""
        waiting = (errands.c.way == way, errands.c.status == "waiting")
        heads = select(func.min(errands.c.id)).where(*waiting).group_by(errands.c.line)
        if urgent_only:
            heads = heads.having(func.max(case((errands.c.urgent, 1), else_=0)) == 1)
        query = select(errands).where(errands.c.id.in_(heads), errands.c.not_before <= now)
        with looking(self.engine) as connection:
            return [_read(row) for row in connection.execute(query.order_by(errands.c.id).limit(limit))]

    def came_of(self, errand: Errand, outcome: Outcome, at: datetime, *, again: float = 0.0) -> None:
        """Note what an attempt came to; `again` is in how many seconds the next one may be made."""
        status = _STATUS.get(type(outcome), "failed")
        reason = None if isinstance(outcome, Delivered) else outcome.reason
        changed: dict[str, Any] = {"status": status, "reason": reason}
        if isinstance(outcome, Away):
            changed |= {"tries": errand.tries + 1, "not_before": at + timedelta(seconds=again)}
        logged = "away" if isinstance(outcome, Away) else status
        told = {"fact_id": errand.fact_id, "recipient": errand.addressee, "status": logged, "at": at}
        mine = (notices.c.fact_id == errand.fact_id, notices.c.recipient == errand.recipient)
        with self.engine.begin() as connection:
            still = (errands.c.id == errand.id, errands.c.status == "waiting")
            if connection.execute(update(errands).where(*still).values(**changed)).rowcount == 0:
                return  # its ticket was erased in the meantime
            connection.execute(insert(deliveries).values(**told))
            if errand.way == "text":
                connection.execute(update(notices).where(*mine).values(status=status))

    def of_ticket(self, ticket_id: UUID) -> list[Errand]:
        """Oldest first."""
        query = select(errands).where(errands.c.ticket_id == ticket_id).order_by(errands.c.id)
        with looking(self.engine) as connection:
            return [_read(row) for row in connection.execute(query)]

    def count(self) -> dict[tuple[str, str], int]:
        """How many there are by way and status."""
        query = select(errands.c.way, errands.c.status, func.count()).group_by(errands.c.way, errands.c.status)
        with looking(self.engine) as connection:
            return {(way, status): number for way, status, number in connection.execute(query)}

    def oldest(self, way: str) -> datetime | None:
        """Since when the longest waiting one waits."""
        query = select(func.min(errands.c.at)).where(errands.c.way == way, errands.c.status == "waiting")
        with looking(self.engine) as connection:
            found: datetime | None = connection.scalar(query)
        return found


def drop(connection: Connection, tickets: Sequence[UUID], why: str) -> None:
    """End whatever waits about these tickets, within the transaction that forgets them."""
    for some in chunks(tickets):
        waiting = (errands.c.ticket_id.in_(some), errands.c.status == "waiting")
        connection.execute(update(errands).where(*waiting).values(status="dropped", reason=why))
        texts = (notices.c.ticket_id.in_(some), notices.c.status == "waiting")
        connection.execute(update(notices).where(*texts).values(status="dropped"))


_STATUS: dict[type[Outcome], str] = {Delivered: "delivered", Dropped: "dropped", Away: "waiting"}


def _read(row: Row[tuple[Any, ...]]) -> Errand:
    return Errand(**row._mapping)
