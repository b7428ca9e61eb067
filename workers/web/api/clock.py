"""Moving a simulated clock.  A hotline on real time refuses."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field

from hotline.command import Moment, Refused
from hotline.facts import Actor, Role
from workers.settling import move
from workers.simulated import Clock
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse, one_of

router = APIRouter(tags=["simulation"])


class MoveTo(BaseModel):
    """Where the clock is to stand; an earlier moment changes nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Moment
    stop: bool = Field(default=False, description="Stop as soon as something has happened on the way")


class Now(BaseModel):
    """Where the clock stands, how much has happened on the way (alarms and waits that ended, offers to seats), and where the
    log ends."""

    now: datetime
    happened: int
    position: int


@router.post("/clock", operation_id="move_clock", responses=refusals(401, 403, 409, 422))
def move_clock(
    to: Annotated[MoveTo, Body(openapi_examples={"forward": {"value": {"at": "2026-03-03T09:00:00+08:00"}}})],
    house: TheHouse,
    actor: Annotated[Actor, Depends(one_of("clock", Role.ADMIN))],
) -> Now:
    """Move a simulated clock forwards (``HOTLINE_CLOCK=simulated``).  Whatever waits for a moment on the way happens at that
    moment, before this answers."""
    if not isinstance(house.now, Clock):
        raise Refused("clock_not_simulated")
    happened = move(house, house.now, to.at, stop=to.stop)
    return Now(now=house.now(), happened=happened, position=house.hotline.position())
