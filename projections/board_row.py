"""A row of the board as it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import TypeAdapter

from projections.board_fold import SUPERVISION, due_clock
from projections.moments import from_micros, micros, moment
from projections.standing import lead_of, part_of_each_unit
from projections.view import Doc


class UnitPart(NamedTuple):
    """What one unit has to do with a ticket; ``due`` is the unit's own."""

    unit: str
    role: str
    state: str
    due: datetime | None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A ticket on the board.  It can be asked about in ``hotline.seeing.sees`` and holds no word of the caller's.

    ``alarms`` say by which rules an emergency was read, until somebody has classified it.  ``due`` is that of ``due_clock``: the citizen's, then what else runs; ``due_running`` is False while it stands still.
    """

    ticket_id: UUID
    number: str
    state: str
    since: datetime
    type: str | None
    category: tuple[str, ...]
    urgency: str
    channel: str
    district: str | None
    source: str
    received_at: datetime
    received_by: str
    due: datetime | None
    due_clock: str | None
    due_running: bool
    yellow_at: datetime | None
    statutory_due: datetime | None
    replied_at: datetime | None
    kept: bool | None
    lead: str | None
    units: tuple[str, ...]
    parts: tuple[UnitPart, ...]
    wanted: tuple[str, ...]
    problem: bool
    escalated: bool
    supervision: str | None
    alarms: tuple[str, ...]
    urges: int
    urged_at: datetime | None
    reworks: int
    returns: int
    excluded: tuple[str, ...]
    outcome: str | None
    closed_at: datetime | None
    confidential: bool
    minor: bool
    about_team: str | None
    accused_unit: str | None
    hold: bool
    restricted: bool
    erased: bool
    version: int
    position: int

    def overdue(self, now: datetime) -> bool:
        """Whether the due has passed while its clock runs."""
        return self.due is not None and self.due_running and self.due <= now


def row_of(ticket: UUID, doc: Doc) -> BoardRow:
    """A document of the board as a row."""
    clocks, name, lead = doc["clocks"], due_clock(doc), lead_of(doc)
    due, runs, yellow, _ = clocks[name] if name else (None, False, None, None)
    citizen_due, _, _, stopped = clocks.get("citizen", (None, False, None, None))
    statutory = [from_micros(micros(c[0])) for n, c in clocks.items() if n.startswith("statutory:") and c[3] is None]
    parts = part_of_each_unit(doc)
    return BoardRow(
        ticket_id=ticket,
        due=moment(due),
        due_clock=name,
        due_running=runs,
        yellow_at=moment(yellow),
        statutory_due=min(statutory, default=None),
        replied_at=moment(stopped),
        kept=None if stopped is None else micros(stopped) <= micros(citizen_due),
        lead=lead["unit"] if lead else None,
        units=tuple(parts),
        parts=tuple(
            UnitPart(unit, p["role"], p["state"], moment(clocks.get(f"unit:{p['id']}", [None])[0]))
            for unit, p in parts.items()
        ),
        supervision=SUPERVISION[doc["supervision"] - 1] if doc["supervision"] else None,
        **_as_they_are(doc),
    )


_NOBODY = UUID(int=0)
_JSON = TypeAdapter(BoardRow)


def shown(doc: Doc) -> str:
    """The row of a document as JSON, without its ``ticket_id``."""
    return _JSON.dump_json(row_of(_NOBODY, doc), exclude={"ticket_id"}).decode()


def with_id(ticket: UUID, text: str) -> str:
    """What ``shown`` gave, with its ``ticket_id``."""
    return f'{{"ticket_id":"{ticket}",{text[1:]}'


def _as_they_are(doc: Doc) -> Doc:
    """What a row says in the words of its document."""
    return {
        **{name: doc[name] for name in _SAME},
        **{name: tuple(doc[name]) for name in ("category", "wanted", "excluded", "alarms")},
        **{name: moment(doc[name]) for name in ("since", "received_at", "urged_at", "closed_at")},
    }


_SAME = (
    "number", "state", "type", "urgency", "channel", "district", "source", "received_by", "problem", "escalated",
    "urges", "reworks", "returns", "outcome", "confidential", "minor", "about_team", "accused_unit", "hold",
    "restricted", "erased", "version", "position",
)  # fmt: skip
