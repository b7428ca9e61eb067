"""A unit's tray: what the hotline has told it, read by its clerks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from hotline.facts import Actor, Role
from hotline.texts import Language
from workers.web.api.reading import looked
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse, one_of

router = APIRouter(tags=["notices"], responses=refusals(401, 403))
MayRead = Annotated[Actor, Depends(one_of("notices", Role.UNIT_CLERK))]


class NoticeShown(BaseModel):
    """One thing the unit was told, as it was told then; what holds now stands on the ticket."""

    id: int = Field(description="To go on from, as `before`")
    at: datetime
    kind: str
    text: str | None = Field(description="None when the ticket was erased since, or is stored only")


@router.get("/units/me/notices", operation_id="notices", responses=refusals(422, 503))
def notices(
    house: TheHouse,
    actor: MayRead,
    request: Request,
    response: Response,
    before: Annotated[int | None, Query(ge=1, lt=2**62, description="The `id` of the last one already shown")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    lang: Language = "zh",
) -> list[NoticeShown]:
    """The notices of one's own unit, the newest first.  A further page is in ``Link: …; rel="next"``."""
    assert actor.unit is not None, "a clerk's account has one"
    looked(house, request, actor, "list", summary={"notices": True})
    found = house.outbox.for_unit(actor.unit, before=before, limit=limit)
    if len(found) == limit:
        following = request.url.include_query_params(before=found[-1].id)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return [NoticeShown(id=t.id, at=t.at, kind=t.kind.partition(".")[2], text=t.text(lang)) for t in found]
