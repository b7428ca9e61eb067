"""Matters between platforms: what is offered to and by whom, and what our people do about it."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response

from hotline.command import Code, Command, Refused
from hotline.facts import Actor, Role
from hotline.handoff import answering
from hotline.handoff import messages as m
from hotline.handoff.facts import HandOffOffered
from hotline.handoff.handoff import HandOff
from hotline.seeing import EVERYWHERE, scope_of, sees
from hotline.writing import Written
from projections import handoffs
from projections.handoffs import Attention
from workers.compose import House
from workers.web.api import examples
from workers.web.api.handoff_shown import (
    HandOffChanged,
    HandOffSeen,
    HandOffShown,
    OfferIn,
    Stage,
    of_line,
    words_of,
)
from workers.web.api.reading import fresh, looked
from workers.web.api.refusals import refusals
from workers.web.api.writing import IfMatch, version_of
from workers.web.auth import TheActor, TheHouse, one_of

router = APIRouter(tags=["hand-offs"], responses=refusals(401, 403))

MayLook = Annotated[Actor, Depends(one_of("handoffs", *EVERYWHERE, Role.POLICE_DESK))]
MayRead = Annotated[Actor, Depends(one_of("handoff", *answering.DESK, Role.OPERATOR, Role.DISPATCHER))]
MayOffer = Annotated[Actor, Depends(one_of("offer", *answering.DESK))]
HandOffId = Annotated[UUID, Path(description="Our id of the hand-off, as `GET /handoffs` gives it")]


@router.get(
    "/handoffs",
    operation_id="handoffs",
    dependencies=[Depends(fresh("handoffs", "board"))],
    responses=refusals(400, 422, 503),
)
def listed(
    house: TheHouse,
    actor: MayLook,
    request: Request,
    response: Response,
    platform: Annotated[Code | None, Query()] = None,
    stage: Annotated[Stage | None, Query()] = None,
    direction: Annotated[Literal["out", "in"] | None, Query()] = None,
    attention: Annotated[Attention | None, Query(description="`listed` is the daily list")] = None,
    open_only: Annotated[bool, Query()] = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
    after: Annotated[str | None, Query(max_length=128, description="From the `Link` of the page before")] = None,
) -> list[HandOffShown]:
    """Hand-offs: the queue, the newest first; with `attention` the alarms and the daily list, what has waited longest first.
    A further page is in ``Link: …; rel="next"``."""
    try:
        found = handoffs.listed(
            house.views,
            scope=None if actor.role is Role.POLICE_DESK else scope_of(actor, house.rules),
            platform=platform,
            stage=stage,
            ours=None if direction is None else direction == "out",
            attention=attention,
            open_only=open_only,
            after=after,
            limit=limit + 1,
        )
    except ValueError:
        raise Refused("bad_cursor") from None
    looked(house, request, actor, "list", summary={"handoffs": attention or stage or "all"})
    if len(found) > limit:
        next_ = request.url.include_query_params(after=handoffs.cursor(found[limit - 1]))
        next_ = next_.remove_query_params("after_position")
        response.headers["Link"] = f'<{next_.path}?{next_.query}>; rel="next"'
    # A view may lag behind what has just been found out about a ticket: whoever must not know of it is asked about again.
    return [of_line(house, line) for line in found[:limit] if _may_know(house, actor, line.now.ticket)]


@router.get("/handoffs/{id}", operation_id="handoff", responses=refusals(404, 422))
def one(id: HandOffId, house: TheHouse, actor: MayRead, request: Request, response: Response) -> HandOffSeen:
    """One hand-off with its words, covered as in the ticket of the matter."""
    line = handoffs.replay(house.hotline.history(id))
    if line is None or not _may_know(house, actor, line.now.ticket):
        raise Refused("no_such_handoff")
    state = line.now
    response.headers["ETag"] = f'"{state.version}"'
    text, place, shown = words_of(house, actor, state)
    seen = HandOffSeen(
        **dict(of_line(house, line)),
        text=text,
        text_shown=shown,
        place=place,
        allowed=list(answering.allowed(state, house.hotline.desk(id, actor))),
    )
    looked(house, request, actor, "ticket", state.ticket, summary={"handoff": True, "text": shown})
    return seen


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
    written = _written(id, command, house, actor, request, if_match)
    return HandOffChanged(id=id, version=written.version, position=written.position)


def _written(id: UUID, command: Command, house: House, actor: Actor, request: Request, if_match: str | None) -> Written:
    seen = version_of(if_match)
    if not _may_know(house, actor, _state(house, id).ticket):
        raise Refused("no_such_handoff")
    return house.hotline.handle(
        command, on=id, by=actor, expected_version=seen, correlation_id=request.scope["correlation"]
    )


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
    given: Annotated[answering.Return, Body(openapi_examples={"return": {"value": dict(examples.RETURN)}})],
    house: TheHouse,
    actor: TheActor,
    request: Request,
    if_match: IfMatch = None,
) -> HandOffChanged:
    """Offer a matter back to the platform it came from, as a hand-off of its own, which is the one that is answered."""
    written = _written(id, given, house, actor, request, if_match)
    new = next(r.originator_id for r in written.facts if isinstance(r.fact, HandOffOffered))
    return HandOffChanged(id=new, version=1, position=written.position)


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
