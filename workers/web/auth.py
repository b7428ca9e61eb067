"""Who asks: an API token or a session, turned into an Actor once per request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from hotline.command import Refused
from hotline.facts import Actor, Role
from workers.accounts import TOKEN_PREFIX, Accounts, Login
from workers.compose import House

SESSION = timedelta(hours=12)
"""A long shift; after it one logs in anew.  (ours)"""

bearer = HTTPBearer(auto_error=False, description="API token (`hotline token issue`) or the session of `POST /login`")


def sign(accounts: Accounts, audience: str, subject: str, *, lasts: timedelta) -> str:
    """A signed statement that somebody is ``subject`` for ``audience``, for a while."""
    ends = int((datetime.now(UTC) + lasts).timestamp())
    claims = {"aud": audience, "sub": subject, "exp": ends}
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(accounts.session_key))


def signed(accounts: Accounts, audience: str, token: str) -> str | None:
    """The subject of a statement of ours that still holds."""
    rules = jwt.JWTClaimsRegistry(
        aud={"essential": True, "value": audience}, exp={"essential": True}, sub={"essential": True}
    )
    try:
        claims = jwt.decode(token, OctKey.import_key(accounts.session_key), algorithms=["HS256"]).claims
        rules.validate(claims)
    except (JoseError, ValueError):
        return None
    return str(claims["sub"])


def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


def login_of(
    request: Request,
    house: Annotated[House, Depends(house_of)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Login:
    """Whoever the bearer is.  Raises Refused ``signed_out``."""
    login = _login(house.accounts, given.credentials) if given is not None else None
    if login is None:
        raise Refused("signed_out")
    request.scope["actor_id"] = login.actor.id
    structlog.contextvars.bind_contextvars(actor=login.actor.id)
    return login


def _login(accounts: Accounts, credentials: str) -> Login | None:
    if credentials.startswith(TOKEN_PREFIX):
        return accounts.login_of_token(credentials)
    subject = signed(accounts, "staff", credentials)
    actor = accounts.user(subject) if subject is not None else None
    return Login(actor) if actor is not None else None


def actor_of(login: Annotated[Login, Depends(login_of)]) -> Actor:
    """The actor of a token that is good for everything its role may do."""
    if login.only is not None:
        raise Refused("restricted_token", only=login.only)
    return login.actor


def one_of(action: str, *roles: Role) -> Callable[[Actor], Actor]:
    """A dependency that lets only these roles in."""

    def checked(actor: Annotated[Actor, Depends(actor_of)]) -> Actor:
        if actor.role not in roles:
            raise Refused("wrong_role", role=actor.role.value, action=action)
        return actor

    return checked


TheHouse = Annotated[House, Depends(house_of)]
TheActor = Annotated[Actor, Depends(actor_of)]
