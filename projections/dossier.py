"""The dossier: everything staff see of one ticket, in one document.

Its timeline is the ticket's history fact by fact; what else stands in it is made of the timeline when it is read.
Words lie in it sealed, each with the label that opens it; when a ticket is erased they go from here as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_type_hints
from uuid import UUID

from pydantic_core import from_json, to_json

from hotline.facts import Recorded
from hotline.sealing import Sealed
from hotline.ticket import facts as f
from projections.dossier_read import Dossier
from projections.standing import START, moved
from projections.view import Doc, View, Views, find_docs, main_table

__all__ = ["VIEW", "Dossier", "find", "fold", "replay"]

_KEPT_APART = frozenset({"clocks", "access"})
"""Not for the timeline: clocks have a place of their own, and what a citizen proves himself with is nobody's to see."""
_HEADER = (
    "number", "channel", "person_id", "reachable", "caller_kind", "contact_preference", "callback_wanted",
    "confidential", "minor_involved", "district", "cell", "type", "category", "urgency", "source", "call_id",
    "recording", "accused_unit", "about_team", "retention", "tags",
)  # fmt: skip
_CLASSIFIED = ("type", "category", "urgency", "accused_unit", "retention")

table = main_table("dossier_v1")


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """A ticket's dossier after one more fact."""
    fact = recorded.fact
    if isinstance(fact, f.TicketReceived):
        doc = _received(fact, recorded)
    if doc is None or not isinstance(fact, f.TicketFact):
        return doc
    changes = moved(doc, recorded)
    changes["version"] = recorded.originator_version
    changes["timeline"] = [*doc["timeline"], _entry(fact, recorded)]
    if fact.clocks:
        changes["clocks"] = {**doc["clocks"], **{reading.clock: reading for reading in fact.clocks}}
    if isinstance(fact, f.TicketClassified):
        changes |= {name: getattr(fact, name) for name in _CLASSIFIED}
    if isinstance(fact, f.TicketErased):
        changes["timeline"] = [{**entry, "words": {}} for entry in changes["timeline"]]
    return {**doc, **changes}


def _received(fact: f.TicketReceived, recorded: Recorded) -> Doc:
    header = {name: getattr(fact, name) for name in _HEADER}
    return {**START, **header, "received_at": recorded.recorded_at, "clocks": {}, "timeline": []}


def _entry(fact: f.TicketFact, recorded: Recorded) -> Doc:
    sealed, plain = _fields(type(fact))
    return {
        "version": recorded.originator_version,
        "topic": fact.TOPIC,
        "recorded_at": recorded.recorded_at,
        "happened_at": recorded.happened_at,
        "by": recorded.by.id,
        "role": recorded.by.role.value,
        "unit": recorded.by.unit,
        "words": {name: text for name in sealed if (text := getattr(fact, name)) is not None},
        "details": {name: getattr(fact, name) for name in plain},
    }


@cache
def _fields(fact: type[f.TicketFact]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sealed fields of a kind of fact, and the plain ones that the timeline shows."""
    hints = get_type_hints(fact, include_extras=True)
    sealed = tuple(n for n in fact.model_fields if hints[n] == Sealed or Sealed in get_args(hints[n]))
    if fact is f.TicketReceived:
        return sealed, ()
    return sealed, tuple(n for n in fact.model_fields if n not in sealed and n not in _KEPT_APART)


def _columns(doc: Doc) -> Mapping[str, Any]:
    return {}


VIEW = View("dossier", 1, fold, table, _columns)


def find(views: Views, ticket_id: UUID) -> Dossier | None:
    """The dossier as the view has it; whoever asks must look himself who may see it."""
    with views.engine.connect() as connection:
        for ticket, text in find_docs(connection, table, [ticket_id]):
            return Dossier.of(ticket, from_json(text))
    return None


def replay(
    facts: Iterable[Recorded], *, as_of: datetime | None = None, happened_by: datetime | None = None
) -> Dossier | None:
    """The dossier made of a history: as it was known at ``as_of``, or as things stood by ``happened_by``."""
    doc: Doc | None = None
    ticket = None
    for recorded in facts:
        if as_of is not None and recorded.recorded_at > as_of:
            continue
        if happened_by is not None and _stood_from(recorded) > happened_by:
            continue
        ticket, doc = recorded.originator_id, fold(doc, recorded)
    return None if ticket is None or doc is None else Dossier.of(ticket, from_json(to_json(doc)))


def _stood_from(recorded: Recorded) -> datetime:
    """When it was so; a ticket is there from when it was taken down, not from when the trouble it tells of began."""
    return recorded.recorded_at if isinstance(recorded.fact, f.TicketReceived) else recorded.when
