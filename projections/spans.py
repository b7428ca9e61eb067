"""Which spans of time hold a moment, asked of an index: however many spans there are, only about those that do are read.

A span goes from ``began`` up to, and not including, ``ended``.  Beside the two stands its size, the number of bits of its length:
of the spans of one size only those can hold a moment that began within that length before it, and at least half of these do.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Select, SmallInteger, Subquery, literal, select, union_all

_SIZES = range(1, 64)


def span_columns() -> tuple[Column[Any], ...]:
    """The columns of a span; an index over them in this order is what makes asking quick."""
    return (
        Column("size", SmallInteger, nullable=False),
        Column("began", BigInteger, nullable=False),
        Column("ended", BigInteger, nullable=False),
    )


def span(began: int, ended: int) -> dict[str, int]:
    """What these columns hold."""
    return {"size": (ended - began).bit_length(), "began": began, "ended": ended}


def holding(columns: Any, at: int, *also: ColumnElement[bool]) -> Subquery:
    """The ``ticket_id`` of every span of a table with these columns that holds ``at``, once for each span."""
    return union_all(*(_of_size(columns, size, at).where(*also) for size in _SIZES)).subquery()


def _of_size(columns: Any, size: int, at: int) -> Select[Any]:
    earliest = max(at - 2**size + 1, -(2**62))
    return select(columns.ticket_id).where(
        columns.size == literal(size, SmallInteger),
        columns.began.between(literal(earliest, BigInteger), literal(at, BigInteger)),
        columns.ended > literal(at, BigInteger),
    )
