"""What everything had come to at an earlier moment, set aside once, where many formulas look at it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Column, Connection, FromClause, MetaData, Table, insert, select

from hotline.rates.fields import day_number
from projections import scoreboard_tables as kept
from projections.scoreboard_versions import Touching, standing


def set_aside(connection: Connection, as_of: datetime, first: date, last: date) -> FromClause:
    """Rows of tickets and calls as known at a moment, those with any of their days in a period; once in a transaction, with
    the end of which they are gone, since it is never committed.

    Finding the latest state of everything is the dear part, and a bulletin would do it for each of its formulas.
    """
    table = Table(
        "bulletin_states",
        MetaData(),
        *(Column(column.name, column.type) for column in kept.rows.columns),
        prefixes=["TEMPORARY"],
    )
    touching = Touching(kept.COHORTS, day_number(first), day_number(last))
    known = standing(as_of, None, touching)
    names = [column.name for column in table.columns]
    table.create(connection)
    connection.execute(
        insert(table).from_select(names, select(*(known.c[name] for name in names)).where(touching.holds(known)))
    )
    return table
