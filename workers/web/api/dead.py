"""Dead letters for supervisors: what could not be dealt with, and once more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict

from hotline.command import Refused
from hotline.facts import Actor, Role
from workers import parts
from workers.bus import Bus
from workers.dead import BusAway, letters, replay
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse, one_of

router = APIRouter(tags=["dead letters"])

MayLook = Annotated[Actor, Depends(one_of("dead letters", Role.SUPERVISOR, Role.ADMIN))]
LAST = 2**53 - 1
"""The largest number that every reader of JSON can hold."""


class DeadLetter(BaseModel):
    """A message that a consumer of the bus failed on again and again. Nothing personal is in it."""

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: int
    consumer: str
    reason: str
    fact: str
    type: str
    buried_at: datetime | None


@router.get("/dead", operation_id="dead_letters", responses=refusals(401, 403, 422, 503))
def dead_letters(
    request: Request,
    actor: MayLook,
    after: Annotated[int, Query(ge=0, le=LAST, description="The last id already seen")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[DeadLetter]:
    """Dead letters, the oldest first."""
    try:
        return [DeadLetter.model_validate(one) for one in letters(_bus(request), after=after, limit=limit)]
    except BusAway:
        raise Refused("bus_away") from None


@router.post("/dead/{id}/replay", operation_id="replay_dead_letter", responses=refusals(401, 403, 404, 409, 422, 503))
def replay_dead_letter(
    request: Request, house: TheHouse, actor: MayLook, id: Annotated[int, Path(ge=1, le=LAST)]
) -> DeadLetter:
    """Handle a dead letter once more. It is gone when that succeeds, and stays when it fails again (409)."""
    try:
        outcomes = replay(_bus(request), parts.consumers(house), [id])
    except BusAway:
        raise Refused("bus_away") from None
    if not outcomes:
        raise Refused("no_such_letter")
    if outcomes[0].fault is not None:
        raise Refused("fails_again", reason=outcomes[0].fault)
    return DeadLetter.model_validate(outcomes[0].letter)


def _bus(request: Request) -> Bus:
    """The bus of this process; a web process without one can say nothing about it."""
    bus: Bus | None = request.app.state.bus
    if bus is None:
        raise BusAway
    return bus
