"""What a citizen does without an account: file a request, look at it, urge, add to it, rate it, take it back."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Body, Request, Response, status
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field

from hotline.command import Happened, Line, Refused, Words
from hotline.ticket import facts as f
from hotline.ticket.command import TicketCommand
from hotline.ticket.receiving import Caller, Receive, Whereabouts
from workers.compose import House
from workers.web.api import examples
from workers.web.api.actions import CITIZEN_ACTIONS, SENT_AS_FILES, with_body
from workers.web.api.guarding import address_of
from workers.web.api.progress import Progress, shown
from workers.web.api.reading import AfterPosition, looked, shows
from workers.web.api.refusals import refusals
from workers.web.api.writing import (
    SHORTEST_PUBLIC_KEY,
    Changed,
    IdempotencyKey,
    Number,
    act,
    changed,
    key_of,
    ticket_id_of,
)
from workers.web.auth import TheHouse
from workers.web.news import News
from workers.web.proof import CITIZEN, GivenCode, OwnTicket, by_code, own_tracked, remember

router = APIRouter(prefix="/public", tags=["citizens"])
STREAM_SECONDS = 900.0
"""How long one stream lives; browsers come back by themselves, and a forgotten page holds nothing for ever."""


class Filing(Happened):
    """What a citizen may say when filing a request."""

    model_config = ConfigDict(title="Request")

    text: Words
    channel: Literal["web", "wechat", "app"] = "web"
    caller: Caller = Caller()
    confidential: bool = False
    callback_wanted: bool = True
    contact_preference: f.ContactPreference = "voice"
    minor_involved: bool = False
    type: f.Type | None = None
    place: Whereabouts = Whereabouts()
    on_behalf_of: Line | None = None


class Filed(Changed):
    """Keep both: together they show the request to whoever holds them."""

    query_code: str = Field(examples=["K7PWM3QX"])


class QueryCode(BaseModel):
    """The code given with the number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    query_code: Line


@router.post(
    "/requests",
    operation_id="file_request",
    status_code=status.HTTP_201_CREATED,
    responses=refusals(409, 422, 428, 429, 503),
)
def file_request(
    filed: Annotated[Filing, Body(openapi_examples={"request": {"value": dict(examples.REQUEST)}})],
    house: TheHouse,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Filed:
    """File a request.  Send it again with the same key after a lost reply: the same number and code come back."""
    key = key_of(house, "public", idempotency_key, filed, shortest=SHORTEST_PUBLIC_KEY)
    if key is None or idempotency_key is None:
        raise Refused("key_missing")
    request.app.state.tries.request_filed(address_of(request))
    written = house.hotline.receive(
        Receive(**dict(filed)),
        by=CITIZEN,
        ticket_id=ticket_id_of("public", idempotency_key),
        key=key,
        correlation_id=request.scope["correlation"],
    )
    number = written.answer["number"]
    response.headers["Location"] = f"/api/v1/public/tickets/{number}"
    told = changed(response, number, written)
    return Filed(**told.model_dump(), query_code=written.answer["query_code"])


own = APIRouter(prefix="/public/tickets/{number}", tags=["citizens"], responses=refusals(404, 409, 422, 429))
"""What needs a proof that the ticket is one's own."""


@own.post("/session", operation_id="open_session", status_code=status.HTTP_204_NO_CONTENT)
def open_session(
    number: Number,
    proof: Annotated[QueryCode, Body(openapi_examples={"code": {"value": dict(examples.SESSION)}})],
    house: TheHouse,
    request: Request,
    response: Response,
) -> None:
    """Trade the code for a cookie that is good for this ticket alone, for half an hour."""
    ticket_id = by_code(house, request.app.state.tries, number, proof.query_code, address_of(request))
    remember(response, house, number, ticket_id)


@own.get("", operation_id="progress", response_model=Progress)
def progress(
    number: Number,
    request: Request,
    query_code: GivenCode = None,
    after_position: AfterPosition = None,
) -> Response:
    """Milestones, due date, public reply, and what can be done now (``allowed``)."""
    # One turn of a thread, and the answer as it was written: this is asked more often than anything else.
    house: House = request.app.state.house
    ticket_id, tracked = own_tracked(request, number, house, query_code)
    if after_position is not None:
        shows(house, after_position, "progress")
        tracked = None  # read before the wait
    found = shown(house, ticket_id, tracked)
    looked(house, request, CITIZEN, "progress", ticket_id)
    return Response(found.model_dump_json(), media_type="application/json", headers={"ETag": f'"{found.version}"'})


def _endpoint(name: str, command_class: type[TicketCommand], example: Mapping[str, Any]) -> Callable[..., Changed]:
    def endpoint(
        *,
        number: Number,
        ticket_id: OwnTicket,
        command: TicketCommand,
        house: TheHouse,
        request: Request,
        response: Response,
        idempotency_key: IdempotencyKey = None,
    ) -> Changed:
        key = key_of(house, f"public:{ticket_id}", idempotency_key, name, command)
        return act(house, request, response, command, on=ticket_id, by=CITIZEN, number=number, key=key)

    return with_body(endpoint, name, command_class, example)


for _name, _command in ((n, command) for n, command in CITIZEN_ACTIONS.items() if n not in SENT_AS_FILES):
    own.add_api_route(
        f"/{_name}",
        _endpoint(_name, _command, examples.ACTIONS[_name]),
        methods=["POST"],
        operation_id=f"citizen_{_name}",
        summary=(_command.__doc__ or _name).split("\n")[0],
        responses=refusals(409, 503),
    )


@own.get("/events", operation_id="progress_events", response_class=EventSourceResponse)
async def events(
    number: Number, ticket_id: OwnTicket, house: TheHouse, request: Request
) -> AsyncIterator[ServerSentEvent]:
    """One ``progress`` event now and one each time the ticket moves; its id is the ticket's version.  Opening it is a look
    that is recorded."""
    await anyio.to_thread.run_sync(looked, house, request, CITIZEN, "progress", ticket_id)
    news: News = request.app.state.news
    with news.listen(ticket_id) as bell:
        last = 0
        ends = anyio.current_time() + STREAM_SECONDS
        while not news.closed and (left := ends - anyio.current_time()) > 0:
            found = await anyio.to_thread.run_sync(shown, house, ticket_id)
            if found.version != last:
                last = found.version
                yield ServerSentEvent(event="progress", id=str(last), data={"number": number, "state": found.state})
            await bell.wait(left)
