"""A ticket as easily followed as a parcel: milestones, due date, reply, and what the citizen can do now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hotline.command import Refused
from hotline.texts import LANGUAGES, say
from hotline.ticket.number import is_number
from projections import progress
from workers.compose import House
from workers.web.api.actions import CITIZEN_ACTIONS, SENT_AS_FILES
from workers.web.api.custody_shown import Named
from workers.web.api.guarding import from_here
from workers.web.api.progress import Progress, Step, shown
from workers.web.api.reading import looked
from workers.web.api.writing import act
from workers.web.auth import TheHouse
from workers.web.errors import Problem, problem_of
from workers.web.fields import field_errors
from workers.web.pages.filing import ask_for_code
from workers.web.pages.showing import page, sentences
from workers.web.proof import CITIZEN, by_cookie, remember

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_here)])
_TOKEN_LENGTH = 200


@dataclass(frozen=True)
class Due:
    """The promise, in words."""

    at: datetime
    words: str
    provisional: bool
    paused: bool
    stopped: bool
    overdue: bool
    days: int
    hours: int


@router.get("/t/{number}")
def ticket(number: str, house: TheHouse, request: Request) -> HTMLResponse:
    """The citizen's own ticket; whoever has not proved himself is asked for the code, whether it exists or not."""
    ticket_id = own_ticket(request, house, number)
    if ticket_id is None:
        return ask_for_code(house, number)
    return ticket_page(house, request, ticket_id, done=request.query_params.get("done") == "1")


@router.get("/l/{token}")
def link(token: str, house: TheHouse) -> Response:
    """The link of a text message: it carries its own secret, so no limit of tries can shut it."""
    ticket_id = progress.by_token(house.views, house.hotline.token_hash(token[:_TOKEN_LENGTH]))
    found = progress.find(house.views, ticket_id) if ticket_id is not None else None
    if ticket_id is None or found is None:
        raise Refused("no_such_ticket")
    there = RedirectResponse(f"/t/{found.number}", status_code=303, headers={"Cache-Control": "no-store"})
    remember(there, house, found.number, ticket_id)
    return there


@router.post("/t/{number}/{action}")
def do(
    number: str,
    action: str,
    house: TheHouse,
    request: Request,
    text: Annotated[str, Form()] = "",
    resolution: Annotated[str, Form()] = "",
    satisfaction: Annotated[str, Form()] = "",
    comment: Annotated[str, Form()] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Urge, add, rate or withdraw with a plain form."""
    ticket_id = own_ticket(request, house, number)
    if ticket_id is None:
        return ask_for_code(house, number)
    command = CITIZEN_ACTIONS.get(action)
    if command is None or action in SENT_AS_FILES or (action == "withdraw" and sure != "yes"):
        raise Refused("no_such_page")
    bodies: Mapping[str, Mapping[str, Any]] = {
        "supplement": {"text": text},
        "rate": {
            "resolution": resolution or None,
            "satisfaction": satisfaction or None,
            "comment": comment.strip() or None,
        },
    }
    body = bodies.get(action, {})
    done = RedirectResponse(f"/t/{number}?done=1", status_code=303, headers={"Cache-Control": "no-store"})
    try:
        act(house, request, done, command.model_validate(body), on=ticket_id, by=CITIZEN, number=number)
    except (Refused, ValidationError) as wrong:
        return ticket_page(house, request, ticket_id, problem=_problem(wrong))
    return done


def own_ticket(request: Request, house: House, number: str) -> UUID | None:
    return by_cookie(request, house, number) if is_number(number) else None


def _problem(wrong: Refused | ValidationError) -> Problem:
    if isinstance(wrong, Refused):
        return problem_of(wrong)
    found = wrong.errors(include_url=False, include_input=False)
    return Problem("invalid", errors=field_errors([{**e, "loc": ("body", *e["loc"])} for e in found]))


def ticket_page(
    house: House, request: Request, ticket_id: UUID, *, done: bool = False, problem: Problem | None = None
) -> HTMLResponse:
    """The page of a ticket, to somebody who has proved that it is his.  The look is recorded."""
    seen = shown(house, ticket_id)
    looked(house, request, CITIZEN, "progress", ticket_id)
    return page(
        "ticket.html",
        status=problem.status if problem else 200,
        seen=seen,
        unit=_unit(seen),
        chain=[(held, _when(house, held.since), _length(held.seconds)) for held in seen.custody.chain],
        due=_due(house, seen),
        verdict=_verdict(seen),
        estimate=_estimate(house, seen),
        files=[(file, _when(house, file.at), max(1, file.size // 1024)) for file in seen.attachments],
        steps=[(step, _when(house, step.at), _detail(step)) for step in reversed(seen.milestones)],
        done=done,
        problem=sentences(problem)[0] if problem else None,
    )


def _when(house: House, at: datetime) -> str:
    return f"{house.rules.calendar.local(at):%Y-%m-%d %H:%M}"


def _unit(seen: Progress) -> Named | None:
    return next((step.unit for step in reversed(seen.milestones) if step.unit is not None), None)


def _length(seconds: int) -> Named:
    """How long, as people say it: two units at most."""
    days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3_600, seconds % 3_600 // 60
    code = "days_hours" if days else "hours_minutes" if hours else "minutes" if minutes else "moments"
    zh, en = (say(f"page.{code}", lang, days=days, hours=hours, minutes=minutes) for lang in LANGUAGES)
    return Named(code=code, zh=zh, en=en)


def _due(house: House, seen: Progress) -> Due | None:
    if seen.due is None or seen.over:
        return None
    left = timedelta(seconds=seen.remaining or 0)
    # 24:00 of a day is told as that day, not as midnight of the next.
    last = house.rules.calendar.local(seen.due - timedelta(seconds=1))
    return Due(
        at=seen.due,
        words=f"{last:%Y-%m-%d %H:%M}",
        provisional=seen.due_provisional,
        paused=seen.state.code in ("needs_supplement", "deferred"),
        stopped=seen.remaining is None,
        overdue=seen.remaining == 0,
        days=left.days,
        hours=left.seconds // 3600,
    )


def _verdict(seen: Progress) -> Named | None:
    if seen.verdict is None:
        return None
    parts = [("resolution", seen.verdict.resolution), ("satisfaction", seen.verdict.satisfaction)]
    keys = [f"{table}.{word}" for table, word in parts if word is not None]
    return Named(code="verdict", zh="，".join(say(k) for k in keys), en=", ".join(say(k, "en") for k in keys))


def _estimate(house: House, seen: Progress) -> progress.Usual | None:
    if seen.over or seen.replied_at is not None or seen.type is None:
        return None
    return progress.usual(house.views, seen.type.code)


def _detail(step: Step) -> str | None:
    """What a milestone adds in words: the reason of an extension, the answer given, until when it is deferred."""
    details = step.details
    for name in ("reason", "review_on"):
        if details.get(name):
            return str(details[name])
    return step.words
