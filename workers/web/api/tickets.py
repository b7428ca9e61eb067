"""Tickets: taking one down, the board, one ticket with its history, and who has looked at it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response, status
from pydantic import BaseModel, BeforeValidator, Field

from hotline.command import Code, Moment, Refused
from hotline.facts import Actor, Role
from hotline.seeing import scope_of
from hotline.ticket import facts as f
from hotline.ticket.proposing import sent_by
from hotline.ticket.reading_facts import Proposal
from hotline.ticket.receiving import Receive
from hotline.ticket.ticket import State
from hotline.two_times import come
from projections import board, past_board
from workers.compose import House
from workers.web.api import examples
from workers.web.api.dossier import seen_by, seen_then
from workers.web.api.dossier_shown import TicketSeen
from workers.web.api.proposals import Suggestion, suggestions
from workers.web.api.reading import fresh, looked, shows
from workers.web.api.refusals import refusals
from workers.web.api.writing import Changed, IdempotencyKey, Number, changed, in_scope, key_of, ticket_id_of
from workers.web.auth import TheActor, TheHouse, one_of

router = APIRouter(tags=["tickets"], responses=refusals(401, 403))


class Created(Changed):
    """A ticket and what its citizen needs to look it up."""

    ticket_id: UUID
    query_code: str = Field(examples=["K7PWM3QX"])
    suggestions: list[Suggestion] = Field(
        default=[], description="What was read in it: proposals with reasons, dangers first. None of them is done yet"
    )


@router.post(
    "/tickets",
    operation_id="receive",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(409, 422, 428, 503),
)
def receive(
    received: Annotated[Receive, Body(openapi_examples={"phone": {"value": dict(examples.RECEIVE)}})],
    house: TheHouse,
    actor: TheActor,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Created:
    """Take one matter down.  Several matters of one call are several tickets with one ``call_id``."""
    key = key_of(house, actor.id, idempotency_key, received)
    if key is None or idempotency_key is None:
        raise Refused("key_missing")
    written = house.hotline.receive(
        received,
        by=actor,
        ticket_id=ticket_id_of(actor.id, idempotency_key),
        key=key,
        correlation_id=request.scope["correlation"],
    )
    number = written.answer["number"]
    response.headers["Location"] = f"/api/v1/tickets/{number}"
    told = changed(response, number, written)
    return Created(
        **told.model_dump(),
        ticket_id=written.stream,
        query_code=written.answer["query_code"],
        suggestions=_suggested(house, received, written.answer.get("proposal")),
    )


def _suggested(house: House, received: Receive, kept: dict[str, Any] | None) -> list[Suggestion]:
    """The proposal as it was made, with the words of the request it came in: a repeated one is answered alike."""
    if kept is None:
        return []
    read = Proposal.model_validate(kept)
    return suggestions(read, sent_by(read), house.rules, text=received.text, address=received.place.address)


def _read(given: Any) -> Any:
    return True if given == "true" else given  # in an address everything is a word


Yes = Annotated[Literal[True], BeforeValidator(_read)]


class BoardQuery(BaseModel):
    """What to show of what lies in one's scope; nothing named means everything."""

    model_config = {"extra": "forbid"}

    over: bool | None = Field(default=None, description="Only what is over, or only what is not")
    state: list[State] = Field(default=[])
    unit: Code | None = None
    part: Literal["dispatched", "signed", "return_requested", "disputed", "replied", "ended"] | None = Field(
        default=None, description="State of a part: of `unit`, or of one's own"
    )
    type: f.Type | None = None
    category: Code | None = Field(default=None, description="A code of any level")
    district: Code | None = None
    urgency: f.Urgency | None = None
    source: Literal["citizen", "instruction", "province"] | None = None
    overdue: Yes | None = None
    problem: bool | None = None
    escalated: bool | None = None
    supervised: bool | None = None
    alarm: bool | None = Field(default=None, description="An emergency was read and nobody has classified it yet")
    mine: Yes | None = Field(default=None, description="What I took down or signed for")
    as_of: Moment | None = Field(default=None, description="As it was known at that moment")
    happened_by: Moment | None = Field(default=None, description="As things stood at that moment")
    limit: int = Field(default=50, ge=1, le=200)
    after: str | None = Field(default=None, max_length=128, description="From the `Link` of the page before")
    after_position: int | None = Field(default=None, ge=0, lt=2**62, description="Wait for this write to show")


