"""The dossier: everything staff see of one ticket.

Its timeline is the ticket's history fact by fact, a row for each, and grows at its end only (``dossier_timeline.py``); where
the ticket stands now is one document.  What else people ask is made of the two when they are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json
from sqlalchemy import select

from hotline.facts import Recorded
from hotline.ticket import facts as f
from hotline.two_times import up_to
from projections.dossier_read import Dossier
from projections.dossier_timeline import entry_of, row_of
from projections.standing import START, moved
from projections.view import Doc, Trail, View, Views, main_table, trail_table

__all__ = ["VIEW", "Dossier", "find", "fold", "replay"]

_HEADER = (
    "number", "channel", "person_id", "reachable", "caller_kind", "contact_preference", "callback_wanted",
    "confidential", "minor_involved", "district", "cell", "type", "category", "urgency", "source", "call_id",
    "recording", "accused_unit", "about_team", "retention", "tags",
)  # fmt: skip
_CLASSIFIED = ("type", "category", "urgency", "accused_unit", "retention")

table = main_table("dossier_v2")
timeline = trail_table("dossier_v2_timeline")


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """Where a ticket stands after one more fact, without its timeline."""
    fact: Any = recorded.fact
    if type(fact) is f.TicketReceived:
        doc = _received(fact, recorded)
    if doc is None:
        return None
    changes = moved(doc, recorded)
    changes["version"] = recorded.originator_version
    if type(fact) is f.TicketClassified:
        changes |= {name: getattr(fact, name) for name in _CLASSIFIED}
    return {**doc, **changes}


def _received(fact: f.TicketReceived, recorded: Recorded) -> Doc:
    header = {name: getattr(fact, name) for name in _HEADER}
    return {**START, **header, "received_at": recorded.recorded_at}


def _columns(doc: Doc) -> Mapping[str, Any]:
    return {}


VIEW = View("dossier", 2, fold, table, _columns, trail=Trail(timeline, row_of))


def find(views: Views, ticket_id: UUID) -> Dossier | None:
    """The dossier as the view has it; whoever asks must look himself who may see it."""
    # One statement, since it must be one state: between two a fact, or an erasure, could come in.
    whole = (
        select(table.c.doc, timeline.c.doc.label("entry"), timeline.c.words)
        .join_from(table, timeline, table.c.ticket_id == timeline.c.ticket_id)
        .where(table.c.ticket_id == ticket_id)
        .order_by(timeline.c.position)
    )
    with views.engine.connect() as connection:
        rows = connection.execute(whole).all()
    if not rows:
        return None
    return Dossier.of(ticket_id, from_json(rows[0].doc), [entry_of(row.entry, row.words) for row in rows])


def replay(
    facts: Iterable[Recorded], *, as_of: datetime | None = None, happened_by: datetime | None = None
) -> Dossier | None:
    """The dossier made of a history: as it was known at ``as_of``, or as things stood by ``happened_by``."""
    doc: Doc | None = None
    ticket = None
    entries: list[Doc] = []
    for recorded in up_to(facts, as_of=as_of, happened_by=happened_by):
        ticket, doc = recorded.originator_id, fold(doc, recorded)
        entries.append(entry_of(*row_of(recorded)))
        if type(recorded.fact) is f.TicketErased:
            entries = [{**entry, "words": {}} for entry in entries]
    return None if ticket is None or doc is None else Dossier.of(ticket, from_json(to_json(doc)), entries)
