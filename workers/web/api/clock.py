"""Moving a simulated clock.  A hotline on real time refuses."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict

from hotline.command import Moment, Refused
from hotline.facts import Actor, Role
from workers.simulated import Clock
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse, one_of

router = APIRouter(tags=["simulation"])


class MoveTo(BaseModel):
    """Where the clock is to stand; an earlier moment changes nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Moment


class Now(BaseModel):
    """Where the clock stands."""

    now: datetime


@router.post("/clock", operation_id="move_clock", responses=refusals(401, 403, 409, 422))
def move_clock(
    to: Annotated[MoveTo, Body(openapi_examples={"forward": {"value": {"at": "2026-03-03T09:00:00+08:00"}}})],
    house: TheHouse,
    actor: Annotated[Actor, Depends(one_of("clock", Role.ADMIN))],
) -> Now:
    """Move a simulated clock forwards (``HOTLINE_CLOCK=simulated``)."""
    if not isinstance(house.now, Clock):
        raise Refused("clock_not_simulated")
    return Now(now=house.now.set(to.at))
