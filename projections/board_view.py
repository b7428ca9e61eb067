"""The board: one row for each ticket, for lists, filters and counts.

What a row says lies in its document; the columns beside it exist to be searched and sorted by, and to be shown as they are.  A
unit finds its tickets through lines of its own, which carry the sort order too, so that a page costs what it shows and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projections.board_fold import fold
from projections.board_row import shown
from projections.board_tables import given, table, then, unit_lines, untimely
from projections.board_then import came_late, given_to, order_of, searched, turned
from projections.moments import NEVER
from projections.spans import span
from projections.standing import part_of_each_unit
from projections.view import Doc, Lines, Turns, View


def columns(doc: Doc) -> Mapping[str, Any]:
    return {
        **searched(doc),
        "district": doc["district"],
        "source": doc["source"],
        "about_team": doc["about_team"],
        "accused_unit": doc["accused_unit"],
        "received_by": doc["received_by"],
        **span(doc["began"], NEVER if doc["ended"] is None else doc["ended"]),
        "shown": shown(doc),
    }


def lines(doc: Doc) -> list[dict[str, Any]]:
    order = order_of(doc)
    del order["late_from"]
    accuses = doc["accused_unit"] if doc["type"] == "report" else None
    return [
        {"unit": unit, "part": part["state"], "signed_by": part["signed_by"], **order, "accuses": accuses}
        for unit, part in part_of_each_unit(doc).items()
    ]


VIEW = View(
    "board",
    4,
    fold,
    table,
    columns,
    lines=(Lines(unit_lines, lines),),
    turns=(Turns(then, turned), Turns(given, given_to), Turns(untimely, came_late)),
)