@router.get(
    "/tickets", operation_id="board", response_model=list[board.BoardRow], responses=refusals(400, 409, 422, 503)
)
def the_board(query: Annotated[BoardQuery, Query()], house: TheHouse, actor: TheActor, request: Request) -> Response:
    """The board: what is open first, then by due.  A further page is in ``Link: …; rel="next"``.

    With ``as_of`` or ``happened_by``, or both, as it was then, of the tickets one may see today; ``Position`` tells how far the log
    went as it was known.
    """
    come(house.now(), as_of=query.as_of, happened_by=query.happened_by)
    if query.after_position is not None:
        shows(house, query.after_position, "board")
    try:
        page, position = _page(query, house, actor)
    except ValueError:
        raise Refused("bad_cursor") from None
    looked(house, request, actor, "list", summary=_named(query))
    told = Response(f"[{','.join(page.rows)}]", media_type="application/json")  # the rows as the view wrote them
    if position is not None:
        told.headers["Position"] = str(position)
    if page.next is not None:
        following = request.url.include_query_params(after=page.next).remove_query_params("after_position")
        told.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return told


def _page(query: BoardQuery, house: TheHouse, actor: Actor) -> tuple[board.Page, int | None]:
    scope, filters = scope_of(actor, house.rules), _filter(query, house, actor)
    if query.as_of is None and query.happened_by is None:
        return board.page(house.views, scope, filters, query.after, query.limit), None
    then = past_board.Times(query.as_of, query.happened_by)
    found = past_board.page(house.views, house.hotline, scope, filters, then, query.after, query.limit)
    return found.page, found.position


def _filter(query: BoardQuery, house: TheHouse, actor: Actor) -> board.BoardFilter:
    rules = house.rules
    if query.category is not None and query.category not in rules.categories:
        raise Refused("unknown_category", category=query.category)
    if query.unit is not None and query.unit not in rules.units:
        raise Refused("unknown_unit", unit=query.unit)
    if query.district is not None and query.district not in rules.districts:
        raise Refused("unknown_district", district=query.district)
    return board.BoardFilter(
        over=query.over,
        states=tuple(query.state),
        unit=query.unit,
        part=query.part,
        type=query.type,
        category=rules.category_path(query.category) if query.category is not None else (),
        district=query.district,
        urgency=query.urgency,
        source=query.source,
        overdue_at=min(m for m in (house.now(), query.as_of, query.happened_by) if m) if query.overdue else None,
        problem=query.problem,
        escalated=query.escalated,
        supervised=query.supervised,
        alarm=query.alarm,
        mine=actor.id if query.mine else None,
    )


def _named(query: BoardQuery) -> dict[str, str | int | bool | None]:
    """The filters as the access log keeps them; every one of them is a code that has been checked."""
    given = query.model_dump(mode="json", exclude_defaults=True, exclude={"after", "after_position"})
    return {name: ",".join(value) if isinstance(value, list) else value for name, value in given.items()}


@router.get(
    "/tickets/{number}",
    operation_id="ticket",
    dependencies=[Depends(fresh("dossier"))],
    responses=refusals(404, 422, 503),
)
def ticket(number: Number, house: TheHouse, actor: TheActor, request: Request, response: Response) -> TicketSeen:
    """Everything this actor may know of a ticket, and what he may do (``allowed``).  The look is recorded."""
    ticket_id, state = in_scope(house, actor, number)
    seen = seen_by(house, actor, ticket_id, state)
    looked(house, request, actor, "ticket", ticket_id, summary={"text": seen.text_shown, "caller": seen.caller.shown})
    response.headers["ETag"] = f'"{seen.version}"'
    return seen


@router.get("/tickets/{number}/history", operation_id="history", responses=refusals(404, 409, 422))
def history(
    number: Number,
    house: TheHouse,
    actor: TheActor,
    request: Request,
    as_of: Annotated[Moment | None, Query(description="As it was known at that moment")] = None,
    happened_by: Annotated[Moment | None, Query(description="As things stood at that moment")] = None,
) -> TicketSeen:
    """The ticket as it was.  Give one of the two times."""
    ticket_id, _ = in_scope(house, actor, number)
    if (as_of is None) == (happened_by is None):
        raise Refused("one_time")
    looked(house, request, actor, "history", ticket_id)
    return seen_then(house, actor, ticket_id, as_of=as_of, happened_by=happened_by)


class Look(BaseModel):
    """Somebody looked."""

    who: str
    role: str
    unit: str | None
    what: str
    at: datetime


@router.get("/tickets/{number}/access-log", operation_id="access_log", responses=refusals(404, 422))
def access_log(
    number: Number,
    house: TheHouse,
    actor: Annotated[Actor, Depends(one_of("access-log", Role.AUDITOR))],
    request: Request,
) -> list[Look]:
    """Who has looked at this ticket; asking is a look as well."""
    ticket_id, _ = in_scope(house, actor, number)
    looked(house, request, actor, "access_log", ticket_id)
    return [Look(who=e.who, role=e.role, unit=e.unit, what=e.what, at=e.at) for e in house.access.of_ticket(ticket_id)]
