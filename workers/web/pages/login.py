"""Where staff sign in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hotline.command import Refused
from hotline.facts import Actor
from workers.web.api.guarding import from_here
from workers.web.api.login import Credentials, known_by
from workers.web.auth import TheHouse
from workers.web.errors import Problem, problem_of
from workers.web.pages.showing import page, sentences
from workers.web.pages.staff import home_of, own_path, sign_in, sign_out, staff

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_here)])
_NO_STORE = {"Cache-Control": "no-store"}


@router.get("/login")
def ask(actor: Annotated[Actor | None, Depends(staff)], request: Request) -> HTMLResponse:
    """The form; whoever is signed in sees as whom, and which pages are his."""
    wanted = own_path(request.query_params.get("next", "")) or ""
    return _form(actor=actor, wanted=wanted, out=request.query_params.get("out") == "1")


@router.post("/login")
def come_in(
    house: TheHouse,
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "",
) -> Response:
    """Name and password for a session.  What is wrong is told on the form; the password is never sent back."""
    try:
        actor = known_by(Credentials.model_validate({"name": name, "password": password}), house, request)
    except ValidationError:
        return _form(problem=Problem("bad_credentials"), name=name[:64], wanted=own_path(next) or "")
    except Refused as refusal:
        return _form(problem=problem_of(refusal), name=name[:64], wanted=own_path(next) or "")
    there = RedirectResponse(own_path(next) or home_of(actor), status_code=303, headers=_NO_STORE)
    sign_in(there, house, actor)
    return there


@router.post("/login/out")
def go_out(house: TheHouse, request: Request) -> Response:
    """End the session, also for whoever has a copy of its cookie."""
    there = RedirectResponse("/login?out=1", status_code=303, headers=_NO_STORE)
    sign_out(request, there, house)
    return there


def _form(
    *,
    actor: Actor | None = None,
    problem: Problem | None = None,
    name: str = "",
    wanted: str = "",
    out: bool = False,
) -> HTMLResponse:
    shown = page(
        "login.html",
        status=problem.status if problem else 200,
        here="/login",
        actor=actor,
        problem=sentences(problem)[0] if problem else None,
        name=name,
        wanted=wanted,
        out=out,
    )
    shown.headers.update(problem.headers if problem else {})
    return shown
