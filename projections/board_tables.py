"""The tables of the board: a row for each ticket, and a line for each unit that sees it, in the order of its board.

``shown`` is the row as a list gives it, written once instead of at every look; ``accuses`` is the unit that a report is about,
which must not find it.
"""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text, Uuid

from projections.view import main_table, metadata

table = main_table(
    "board_v3",
    Column("over", Integer, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("late_from", BigInteger, nullable=True),
    Column("state", String(24), nullable=False),
    Column("type", String(16), nullable=True),
    Column("category", String(200), nullable=False),
    Column("district", String(64), nullable=True),
    Column("urgency", String(12), nullable=False),
    Column("source", String(16), nullable=False),
    Column("problem", Boolean, nullable=False),
    Column("escalated", Boolean, nullable=False),
    Column("supervision", Integer, nullable=False),
    Column("alarm", Boolean, nullable=False),
    Column("about_team", String(64), nullable=True),
    Column("accused_unit", String(64), nullable=True),
    Column("received_by", String(64), nullable=True),
    Column("shown", Text, nullable=False),
    Index("board_v3_all", "over", "due", "ticket_id"),
    Index("board_v3_state", "state", "over", "due", "ticket_id"),
    Index("board_v3_district", "district", "over", "due", "ticket_id"),
)
unit_lines = Table(
    "board_v3_units",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("unit", String(64), primary_key=True),
    Column("part", String(24), nullable=False),
    Column("signed_by", String(64), nullable=True),
    Column("over", Integer, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("accuses", String(64), nullable=True),
    Index("board_v3_units_order", "unit", "over", "due", "ticket_id", "accuses"),
    sqlite_with_rowid=False,
)
