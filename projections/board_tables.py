"""The tables of the board: a row for each ticket, and a line for each unit that sees it, in the order of its board; and three
more by which an earlier board is found (``board_then.py`` makes their rows, ``past_board.py`` reads them).

``shown`` is the row as a list gives it, written once instead of at every look; ``accuses`` is the unit that a report is about,
which must not find it.  A ticket's span is in positions of the log: from its receipt to where it last came to its end.
"""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, Uuid, text

from projections.spans import span_columns
from projections.view import main_table, metadata


def _searched() -> list[Column[Any]]:
    """What a ticket is sorted and searched by and may be otherwise tomorrow (`board_then.searched`)."""
    return [
        Column("over", Integer, nullable=False),
        Column("due", BigInteger, nullable=False),
        Column("late_from", BigInteger, nullable=True),
        Column("state", String(24), nullable=False),
        Column("type", String(16), nullable=True),
        Column("category", String(200), nullable=False),
        Column("urgency", String(12), nullable=False),
        Column("problem", Boolean, nullable=False),
        Column("escalated", Boolean, nullable=False),
        Column("supervision", Integer, nullable=False),
        Column("alarm", Boolean, nullable=False),
    ]


table = main_table(
    "board_v4",
    *_searched(),
    Column("district", String(64), nullable=True),
    Column("source", String(16), nullable=False),
    Column("about_team", String(64), nullable=True),
    Column("accused_unit", String(64), nullable=True),
    Column("received_by", String(64), nullable=True),
    *span_columns(),
    Column("shown", Text, nullable=False),
    Index("board_v4_all", "over", "due", "ticket_id"),
    Index("board_v4_state", "state", "over", "due", "ticket_id"),
    Index("board_v4_district", "district", "over", "due", "ticket_id"),
    Index("board_v4_span", "size", "began", "ended"),
)
unit_lines = Table(
    "board_v4_units",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("unit", String(64), primary_key=True),
    Column("part", String(24), nullable=False),
    Column("signed_by", String(64), nullable=True),
    Column("over", Integer, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("accuses", String(64), nullable=True),
    Index("board_v4_units_order", "unit", "over", "due", "ticket_id", "accuses"),
    sqlite_with_rowid=False,
)
then = Table(
    "board_v4_then",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    *_searched(),
    Column("parts", Text, nullable=False),
    Index(
        "board_v4_then_over", "due", "ticket_id", "position",
        sqlite_where=text("\"over\" = 1"), postgresql_where=text("\"over\" = 1"),
    ),
)  # fmt: skip
"""What a ticket was searched and sorted by from a position on, until the next of its rows."""
given = Table(
    "board_v4_given",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("unit", String(64), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Index("board_v4_given_unit", "unit", "ticket_id", "position"),
)
"""Every part a unit was ever given, also those it has lost."""
untimely = Table(
    "board_v4_untimely",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    *span_columns(),
    Index("board_v4_untimely_span", "size", "began", "ended"),
)
"""Facts whose two times differ: the span between them, in microseconds, in which *known* and *stood* are not the same."""
