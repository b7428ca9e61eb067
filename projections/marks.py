"""How far each view has come: one row for each, written with its rows in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Connection, Integer, MetaData, String, Table, bindparam, select, update

positions = Table(
    "view_positions",
    MetaData(),
    Column("label", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("build", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a view has come, and in which build of its rows."""

    position: int
    build: int


# Made once: each step carries them out, and to build a statement takes longer than that.
_MARKS = (
    select(positions.c.label, positions.c.position, positions.c.build)
    .where(positions.c.label.in_(bindparam("of", expanding=True)))
    .order_by(positions.c.label)
)
_MARKS_HELD = _MARKS.with_for_update()
_MOVE = (
    update(positions)
    .where(positions.c.label == bindparam("of"))
    .values(position=bindparam("to"), build=bindparam("in"))
)
_MOVE_ON = (
    update(positions).where(positions.c.label.in_(bindparam("of", expanding=True))).values(position=bindparam("to"))
)


def mark_of(connection: Connection, label: str, *, hold: bool = False) -> Mark:
    """Where a view stands; with ``hold`` nobody else moves it until the transaction ends.  0 if it was never begun."""
    return marks_of(connection, (label,), hold=hold)[label]


def marks_of(connection: Connection, labels: Sequence[str], *, hold: bool = False) -> dict[str, Mark]:
    """Where several views stand; those who hold more than one take them in the same order, so none waits for ever."""
    found = connection.execute(_MARKS_HELD if hold else _MARKS, {"of": labels})
    return {label: Mark(0, 0) for label in labels} | {row.label: Mark(row.position, row.build) for row in found}


def move(connection: Connection, label: str, mark: Mark) -> None:
    """Write down how far a view has come, and in which build."""
    connection.execute(_MOVE, {"of": label, "to": mark.position, "in": mark.build})


def move_on(connection: Connection, labels: Sequence[str], position: int) -> None:
    """Write down how far views have come."""
    connection.execute(_MOVE_ON, {"of": labels, "to": position})
