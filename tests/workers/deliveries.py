"""The delivery log, which only ever grows, as whoever has the outbox's database reads it."""

from datetime import datetime

from sqlalchemy import select

from workers.outbox import Outbox
from workers.outbox_tables import deliveries


def delivery_log(outbox: Outbox, fact_id: str) -> list[tuple[str, str, datetime]]:
    """(recipient, status, when) of every attempt for one fact's notices, oldest first."""
    query = select(deliveries).where(deliveries.c.fact_id == fact_id).order_by(deliveries.c.id)
    with outbox._engine.connect() as connection:
        return [(row.recipient, row.status, row.at) for row in connection.execute(query)]
