"""The first page: file a request, or look one up."""

from __future__ import annotations

import re
from secrets import token_hex
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hotline.command import Refused
from hotline.ticket.number import is_number
from hotline.ticket.receiving import Receive
from hotline.vault import NotAPhone
from workers.compose import House
from workers.web.api.guarding import address_of, from_here
from workers.web.api.writing import key_of, ticket_id_of
from workers.web.auth import TheHouse
from workers.web.errors import Problem, problem_of
from workers.web.pages.showing import page, sentences
from workers.web.proof import CITIZEN, by_code, remember

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_here)])
_FORM = re.compile(r"[0-9a-f]{32}")


@router.get("/")
def home(house: TheHouse) -> HTMLResponse:
    return _home(house)


@router.post("/requests")
def file_request(
    house: TheHouse,
    request: Request,
    form: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    district: Annotated[str, Form()] = "",
    address: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    phone: Annotated[str, Form()] = "",
    preference: Annotated[str, Form()] = "voice",
    confidential: Annotated[str, Form()] = "",
) -> HTMLResponse:
    """The same form sent twice (a double click, a reload) files once and shows the same number and code."""
    given = {
        "text": text, "district": district, "address": address, "name": name, "phone": phone,
        "preference": preference, "confidential": confidential,
    }  # fmt: skip
    try:
        filing = _filing(given)
        if not _FORM.fullmatch(form):
            raise Refused("key_missing")
        request.app.state.tries.request_filed(address_of(request))
        written = house.hotline.receive(
            filing,
            by=CITIZEN,
            ticket_id=ticket_id_of("page", form),
            key=key_of(house, "page", form, filing),
            correlation_id=request.scope["correlation"],
        )
    except ValidationError as wrong:
        found = wrong.errors(include_url=False, include_input=False)
        problem = problem_of(RequestValidationError([{**e, "loc": ("body", *e["loc"])} for e in found]))
        return _home(house, problem=problem, given=given, form=form)
    except (Refused, NotAPhone) as refusal:
        return _home(house, problem=problem_of(refusal), given=given, form=form)
    answer = written.answer
    shown = page("filed.html", status=201, number=answer["number"], code=answer["query_code"])
    remember(shown, house, answer["number"], written.stream)
    return shown


@router.post("/track")
def track(
    house: TheHouse,
    request: Request,
    number: Annotated[str, Form()] = "",
    code: Annotated[str, Form()] = "",
) -> Response:
    """Number and code for a cookie that is good for this ticket alone; the code never stands in an address."""
    number = re.sub(r"\s", "", number)
    try:
        if not is_number(number):
            # A number that can be none is still counted and answered like any wrong one.
            request.app.state.tries.before_code("-", address_of(request))
            raise Refused("no_such_ticket")
        ticket_id = by_code(house, request.app.state.tries, number, code[:32], address_of(request))
    except Refused as refusal:
        problem = problem_of(refusal)
        return _home(house, track_problem=problem, number=number if is_number(number) else "")
    found = RedirectResponse(f"/t/{number}", status_code=303, headers={"Cache-Control": "no-store"})
    remember(found, house, number, ticket_id)
    return found


def ask_for_code(house: House, number: str) -> HTMLResponse:
    """The form to prove oneself with, for somebody who came straight to a ticket's address."""
    return _home(house, number=number if is_number(number) else "")


def _filing(given: dict[str, str]) -> Receive:
    named = {key: value.strip() or None for key, value in given.items()}
    return Receive.model_validate(
        {
            "channel": "web",
            "text": given["text"],
            "caller": {"name": named["name"], "phone": named["phone"], "anonymous": not named["name"]},
            "confidential": bool(named["confidential"]),
            "contact_preference": given["preference"],
            "callback_wanted": given["preference"] != "none",
            "place": {"address": named["address"], "district": named["district"]},
        }
    )


def _home(
    house: House,
    *,
    problem: Problem | None = None,
    track_problem: Problem | None = None,
    given: dict[str, str] | None = None,
    number: str = "",
    form: str = "",
) -> HTMLResponse:
    wrong = problem or track_problem
    nothing: dict[str, Any] = dict.fromkeys(
        ("text", "district", "address", "name", "phone", "preference", "confidential"), ""
    )
    return page(
        "home.html",
        status=wrong.status if wrong else 200,
        problems=sentences(problem) if problem else [],
        track_problem=sentences(track_problem)[0] if track_problem else None,
        given={**nothing, **(given or {})},
        number=number,
        # The same form keeps its id while its mistakes are mended, a new one gets a new id.
        form_id=form if problem and problem.code != "key_reused" and _FORM.fullmatch(form) else token_hex(16),
        districts=house.rules.districts,
        most=house.rules.text_max,
    )
