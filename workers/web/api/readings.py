"""What people made of proposals: for those who teach the model, and for those who ask how good it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from hotline.command import Moment
from hotline.facts import Actor, Role
from hotline.seeing import scope_of
from projections import readings
from projections.corrections import Correction
from projections.corrections import corrections as found
from projections.reading_figures import ReadingFigures, figures
from workers.compose import House
from workers.web.api.reading import looked, shows
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse, one_of

router = APIRouter(prefix="/reading", tags=["reading"], responses=refusals(401, 403))
MayCount = Annotated[Actor, Depends(one_of("readings", Role.ANALYST, Role.SUPERVISOR, Role.LEADER))]


class Period(BaseModel):
    """Which decisions: from ``since`` until before ``until``."""

    model_config = {"extra": "forbid"}

    since: Moment | None = None
    until: Moment | None = None
    after_position: int | None = Field(default=None, ge=0, lt=2**62, description="Wait for this write to show")


def _shows(query: Period, house: House) -> None:
    if query.after_position is not None:
        shows(house, query.after_position, readings.VIEW.name)


class CorrectionQuery(Period):
    limit: int = Field(default=200, ge=1, le=1000)


@router.get("/corrections", operation_id="reading_corrections", responses=refusals(422, 503))
def corrections(
    query: Annotated[CorrectionQuery, Query()], house: TheHouse, actor: MayCount, request: Request
) -> list[Correction]:
    """What people decided otherwise than was proposed, the latest first: to learn from. Codes alone, no words."""
    _shows(query, house)
    looked(house, request, actor, "list", summary={"what": "reading_corrections"})
    return found(house.views, scope_of(actor, house.rules), query.since, query.until, limit=query.limit)


@router.get("/figures", operation_id="reading_figures", responses=refusals(422, 503))
def reading_figures(query: Annotated[Period, Query()], house: TheHouse, actor: MayCount) -> ReadingFigures:
    """How far proposals are accepted, by what is proposed and by model and category."""
    _shows(query, house)
    return figures(house.views, scope_of(actor, house.rules), query.since, query.until)
