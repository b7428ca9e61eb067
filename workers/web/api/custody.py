"""Who holds a matter, and whose such a matter is by the published rules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from hotline.command import Refused
from hotline.handoff import messages as m
from hotline.rules.platforms import Danger
from hotline.ticket.facts import Type
from projections import custody, handoffs
from workers.web.api.handoff_shown import HandOffShown, of_line
from workers.web.api.reading import fresh
from workers.web.api.refusals import refusals
from workers.web.api.writing import Number, in_scope
from workers.web.auth import TheActor, TheHouse

router = APIRouter(tags=["hand-offs"], responses=refusals(401, 403))


class StretchShown(BaseModel):
    """One holder's time with the matter."""

    kind: Literal["centre", "unit", "expert", "platform"]
    holder: str
    since: datetime
    until: datetime | None


class DwellShown(BaseModel):
    """How long one holder has had it in all, in seconds."""

    kind: str
    holder: str
    seconds: int


class CustodyShown(BaseModel):
    """Who holds a matter, since when, and how long each has had it."""

    number: str
    now: StretchShown | None
    stretches: list[StretchShown]
    dwell: list[DwellShown]
    returns: int
    disputes: int
    passages: int
    ping_pong: bool = Field(description="It has passed between platforms as often as the rules bear")
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
    stretches = [StretchShown(kind=s.kind, holder=s.holder, since=s.since, until=s.until) for s in found.stretches]  # type: ignore[arg-type]  # the four kinds there are
    dwell = found.dwell(house.now())
    return CustodyShown(
        number=number,
        now=stretches[-1] if found.now is not None else None,
        stretches=stretches,
        dwell=[DwellShown(kind=k, holder=h, seconds=int(time.total_seconds())) for (k, h), time in dwell.items()],
        returns=found.returns,
        disputes=found.disputes,
        passages=found.passages,
        ping_pong=found.ping_pong,
        handoffs=[of_line(line) for line in handoffs.of_ticket(house.views, ticket_id)],
    )


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
