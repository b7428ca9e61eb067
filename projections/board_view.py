"""The board: one row for each ticket, for lists, filters and counts.

What a row says lies in its document; the columns beside it exist to be searched and sorted by, and to be shown as they are.  A
unit finds its tickets through lines of its own, which carry the sort order too, so that a page costs what it shows and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from projections.board_fold import due_clock, fold
from projections.board_row import shown
from projections.board_tables import table, unit_lines
from projections.moments import NEVER, micros
from projections.standing import is_over, part_of_each_unit
from projections.view import Doc, Lines, View


def columns(doc: Doc) -> Mapping[str, Any]:
    name = due_clock(doc)
    due, runs = (micros(doc["clocks"][name][0]), doc["clocks"][name][1]) if name else (NEVER, False)
    return {
        "over": int(is_over(doc)),
        "due": due,
        "late_from": due if runs else None,
        "state": doc["state"],
        "type": doc["type"],
        "category": "".join(f"{step}/" for step in doc["category"]),
        "district": doc["district"],
        "urgency": doc["urgency"],
        "source": doc["source"],
        "problem": doc["problem"],
        "escalated": doc["escalated"],
        "supervision": doc["supervision"],
        "alarm": bool(doc["alarms"]),
        "about_team": doc["about_team"],
        "accused_unit": doc["accused_unit"],
        "received_by": doc["received_by"],
        "shown": shown(doc),
    }


def lines(doc: Doc) -> list[dict[str, Any]]:
    name = due_clock(doc)
    order = {"over": int(is_over(doc)), "due": micros(doc["clocks"][name][0]) if name else NEVER}
    accuses = doc["accused_unit"] if doc["type"] == "report" else None
    return [
        {"unit": unit, "part": part["state"], "signed_by": part["signed_by"], **order, "accuses": accuses}
        for unit, part in part_of_each_unit(doc).items()
    ]


VIEW = View("board", 3, fold, table, columns, lines=(Lines(unit_lines, lines),))
