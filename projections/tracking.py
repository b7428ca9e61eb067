"""All that the page of a citizen's ticket is made of, read in one journey: how far it is, who holds it, and what the guards
of his actions ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import Select, bindparam, select

from hotline.databases import look
from hotline.ticket.ticket import Ticket
from projections import custody, progress
from projections.custody import Custody
from projections.guarded import guarded
from projections.progress import Progress
from projections.view import Views

_p, _c = progress.table.c, custody.table.c
_ALL = select(_p.ticket_id, _p.doc, _c.doc).join_from(
    progress.table, custody.table, _p.ticket_id == _c.ticket_id, isouter=True
)
_OF = _ALL.where(_p.ticket_id == bindparam("given"))
_BY_CODE = _ALL.where(_p.code == bindparam("given"))


@dataclass(frozen=True, slots=True)
class Tracked:
    """One ticket.  ``ticket`` can be asked by the guards of a citizen's actions, by nobody else; ``custody`` is None while
    its view has not heard of the ticket, and may be older than the rest."""

    progress: Progress
    ticket: Ticket
    custody: Custody | None


def find(views: Views, ticket_id: UUID) -> Tracked | None:
    """A ticket's; whoever asks must have proved himself."""
    return _found(views, _OF, ticket_id)


def by_code(views: Views, code_hash: str) -> Tracked | None:
    """That of the one ticket whose number and query code come to this digest (``Hotline.code_hash``)."""
    return _found(views, _BY_CODE, code_hash)


def _found(views: Views, query: Select[Any], given: UUID | str) -> Tracked | None:
    for row in look(views.engine, query, {"given": given}):
        return _read(*row)
    return None


def _read(ticket_id: UUID, doc: str, held: str | None) -> Tracked:
    told = from_json(doc)
    return Tracked(
        progress=progress.read(ticket_id, told),
        ticket=guarded(told),
        custody=custody.read(ticket_id, from_json(held)) if held is not None else None,
    )
