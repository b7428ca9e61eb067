"""Matters between platforms: what is offered to and by whom, who holds a matter, and whose it is by the published rules."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from hotline.command import Code, Command, Line, Refused, Words
from hotline.facts import Actor, Role
from hotline.handoff import answering
from hotline.handoff import messages as m
from hotline.handoff.facts import HandOffOffered
from hotline.handoff.handoff import HandOff
from hotline.handoff.labels import MATTER
from hotline.rules.platforms import Danger
from hotline.seeing import EVERYWHERE, scope_of, sees
from hotline.ticket.facts import Type
from hotline.ticket.handing_over import HandOver
from projections import custody, handoffs
from projections.handoffs import Attention
from workers.compose import House
from workers.web.api import examples
from workers.web.api.reading import fresh
from workers.web.api.refusals import refusals
from workers.web.api.writing import IfMatch, Number, in_scope, version_of
from workers.web.auth import TheActor, TheHouse, one_of

router = APIRouter(tags=["hand-offs"], responses=refusals(401, 403))

MayLook = Annotated[Actor, Depends(one_of("handoffs", *EVERYWHERE, Role.POLICE_DESK))]
MayRead = Annotated[Actor, Depends(one_of("handoff", *answering.DESK, Role.OPERATOR, Role.DISPATCHER))]
MayOffer = Annotated[Actor, Depends(one_of("offer", *answering.DESK))]
HandOffId = Annotated[UUID, Path(description="Our id of the hand-off, as `GET /handoffs` gives it")]
Stage = Literal["offered", "disputed", "accepted", "recalled", "told"]


class HandOffShown(BaseModel):
    """One hand-off by our log.  ``holder`` is the one platform that answers for the matter."""

    id: UUID
    handoff_id: UUID = Field(description="What both platforms call it")
    platform: str
    direction: Literal["out", "in"]
    stage: Stage
    holder: str
    way: str
    danger: bool
    urgency: str
    number: str = Field(description="The offerer's number of the matter")
    reference: str | None = Field(description="The number it has at the receiver")
    first_received_by: str
    returns: UUID | None
    acknowledged: bool
    confirmed: bool
    outcome: str | None
    alarms: int
    attention: Attention | None = None
    offered_at: datetime | None = None
    since: datetime | None = None
    version: int


class HandOffSeen(HandOffShown):
    """With what the matter is, and what you may do."""

    text: str | None = Field(description="Null once it was erased")
    place: str | None
    allowed: list[str]


class HandOffChanged(BaseModel):
    """What became of a write.  Ask `GET /handoffs` for `after_position` to see it there."""

    id: UUID
    version: int
    position: int


class OfferIn(BaseModel):
    """An offer that another platform made by telephone, taken down by the police desk; its id makes it one, however often
    it is entered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: Code
    handoff_id: UUID
    way: m.Way
    danger: bool = False
    urgency: m.Urgency = "normal"
    text: Words
    place: Line | None = None
    caller: m.Person | None = None
    number: Line
    returns: UUID | None = None
    first_received_by: Code


