"""How looks are chained and put behind one another: each row's hash is made of the row before it and its own content."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, NamedTuple, Self
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Engine, bindparam, insert, select, update

from hotline.databases import at_once
from hotline.facts import Actor
from projections import access_tables as tables
from projections.database import is_sqlite, writing
from projections.moments import micros

What = Literal["ticket", "list", "lookup", "history", "unmask", "access_log", "progress", "export", "attachment"]


@dataclass(frozen=True, slots=True)
class AccessEntry:
    """One look: who (account, role, unit), at what, when.  A list is one entry; ``summary`` names the filters used and
    never holds what a person typed."""

    who: str
    role: str
    unit: str | None
    what: What
    ticket_id: UUID | None
    at: datetime
    correlation: str
    summary: Mapping[str, str | int | bool | None] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        actor: Actor,
        what: What,
        *,
        at: datetime,
        correlation: str,
        ticket_id: UUID | None = None,
        summary: Mapping[str, str | int | bool | None] | None = None,
    ) -> Self:
        """The look of an actor."""
        return cls(actor.id, actor.role.value, actor.unit, what, ticket_id, at, correlation, summary or {})


class End(NamedTuple):
    """Where the chain ends: the number of its last row, and that row's hash."""

    seq: int
    hash: str


Row = dict[str, Any]

# Made once, for each look that is recorded carries them out.
_HEAD = select(tables.head.c.seq, tables.head.c.hash).with_for_update()
_ADD = insert(tables.entries)
_MOVE = update(tables.head).values(seq=bindparam("last"), hash=bindparam("link"))

_KINDS = {"seq": "bigint", "at": "bigint", "ticket_id": "uuid"}
_COLUMNS = {column.name: _KINDS.get(column.name, "text") for column in tables.entries.columns}
_AT_ONCE = f"""
WITH moved AS (
    UPDATE {tables.head.name} SET seq = %(last)s, hash = %(link)s WHERE seq = %(seen)s AND hash = %(seen_link)s RETURNING 1
)
INSERT INTO {tables.entries.name} ({", ".join(_COLUMNS)})
SELECT new.* FROM moved, json_to_recordset(%(rows)s::json) AS new ({", ".join(map(" ".join, _COLUMNS.items()))})"""
"""One journey to PostgreSQL instead of five.  It adds nothing where the chain has gone on since ``seen``."""


def append(engine: Engine, seen: End, entries: Sequence[AccessEntry]) -> End:
    """Put looks behind the end of the chain, on the disk when this returns; returns the new end.

    ``seen`` is the end as this process knows it; others may have gone on.  Raises sqlalchemy.exc.SQLAlchemyError.
    """
    if not is_sqlite(engine) and (end := _append_at_once(engine, seen, entries)) is not None:
        return end
    with writing(engine) as connection:
        end, rows = chained(End(*connection.execute(_HEAD).one()), entries)
        connection.execute(_ADD, rows)
        connection.execute(_MOVE, {"last": end.seq, "link": end.hash})
    return end


def _append_at_once(engine: Engine, seen: End, entries: Sequence[AccessEntry]) -> End | None:
    end, rows = chained(seen, entries)
    told = to_json(rows).decode()  # one text is handed over in a fifth of the time that a list for each column takes
    given = {"rows": told, "last": end.seq, "link": end.hash, "seen": seen.seq, "seen_link": seen.hash}
    return end if at_once(engine, _AT_ONCE, given).rowcount else None


def chained(end: End, entries: Sequence[AccessEntry]) -> tuple[End, list[Row]]:
    """The rows of these looks behind an end, and the end they make."""
    rows = []
    for entry in entries:
        end = End(end.seq + 1, link_of(end.hash, end.seq + 1, entry))
        rows.append(row_of(end.seq, end.hash, entry))
    return end, rows


def link_of(before: str, seq: int, entry: AccessEntry) -> str:
    """The hash of a row: of the row before it and all of its own content."""
    content = {k: v for k, v in row_of(seq, "", entry).items() if k != "hash"}
    content["ticket_id"] = entry.ticket_id.hex if entry.ticket_id else None
    text = json.dumps([before, content], sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


def row_of(seq: int, hash_: str, entry: AccessEntry) -> Row:
    """The row as it stands in the table.  Raises TypeError, ValueError for what cannot be written down."""
    return {
        "seq": seq,
        "who": entry.who,
        "role": entry.role,
        "unit": entry.unit,
        "what": entry.what,
        "ticket_id": entry.ticket_id,
        "at": micros(entry.at),
        "correlation": entry.correlation,
        "summary": json.dumps(dict(entry.summary), sort_keys=True, ensure_ascii=False),
        "hash": hash_,
    }
