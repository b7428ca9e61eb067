"""How well the line is answered (接通率)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hotline.command import Moment
from hotline.facts import Actor, Role
from projections.call_figures import Figures, figures
from workers.web.api.reading import fresh
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse, one_of

router = APIRouter(tags=["telephone"], responses=refusals(401, 403))
MayCount = Annotated[Actor, Depends(one_of("figures", Role.SUPERVISOR, Role.LEADER, Role.ANALYST))]


@router.get(
    "/calls/figures",
    operation_id="call_figures",
    dependencies=[Depends(fresh("calls"))],
    responses=refusals(422, 503),
)
def the_figures(
    house: TheHouse,
    actor: MayCount,
    since: Annotated[Moment | None, Query(description="Rang from then on")] = None,
    until: Annotated[Moment | None, Query(description="Rang before then")] = None,
) -> Figures:
    """Calls offered, answered, answered in time, missed and called back, by day and by hour, with the connection rate."""
    rule = house.rules.telephone
    return figures(house.views, rule.answered_within, rule.connection_target, since, until)
