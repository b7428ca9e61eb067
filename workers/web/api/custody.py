"""Who holds a matter, and whose such a matter is by the published rules."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from hotline.command import Refused
from hotline.handoff import messages as m
from hotline.rules.platforms import Danger
from hotline.ticket.facts import Type
from projections import custody, handoffs
from workers.web.api import custody_shown
from workers.web.api.custody_shown import CustodySeen
from workers.web.api.handoff_shown import HandOffShown, of_line
from workers.web.api.reading import fresh
from workers.web.api.refusals import refusals
from workers.web.api.writing import Number, in_scope
from workers.web.auth import TheActor, TheHouse

router = APIRouter(tags=["hand-offs"], responses=refusals(401, 403))


class CustodyShown(CustodySeen):
    """Who holds a matter, since when, how long each has had it, and every hand-off of it."""

    number: str
    handoffs: list[HandOffShown]


class BoundaryShown(BaseModel):
    """One published rule that holds for such a matter; it decides nothing."""

    id: str
    owner: str
    at_once: bool
    reason_zh: str
    reason_en: str
    source: str


@router.get(
    "/tickets/{number}/custody",
    operation_id="custody",
    dependencies=[Depends(fresh("custody", "handoffs"))],
    responses=refusals(404, 422, 503),
)
def held(number: Number, house: TheHouse, actor: TheActor) -> CustodyShown:
    """Who holds a matter, since when, and how long each holder has had it."""
    ticket_id, _ = in_scope(house, actor, number)
    found = custody.find(house.views, ticket_id)
    if found is None:
        raise Refused("view_behind")
    seen = custody_shown.seen(found, house.now())
    shown = [of_line(house, line) for line in handoffs.of_ticket(house.views, ticket_id)]
    return CustodyShown(**dict(seen), number=number, handoffs=shown)


@router.get("/boundary", operation_id="boundary", responses=refusals(409, 422))
def boundary(
    house: TheHouse,
    actor: TheActor,
    type: Annotated[Type | None, Query()] = None,
    category: Annotated[str | None, Query(description="Code of either level")] = None,
    urgency: Annotated[m.Urgency, Query()] = "normal",
    signs: Annotated[list[Danger] | None, Query(description="What you noticed")] = None,
) -> list[BoundaryShown]:
    """Whose such a matter is by the published rules, the strictest first, each with its reason; a person decides."""
    if category is not None and category not in house.rules.categories:
        raise Refused("unknown_category", category=category)
    path = house.rules.category_path(category) if category is not None else ()
    found = house.rules.boundary(type, urgency=urgency, category=path, signs=frozenset(signs or ()))
    return [
        BoundaryShown(
            id=row.id,
            owner=row.owner,
            at_once=row.at_once,
            reason_zh=row.reason.zh,
            reason_en=row.reason.en,
            source=row.source,
        )
        for row in found
    ]
