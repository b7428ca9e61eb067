"""Who of the staff is looking at a page: a cookie that scripts cannot read and other sites cannot send."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from secrets import token_hex
from types import MappingProxyType
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from hotline.command import Refused
from hotline.facts import Actor, Role
from hotline.rates.subject import READERS
from workers.compose import House
from workers.web.auth import SESSION, TheHouse, sign, signed

COOKIE = "hotline_staff"
PLACES = ("/login", "/analyst")
"""Where the cookie is sent: to the staff's pages, nowhere else.  It is no bearer, and the service API never looks at it."""
PAGES: Mapping[str, tuple[str, frozenset[Role]]] = MappingProxyType(
    {"analyst.title": ("/analyst", READERS), "analyst.compare": ("/analyst/compare", READERS)}
)
"""What there is in the menu: its name in the catalogue, where it is, and whose it is."""
_OWN_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,1500}")


def sign_in(response: Response, house: House, actor: Actor) -> None:
    """Let this browser act as ``actor`` on the staff's pages, for one shift."""
    token = sign(house.accounts, "pages", f"{house.accounts.session_of(actor)}/{token_hex(16)}", lasts=SESSION)
    for place in PLACES:
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(SESSION.total_seconds()),
            path=place,
            secure=house.settings.public_url.startswith("https:"),
            httponly=True,
            samesite="strict",
        )


def sign_out(request: Request, response: Response, house: House) -> None:
    """End this browser's session, and with it every copy of its cookie."""
    subject = signed(house.accounts, "pages", request.cookies.get(COOKIE, ""))
    if subject is not None:
        house.accounts.end_session(subject.partition("/")[2], datetime.now(UTC) + SESSION)
    for place in PLACES:
        response.delete_cookie(COOKIE, path=place, httponly=True, samesite="strict")


def staff(request: Request, house: TheHouse) -> Actor | None:
    """Who is signed in; None for a stranger, after signing out, and when the account has been shut."""
    subject = signed(house.accounts, "pages", request.cookies.get(COOKIE, ""))
    if subject is None:
        return None
    account, _, session = subject.partition("/")
    actor = house.accounts.user_of(account)
    if actor is None or house.accounts.has_ended(session):
        return None
    request.scope["actor_id"] = actor.id
    structlog.contextvars.bind_contextvars(actor=actor.id)
    return actor


def one_of(action: str, *roles: Role) -> Callable[[Actor | None], Actor]:
    """A dependency that lets only these roles see a page.  Raises Refused ``signed_out``, ``wrong_role``."""

    def checked(actor: Annotated[Actor | None, Depends(staff)]) -> Actor:
        if actor is None:
            raise Refused("signed_out")
        if actor.role not in roles:
            raise Refused("wrong_role", role=actor.role.value, action=action)
        return actor

    return checked


def pages_of(actor: Actor) -> list[tuple[str, str]]:
    """The pages that are somebody's: name in the catalogue and address."""
    return [(name, path) for name, (path, roles) in PAGES.items() if actor.role in roles]


def home_of(actor: Actor) -> str:
    """Where somebody begins who wanted nothing in particular."""
    mine = pages_of(actor)
    return mine[0][1] if mine else "/login"


def is_staff_page(path: str) -> bool:
    """Whether a path belongs to the staff's pages."""
    return any(path == place or path.startswith(place + "/") for place in PLACES)


def own_path(given: str) -> str | None:
    """Where to go on to after signing in: only to a page of the staff's, whatever was asked for."""
    path = given.partition("?")[0]
    return given if _OWN_PATH.fullmatch(given) and is_staff_page(path) and ".." not in path else None


def to_login(request: Request) -> Response:
    """To the form that asks who one is, and back here afterwards; what was sent by a form is not sent again."""
    here = f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path
    wanted = own_path(here) if request.method == "GET" else None
    there = "/login" + (f"?{urlencode({'next': wanted})}" if wanted else "")
    return RedirectResponse(there, status_code=303, headers={"Cache-Control": "no-store"})