class ReturnTo(BaseModel):
    """Why it goes back; a return is a new offer to the platform the matter came from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    summary: Words
    reason: Words
    way: m.Way = "push"
    place: Line | None = None
    danger: bool = False


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
    "/handoffs", operation_id="handoffs", dependencies=[Depends(fresh("handoffs"))], responses=refusals(422, 503)
)
def listed(
    house: TheHouse,
    actor: MayLook,
    platform: Annotated[Code | None, Query()] = None,
    stage: Annotated[Stage | None, Query()] = None,
    direction: Annotated[Literal["out", "in"] | None, Query()] = None,
    attention: Annotated[Attention | None, Query(description="`listed` is the daily list")] = None,
    open_only: Annotated[bool, Query()] = False,
) -> list[HandOffShown]:
    """Hand-offs, the newest first: the queue, the alarms and the daily list."""
    ours = None if direction is None else direction == "out"
    found = handoffs.listed(
        house.views, platform=platform, stage=stage, ours=ours, attention=attention, open_only=open_only
    )
    return [_of_line(line) for line in found if _may_know(house, actor, line.now.ticket)]


@router.get("/handoffs/{id}", operation_id="handoff", responses=refusals(404, 422))
def one(id: HandOffId, house: TheHouse, actor: MayRead, response: Response) -> HandOffSeen:
    """One hand-off with its words."""
    state = _state(house, id)
    if not _may_know(house, actor, state.ticket):
        raise Refused("no_such_handoff")
    response.headers["ETag"] = f'"{state.version}"'
    opened = house.vault.unseal_many([(state.ticket, MATTER, state.offer.matter)])[0]
    matter = m.Matter.model_validate_json(opened) if opened is not None else None
    return HandOffSeen(
        **_shown(state),
        text=matter.text if matter is not None else None,
        place=matter.place if matter is not None else None,
        allowed=list(answering.allowed(state, house.hotline.desk(id, actor))),
    )


@router.post("/handoffs", operation_id="take_offer", status_code=201, responses=refusals(409, 422, 503))
def offered(
    given: Annotated[OfferIn, Body(openapi_examples={"offer": {"value": dict(examples.OFFER)}})],
    house: TheHouse,
    actor: MayOffer,
    request: Request,
) -> HandOffChanged:
    """Take down what another platform offers by telephone.  Entered twice, it is one."""
    offer = m.Offer(
        handoff_id=given.handoff_id,
        sender=given.platform,
        to=house.rules.platforms.own,
        seq=1,
        at=house.now(),
        body=m.OfferBody(
            matter=m.Matter(text=given.text, place=given.place, caller=given.caller),
            **given.model_dump(exclude={"platform", "handoff_id", "text", "place", "caller"}),
        ),
    )
    written = house.hotline.take(offer, platform=given.platform, correlation_id=request.scope["correlation"])
    return HandOffChanged(id=written.stream, version=written.version, position=written.position)


def _do(
    id: UUID, command: Command, house: House, actor: Actor, request: Request, if_match: str | None
) -> HandOffChanged:
    seen = version_of(if_match)
    if not _may_know(house, actor, _state(house, id).ticket):
        raise Refused("no_such_handoff")
    written = house.hotline.handle(
        command, on=id, by=actor, expected_version=seen, correlation_id=request.scope["correlation"]
    )
    return HandOffChanged(id=id, version=written.version, position=written.position)


_REFUSALS: Any = refusals(400, 404, 409, 412, 422, 428, 503)


@router.post("/handoffs/{id}/acknowledge", operation_id="acknowledge_handoff", responses=_REFUSALS)
def acknowledge(
    id: HandOffId, house: TheHouse, actor: TheActor, request: Request, if_match: IfMatch = None
) -> HandOffChanged:
    """An offer to us: we have it before us.  An offer of ours: somebody over there answered."""
    return _do(id, answering.Acknowledge(), house, actor, request, if_match)


@router.post("/handoffs/{id}/accept", operation_id="accept_handoff", responses=_REFUSALS)
def accept(
    id: HandOffId, house: TheHouse, actor: TheActor, request: Request, if_match: IfMatch = None
) -> HandOffChanged:
    """Take the matter; it is a ticket of ours in the same write."""
    return _do(id, answering.Accept(), house, actor, request, if_match)


@router.post("/handoffs/{id}/dispute", operation_id="dispute_handoff", responses=_REFUSALS)
def dispute(
    id: HandOffId,
    given: Annotated[answering.Dispute, Body(openapi_examples={"dispute": {"value": dict(examples.NOT_OURS)}})],
    house: TheHouse,
    actor: TheActor,
    request: Request,
    if_match: IfMatch = None,
) -> HandOffChanged:
    """Say why it is not ours, or why it is theirs."""
    return _do(id, given, house, actor, request, if_match)


@router.post("/handoffs/{id}/recall", operation_id="recall_handoff", responses=_REFUSALS)
def recall(
    id: HandOffId,
    given: Annotated[answering.Recall, Body(openapi_examples={"recall": {"value": dict(examples.RECALL)}})],
    house: TheHouse,
    actor: TheActor,
    request: Request,
    if_match: IfMatch = None,
) -> HandOffChanged:
    """Take our offer back, as long as no acceptance is in our log."""
    return _do(id, given, house, actor, request, if_match)


@router.post("/handoffs/{id}/feedback", operation_id="feedback_handoff", responses=_REFUSALS)
def feedback(
    id: HandOffId,
    given: Annotated[answering.Feedback, Body(openapi_examples={"progress": {"value": dict(examples.FEEDBACK)}})],
    house: TheHouse,
    actor: TheActor,
    request: Request,
    if_match: IfMatch = None,
) -> HandOffChanged:
    """Tell the platform the matter came from how far we are, or how it ended."""
    return _do(id, given, house, actor, request, if_match)


@router.post("/handoffs/{id}/return", operation_id="return_handoff", responses=_REFUSALS)
def give_back(
    id: HandOffId,
    given: Annotated[ReturnTo, Body(openapi_examples={"return": {"value": dict(examples.RETURN)}})],
    house: TheHouse,
    actor: MayOffer,
    request: Request,
    if_match: IfMatch = None,
) -> HandOffChanged:
    """Offer a matter back to the platform it came from, as a hand-off of its own."""
    state = _state(house, id)
    if version_of(if_match) != state.version:
        raise Refused("stale", version=state.version)
    if state.ours or state.stage != "accepted":
        raise Refused("nothing_to_return", platform=state.other)
    command = HandOver(to=state.other, **given.model_dump())
    written = house.hotline.handle(command, on=state.ticket, by=actor, correlation_id=request.scope["correlation"])
    new = next(r.originator_id for r in written.facts if r.fact.TOPIC == "handoff.offered")
    return HandOffChanged(id=new, version=1, position=written.position)


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
        handoffs=[_of_line(line) for line in handoffs.of_ticket(house.views, ticket_id)],
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


def _may_know(house: House, actor: Actor, ticket_id: UUID) -> bool:
    """What is about one's own team is not there; the police desk sees what passes between platforms, whatever it is."""
    ticket = house.hotline.ticket(ticket_id)
    return ticket is None or actor.role is Role.POLICE_DESK or sees(scope_of(actor, house.rules), ticket)


def _state(house: House, id: UUID) -> HandOff:
    first = house.hotline.opening(id)
    if first is None or not isinstance(first.fact, HandOffOffered):
        raise Refused("no_such_handoff")
    state: HandOff = house.hotline.streams.read("handoff", id)[1]
    return state


def _shown(h: HandOff) -> dict[str, Any]:
    offer = h.offer
    same = ("way", "danger", "urgency", "number", "returns", "first_received_by", "handoff_id")
    return {
        **{name: getattr(offer, name) for name in same},
        "id": h.stream,
        "platform": h.other,
        "direction": "out" if h.ours else "in",
        **{name: getattr(h, name) for name in ("stage", "holder", "reference", "acknowledged", "confirmed")},
        **{name: getattr(h, name) for name in ("outcome", "alarms", "version")},
    }


def _of_line(line: handoffs.Line) -> HandOffShown:
    return HandOffShown(**_shown(line.now), attention=line.attention, offered_at=line.offered_at, since=line.since)
