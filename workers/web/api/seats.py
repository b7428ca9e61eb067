"""Expert seats: who sits where, opening and rostering them, and where one is oneself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from hotline.command import Code, Command
from hotline.facts import Actor, Role
from hotline.seat.facts import Shift
from hotline.seat.presence import BecomeAvailable, GoAway, OpenSeat, SetShifts, SignIn, SignOut
from hotline.seat.seat import Presence, Seat, rank_at, stream_of
from projections import seats as view
from workers.compose import House
from workers.web.api import examples
from workers.web.api.reading import fresh
from workers.web.api.refusals import refusals
from workers.web.api.writing import IfMatch, version_of
from workers.web.auth import TheActor, TheHouse, one_of

router = APIRouter(tags=["expert seats"], responses=refusals(401, 403))

LOOKING_ON = (Role.OPERATOR, Role.EXPERT, Role.SUPERVISOR, Role.LEADER)
MayLook = Annotated[Actor, Depends(one_of("seats", *LOOKING_ON))]
SeatName = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$", description="Account of the expert; `me` is one's own")
]


class SeatShown(BaseModel):
    """A seat as it is now."""

    seat: str
    skills: tuple[str, ...]
    using: tuple[str, ...] = Field(description="What the expert has signed in for")
    presence: Presence
    rank: str | None = Field(description="The rank it is on shift in now; null when it is not")
    idle_since: datetime | None
    consultation: UUID | None
    shifts: tuple[Shift, ...]
    version: int


class SeatChanged(BaseModel):
    """What became of a write.  Ask `GET /seats` for `after_position` to see it there."""

    seat: str
    version: int
    position: int


class SeatSkills(BaseModel):
    """What a seat may answer: codes of the profile's skills."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skills: tuple[Code, ...] = Field(min_length=1, max_length=50)


class ShiftPlan(BaseModel):
    """The shifts of one seat."""

    seat: str
    shifts: tuple[Shift, ...]
    version: int


@router.get("/seats", operation_id="seats", dependencies=[Depends(fresh("seats"))], responses=refusals(422, 503))
def seats(house: TheHouse, actor: MayLook) -> list[SeatShown]:
    """Every seat, where its expert is, and what he is busy with."""
    return [shown(house, seat) for seat in view.seats(house.views)]


def shown(house: House, seat: Seat) -> SeatShown:
    rank = rank_at(seat, house.now(), house.rules.experts.hours, house.rules.calendar)
    given = {name: getattr(seat, name) for name in SeatShown.model_fields if name != "rank"}
    return SeatShown(rank=rank, **given)


def presences(house: House, actor: Actor) -> list[Any]:
    """What the live stream tells of the seats: all of them, or an expert's own."""
    found = view.seats(house.views, actor.id if actor.role is Role.EXPERT else None)
    return [{"seat": s.seat, "presence": s.presence, "skills": list(s.skills)} for s in found]


@router.put("/seats/{seat}", operation_id="open_seat", responses=refusals(404, 409, 422, 503))
def open_seat(
    seat: SeatName,
    given: Annotated[SeatSkills, Body(openapi_examples={"skills": {"value": dict(examples.SEAT)}})],
    house: TheHouse,
    actor: TheActor,
    request: Request,
    response: Response,
) -> SeatChanged:
    """Give an account a seat, or say anew what it may answer.  For supervisors."""
    return _do(OpenSeat(seat=seat, skills=given.skills), seat, house, actor, request, response)


@router.get("/shifts", operation_id="shifts", dependencies=[Depends(fresh("seats"))], responses=refusals(422, 503))
def shifts(house: TheHouse, actor: MayLook) -> list[ShiftPlan]:
    """The shifts of every seat; a seat without any follows the profile's hours."""
    return [ShiftPlan(seat=s.seat, shifts=s.shifts, version=s.version) for s in view.seats(house.views)]


@router.put("/shifts/{seat}", operation_id="set_shifts", responses=refusals(404, 409, 412, 422, 428, 503))
def set_shifts(
    seat: SeatName,
    given: Annotated[SetShifts, Body(openapi_examples={"week": {"value": dict(examples.SHIFTS)}})],
    house: TheHouse,
    actor: TheActor,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> SeatChanged:
    """Set a seat's shifts, all of them.  For supervisors."""
    return _do(given, seat, house, actor, request, response, expected=version_of(if_match))


@router.post("/seats/{seat}/sign-in", operation_id="sign_in", responses=refusals(404, 409, 422, 503))
def sign_in(
    seat: SeatName,
    house: TheHouse,
    actor: TheActor,
    request: Request,
    response: Response,
    given: Annotated[SignIn, Body(openapi_examples={"some": {"value": dict(examples.SIGN_IN)}})] = SignIn(),  # noqa: B008
) -> SeatChanged:
    """Sit down at one's seat, for all its skills or some of them."""
    return _do(given, seat, house, actor, request, response)


@router.post("/seats/{seat}/available", operation_id="available", responses=refusals(404, 409, 422, 503))
def available(seat: SeatName, house: TheHouse, actor: TheActor, request: Request, response: Response) -> SeatChanged:
    """Back, or done with the writing up."""
    return _do(BecomeAvailable(), seat, house, actor, request, response)


@router.post("/seats/{seat}/away", operation_id="away", responses=refusals(404, 409, 422, 503))
def away(seat: SeatName, house: TheHouse, actor: TheActor, request: Request, response: Response) -> SeatChanged:
    """There, but taking nothing."""
    return _do(GoAway(), seat, house, actor, request, response)


@router.post("/seats/{seat}/sign-out", operation_id="sign_out", responses=refusals(404, 409, 422, 503))
def sign_out(seat: SeatName, house: TheHouse, actor: TheActor, request: Request, response: Response) -> SeatChanged:
    """Leave one's seat."""
    return _do(SignOut(), seat, house, actor, request, response)


def _do(
    command: Command,
    seat: str,
    house: House,
    actor: Actor,
    request: Request,
    response: Response,
    expected: int | None = None,
) -> SeatChanged:
    name = actor.id if seat == "me" else seat
    written = house.hotline.handle(
        command, on=stream_of(name), by=actor, expected_version=expected, correlation_id=request.scope["correlation"]
    )
    response.headers["ETag"] = f'"{written.version}"'
    return SeatChanged(seat=name, version=written.version, position=written.position)
