"""Writing documents into a view's tables: many at once, the old rows replaced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Connection, Table, delete, insert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from projections.view import Doc, View


def put(connection: Connection, view: View, docs: Mapping[UUID, Doc]) -> None:
    """Write these tickets' documents, columns and lines in place of what stood there."""
    if not docs:
        return
    rows = [{"ticket_id": ticket, "doc": to_json(doc).decode(), **view.columns(doc)} for ticket, doc in docs.items()]
    connection.execute(_upsert(connection, view.table), rows)
    if view.lines_table is None:
        return
    tickets = list(docs)
    for start in range(0, len(tickets), 500):
        some = tickets[start : start + 500]
        connection.execute(delete(view.lines_table).where(view.lines_table.c.ticket_id.in_(some)))
    lines = [{"ticket_id": ticket, **line} for ticket, doc in docs.items() for line in view.lines(doc)]
    if lines:
        connection.execute(insert(view.lines_table), lines)


def _upsert(connection: Connection, table: Table) -> Any:
    new = sqlite_insert(table) if connection.dialect.name == "sqlite" else postgres_insert(table)
    others = {column.name: new.excluded[column.name] for column in table.columns if not column.primary_key}
    return new.on_conflict_do_update(index_elements=[table.c.ticket_id], set_=others)
