"""Consultations: what waits for an expert, what lies at one's own seat, and what is done with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

import anyio
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field

from hotline.command import Command, Moment, Refused
from hotline.consultation.answering import AnswerConsultation, BookCallBack, Cancel, GiveBack
from hotline.consultation.offering import Decline, PickUp
from hotline.facts import Actor, Role
from hotline.reading.redact import redact
from hotline.seat.seat import stream_of
from hotline.seeing import knows_question, text_shown
from hotline.ticket.facts import TicketReceived
from projections import consultations as view
from projections.expert_figures import Figures, figures
from workers.compose import House
from workers.web.api import examples
from workers.web.api.actions import with_body
from workers.web.api.reading import fresh, looked
from workers.web.api.refusals import refusals
from workers.web.api.seats import presences
from workers.web.api.writing import Changed, IdempotencyKey, IfMatch, changed, key_of, version_of
from workers.web.auth import TheActor, TheHouse, one_of
from workers.web.news import News

router = APIRouter(prefix="/consultations", tags=["consultations"], responses=refusals(401, 403))

AT_THE_QUEUE = (Role.OPERATOR, Role.EXPERT, Role.SUPERVISOR)
MayLook = Annotated[Actor, Depends(one_of("consultations", *AT_THE_QUEUE))]
MayCount = Annotated[Actor, Depends(one_of("figures", Role.SUPERVISOR, Role.LEADER, Role.ANALYST))]
STREAM_SECONDS = 3600.0
"""A stream ends by itself after so long; the client opens it again and is asked who it is.  (ours)"""


class ConsultationLine(BaseModel):
    """A consultation in a list, without a word of it."""

    id: UUID
    number: str = Field(description="The ticket's")
    skill: str
    way: str
    urgency: str
    phase: str
    rank: str = Field(description="The step of the ladder")
    seat: str | None
    by_itself: bool
    asked_by: str
    asked_at: datetime
    offered_at: datetime | None
    picked_at: datetime | None
    not_before: datetime | None = Field(description="A promised call is offered to nobody before this")
    due: datetime | None = Field(description="When the offer, or the present step, ends")
    version: int


class ConsultationSeen(ConsultationLine):
    """A consultation with its words."""

    summary: str | None
    answer: str | None
    text: str | None = Field(description="The request, with persons and numbers covered")


def line_of(line: view.Line) -> ConsultationLine:
    now = line.now
    running = [r.due for r in now.clocks.values() if r.alarms]
    return ConsultationLine(
        id=now.id,
        number=line.number,
        skill=now.skill,
        way=now.way,
        urgency=now.urgency,
        phase=now.phase,
        rank=now.rank,
        seat=now.seat,
        by_itself=now.by_itself,
        asked_by=now.asked_by,
        asked_at=line.asked_at,
        offered_at=line.offered_at,
        picked_at=line.picked_at,
        not_before=now.not_before,
        due=min(running, default=None),
        version=now.version,
    )


def mine(house: House, actor: Actor, line: view.Line) -> bool:
    """Whether this actor may know of a consultation."""
    return knows_question(actor, house.rules, line.now.seat, house.hotline.ticket(line.now.ticket))


@router.get(
    "", operation_id="consultations", dependencies=[Depends(fresh("consultations"))], responses=refusals(422, 503)
)
def consultations(house: TheHouse, actor: MayLook, request: Request) -> list[ConsultationLine]:
    """What is open: the most urgent first, then whoever has waited longest.  An expert sees what lies at his seat."""
    seat = actor.id if actor.role is Role.EXPERT else None
    looked(house, request, actor, "list", summary={"consultations": True})
    return [line_of(line) for line in view.opened(house.views, seat=seat) if mine(house, actor, line)]


@router.get(
    "/figures",
    operation_id="expert_figures",
    dependencies=[Depends(fresh("consultations"))],
    responses=refusals(422, 503),
)
def the_figures(
    house: TheHouse,
    actor: MayCount,
    since: Annotated[Moment | None, Query(description="Asked from then on")] = None,
    until: Annotated[Moment | None, Query(description="Asked before then")] = None,
) -> Figures:
    """How well the seats answer, by when the questions were asked."""
    return figures(house.views, since, until)


@router.get("/events", operation_id="consultation_events", response_class=EventSourceResponse)
async def events(
    house: TheHouse,
    actor: MayLook,
    request: Request,
    seats: Annotated[bool | None, Query(description="Whether `seats` is sent; left out, to all but experts")] = None,
) -> AsyncIterator[ServerSentEvent]:
    """One ``consultations`` event now and one each time the list of `GET /consultations` changes, with the list; likewise
    ``seats`` with the account, presence and skills of every seat, of which an expert gets his own.  Opening it is a look that
    is recorded; it ends when the account is shut or the token revoked."""
    opening = partial(looked, house, request, actor, "list", summary={"consultations": True, "live": True})
    await anyio.to_thread.run_sync(opening)
    asked = actor.role is not Role.EXPERT if seats is None else seats
    looks = {"consultations": _list, "seats": presences} if asked else {"consultations": _list}
    news: News = request.app.state.news
    # Whatever changes at a seat is written on the seat too: an expert need not be woken for all the others.
    what = (stream_of(actor.id),) if actor.role is Role.EXPERT else ("seat", "consultation")
    with news.listen(*what) as bell:
        last: dict[str, list[Any]] = {}
        ends = anyio.current_time() + STREAM_SECONDS
        while not news.closed and (left := ends - anyio.current_time()) > 0:
            if await anyio.to_thread.run_sync(house.accounts.account, actor.id) is None:
                return
            for name, look in looks.items():
                found = await anyio.to_thread.run_sync(look, house, actor)
                if found != last.get(name):
                    last[name] = found
                    yield ServerSentEvent(event=name, data=found)
            await bell.wait(left)


def _list(house: House, actor: Actor) -> list[Any]:
    seat = actor.id if actor.role is Role.EXPERT else None
    lines = (line for line in view.opened(house.views, seat=seat) if mine(house, actor, line))
    return [line_of(line).model_dump(mode="json") for line in lines]


@router.get(
    "/{id}",
    operation_id="consultation",
    dependencies=[Depends(fresh("consultations"))],
    responses=refusals(404, 422, 503),
)
def consultation(id: UUID, house: TheHouse, actor: MayLook, request: Request, response: Response) -> ConsultationSeen:
    """A consultation with its words.  The look is recorded on its ticket."""
    line = _found(house, actor, id)
    ticket = line.now.ticket
    looked(house, request, actor, "ticket", ticket, summary={"consultation": True})
    opening = house.hotline.opening(ticket)
    text = opening.fact.text if opening is not None and isinstance(opening.fact, TicketReceived) else None
    shown = _shown(house, actor, ticket, taken_by=opening.by.id if opening is not None else "")
    response.headers["ETag"] = f'"{line.now.version}"'
    return ConsultationSeen(
        **line_of(line).model_dump(),
        summary=shown("consultation_asked.summary", line.summary),
        answer=shown("consultation_answered.answer", line.answer),
        text=shown("received.text", text),
    )


def _shown(house: House, actor: Actor, ticket: UUID, *, taken_by: str) -> Callable[[str, str | None], str | None]:
    """Opens words of a question as this actor may read those of its ticket."""
    state = house.hotline.ticket(ticket)
    whole = state is not None and text_shown(actor, state, unmasked=False, by=taken_by) == "full"
    who = house.vault.identity(state.person_id) if state is not None and state.person_id is not None else None
    known = [part for part in (who.name, who.phone) if part] if who is not None else []

    def shown(label: str, sealed: str | None) -> str | None:
        words = None if sealed is None else house.vault.unseal(ticket, label, sealed)
        return words if words is None or whole else redact(words, known=known)

    return shown


def _found(house: House, actor: Actor, id: UUID, *, again: bool = False) -> view.Line:
    """The consultation, if this actor may know of it; `again`: he did, and his own act may have taken it from him since."""
    line = view.one(house.views, id)
    if line is None or not (again or mine(house, actor, line)):
        raise Refused("no_such_consultation")
    return line


_ACTIONS: Mapping[str, type[Command]] = {
    "pick-up": PickUp,
    "decline": Decline,
    "answer": AnswerConsultation,
    "give-back": GiveBack,
    "book-call-back": BookCallBack,
    "cancel": Cancel,
}


def _endpoint(name: str) -> Callable[..., Changed]:
    def endpoint(
        *,
        id: UUID,
        command: Command,
        house: TheHouse,
        actor: TheActor,
        request: Request,
        response: Response,
        if_match: IfMatch = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Changed:
        key = key_of(house, actor.id, idempotency_key, name, id, command)
        line = _found(house, actor, id, again=key is not None and house.hotline.answered(key))
        written = house.hotline.handle(
            command,
            on=id,
            by=actor,
            expected_version=version_of(if_match),
            key=key,
            correlation_id=request.scope["correlation"],
        )
        return changed(response, line.number, written)

    return endpoint


for _name, _command in _ACTIONS.items():
    router.add_api_route(
        f"/{{id}}/{_name}",
        with_body(_endpoint(_name), _name, _command, examples.CONSULTATIONS[_name]),  # type: ignore[arg-type]
        methods=["POST"],
        operation_id=f"consultation_{_name.replace('-', '_')}",
        summary=(_command.__doc__ or _name).split("\n")[0],
        responses=refusals(404, 409, 412, 422, 428, 503),
    )
