"""Dead letters for supervisors: what could not be dealt with, once more, and given up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Query, Request
from pydantic import BaseModel, ConfigDict

from hotline.command import Line, Refused
from hotline.facts import Actor, Role
from workers import parts
from workers.bus import Bus
from workers.dead import BusAway, letters, replay
from workers.dead_dropping import Dropped, all_dropped, drop
from workers.web.api import examples
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


class Drop(BaseModel):
    """Why a letter is given up; kept in the clear, so nothing personal may be in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Line


class DroppedLetter(DeadLetter):
    """A letter that somebody gave up."""

    mark: str
    dropped_by: str
    dropped_why: str
    dropped_at: datetime


@router.post("/dead/{id}/drop", operation_id="drop_dead_letter", responses=refusals(401, 403, 404, 409, 422, 503))
def drop_dead_letter(
    request: Request,
    given: Annotated[Drop, Body(openapi_examples={"drop": {"value": dict(examples.DROP)}})],
    house: TheHouse,
    actor: MayLook,
    id: Annotated[int, Path(ge=1, le=LAST)],
) -> DroppedLetter:
    """Give up a dead letter that can never be handled. It leaves the bus; who, when and why are kept."""
    engine = house.outbox.errands.engine
    try:
        found = drop(_bus(request), engine, id, by=actor.id, why=given.reason, at=house.now())
    except BusAway:
        raise Refused("bus_away") from None
    if found is None:
        raise Refused("no_such_letter")
    return _dropped(found)


@router.get("/dead/dropped", operation_id="dropped_letters", responses=refusals(401, 403, 422))
def dropped_letters(
    house: TheHouse,
    actor: MayLook,
    after: Annotated[str, Query(max_length=80, description="`mark` of the last one already seen")] = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[DroppedLetter]:
    """Letters that were given up, with who, when and why."""
    return [_dropped(one) for one in all_dropped(house.outbox.errands.engine, after=after, limit=limit)]


def _dropped(one: Dropped) -> DroppedLetter:
    told = DeadLetter.model_validate(one.letter).model_dump()
    return DroppedLetter(**told, mark=one.mark, dropped_by=one.by, dropped_why=one.why, dropped_at=one.at)


def _bus(request: Request) -> Bus:
    """The bus of this process; a web process without one can say nothing about it."""
    bus: Bus | None = request.app.state.bus
    if bus is None:
        raise BusAway
    return bus
