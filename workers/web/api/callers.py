"""The telephone: who is calling, and what the telephone system tells."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from hotline.call.call import Event, NoteCall, stream_of
from hotline.call.facts import Who
from hotline.command import CallName, Line, Moment, Refused
from hotline.facts import Actor, Role
from hotline.seeing import shown_at_a_ring
from hotline.texts import Language, say
from hotline.ticket.ticket import Ticket
from hotline.vault import NotAPhone, normalise_phone
from workers.accounts import Login
from workers.compose import House
from workers.web.api import examples
from workers.web.api.reading import looked
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse, login_of, one_of

router = APIRouter(tags=["telephone"])
LANGUAGES: tuple[Language, ...] = ("zh", "en")
MOST = 50
"""The newest tickets of a caller that are shown; ``earlier`` counts all.  (ours)"""


def _a_phone(text: str) -> str:
    try:
        return normalise_phone(text)
    except NotAPhone:
        raise ValueError(" / ".join(say("field.bad_phone", language) for language in LANGUAGES)) from None


Phone = Annotated[Line, AfterValidator(_a_phone)]


class Lookup(BaseModel):
    """A number as it rings.  In the body, so that it stands in no address."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phone: Phone


class Earlier(BaseModel):
    """An earlier or open ticket of this caller, without a word of it."""

    number: str
    state: str
    type: str | None
    category: tuple[str, ...]
    urgency: str
    received_at: datetime
    district: str | None


class Known(BaseModel):
    """What the operator sees when the number rings."""

    earlier: int = Field(description="How many tickets this caller has that you may see")
    restricted_until: datetime | None = Field(description="After repeated nuisance calls only emergencies are taken")
    tickets: list[Earlier]


class CallEvent(BaseModel):
    """One event of a call.  ``phone`` is used to look the caller up and is not kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    event: Event
    call_id: CallName
    at: Moment
    phone: Phone | None = None
    queue: CallName | None = None
    recording: CallName | None = Field(default=None, description="The telephone system's reference")
    party: CallName | None = Field(
        default=None, description="Who joined or left: the telephone system's name for the leg, never a number"
    )
    who: Who | None = Field(default=None, description="On which side the party stands")
    reached: bool | None = Field(default=None, description="With `returned`: whether the caller was reached")


class CallNoted(BaseModel):
    """``earlier`` is how many tickets the number has; None when none was sent."""

    call_id: str
    version: int
    position: int
    earlier: int | None


async def telephony(login: Annotated[Login, Depends(login_of)]) -> Actor:
    """The telephone system's own token (``token issue --only calls``), or an operator or administrator."""
    if login.only not in (None, "calls"):
        raise Refused("restricted_token", only=login.only)
    if login.only is None and login.actor.role not in (Role.OPERATOR, Role.ADMIN):
        raise Refused("wrong_role", role=login.actor.role.value, action="calls")
    return login.actor


@router.post("/callers/lookup", operation_id="lookup_caller", responses=refusals(401, 403, 422))
def lookup(
    wanted: Annotated[Lookup, Body(openapi_examples={"ringing": {"value": dict(examples.LOOKUP)}})],
    house: TheHouse,
    actor: Annotated[Actor, Depends(one_of("lookup", Role.OPERATOR))],
    request: Request,
) -> Known:
    """Screen-pop: this caller's earlier and open tickets.  Recorded, without the number."""
    persons = house.vault.find_by_phone(wanted.phone)
    tickets = _seen(house, actor, house.vault.tickets_of(persons))
    looked(
        house, request, actor, "lookup", *(ticket.id for ticket in tickets[:MOST]), summary={"earlier": len(tickets)}
    )
    return Known(earlier=len(tickets), restricted_until=house.hotline.restricted_until(wanted.phone), tickets=[
        Earlier(
            number=t.number,
            state=t.state.value,
            type=t.type,
            category=t.category,
            urgency=t.urgency,
            received_at=t.received_at,
            district=t.district,
        )
        for t in tickets[:MOST]
    ])  # fmt: skip


def _seen(house: House, actor: Actor, found: list[UUID]) -> list[Ticket]:
    tickets = (house.hotline.ticket(ticket_id) for ticket_id in found)
    return [t for t in tickets if t is not None and shown_at_a_ring(actor, house.rules, t)]


@router.post("/calls", operation_id="note_call", responses=refusals(401, 403, 409, 422, 503))
def note_call(
    told: Annotated[CallEvent, Body(openapi_examples={"offered": {"value": dict(examples.CALL)}})],
    house: TheHouse,
    actor: Annotated[Actor, Depends(telephony)],
    request: Request,
) -> CallNoted:
    """What the telephone system tells of a call.  Sent again it is noted once, so it needs no key."""
    earlier = len(house.vault.tickets_of(house.vault.find_by_phone(told.phone))) if told.phone is not None else None
    command = NoteCall(**told.model_dump(exclude={"at", "phone"}), happened_at=told.at)
    written = house.hotline.handle(
        command, on=stream_of(told.call_id), by=actor, correlation_id=request.scope["correlation"]
    )
    return CallNoted(call_id=told.call_id, version=written.version, position=written.position, earlier=earlier)
