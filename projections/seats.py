"""Expert seats: where everybody is, for the allocator and for those who look on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, String, select

from hotline.databases import looking
from hotline.facts import Recorded
from hotline.seat.seat import Seat, evolve
from projections.view import Doc, View, Views, main_table

table = main_table(
    "seats_v1", Column("seat", String(64), nullable=False, unique=True), Column("presence", String(16), nullable=False)
)
_SEAT = TypeAdapter(Seat)


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """The seat after one more fact, by the rules' own reckoning."""
    seat = evolve(None if doc is None else _SEAT.validate_python(doc), recorded)
    found: Doc | None = None if seat is None else _SEAT.dump_python(seat, mode="json")
    return found


def columns(doc: Doc) -> Mapping[str, Any]:
    return {"seat": doc["seat"], "presence": doc["presence"]}


VIEW = View("seats", 1, fold, table, columns, kinds=("seat",))


def seats(views: Views, seat: str | None = None) -> list[Seat]:
    """All seats by account, or the one of this account."""
    query = select(table.c.doc).order_by(table.c.seat)
    with looking(views.engine) as connection:
        found = connection.scalars(query if seat is None else query.where(table.c.seat == seat))
        return [_SEAT.validate_json(doc) for doc in found]
