"""What the outbox knows of facts that a restored log has lost.

A new fact may get the place of a lost one in its ticket's life, and with it the same id. It must not be taken for one that
has been dealt with, so all that waits or stands under such an id goes; the delivery log, which is only ever added to, keeps
what was sent and says that its fact was lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from hotline.application import Hotline
from workers.outbox import Outbox
from workers.outbox_tables import deliveries, errands, inbox, notices

PAGE = 1_000
LOST = "lost"
"""The last word of the delivery log about a notice whose fact is no longer there."""


def newest_told(outbox: Outbox) -> str | None:
    """The fact of the newest notice."""
    with outbox.errands.engine.connect() as connection:
        return connection.scalar(select(notices.c.fact_id).order_by(notices.c.id.desc()).limit(1))


def forget_lost(outbox: Outbox, hotline: Hotline, at: datetime) -> int:
    """Forget every fact the log does not have; returns how many there were."""
    engine, gone = outbox.errands.engine, 0
    for column in (inbox.c.fact_id, notices.c.fact_id):
        after = ""
        while True:
            query = select(column).distinct().where(column > after).order_by(column).limit(PAGE)
            with engine.connect() as connection:
                page = list(connection.scalars(query))
            if not page:
                break
            lost = list(_lost(hotline, page))
            with engine.begin() as connection:
                _forget(connection, lost, at)
            gone, after = gone + len(lost), page[-1]
    return gone


def _lost(hotline: Hotline, facts: Sequence[str]) -> Iterator[str]:
    """Those of the facts, in order of their ids, that the log does not have."""
    for stream, some in groupby(facts, key=lambda fact: fact.rpartition(":")[0]):
        last = hotline.recorder.select_events(UUID(stream), desc=True, limit=1)
        end = last[0].originator_version if last else 0
        yield from (fact for fact in some if int(fact.rpartition(":")[2]) > end)


def _forget(connection: Connection, lost: Sequence[str], at: datetime) -> None:
    if not lost:
        return
    told = select(notices.c.fact_id, notices.c.recipient).where(notices.c.fact_id.in_(lost))
    rows = [
        {"fact_id": row.fact_id, "recipient": row.recipient, "status": LOST, "at": at}
        for row in connection.execute(told)
    ]
    if rows:
        connection.execute(insert(deliveries), rows)
    for table in (errands, notices, inbox):
        connection.execute(delete(table).where(table.c.fact_id.in_(lost)))
