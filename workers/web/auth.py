"""Who asks: an API token or a session, turned into an Actor once per request.

What costs nothing is asked in the loop itself: a dependency that is a plain function costs a thread's turn each time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Annotated

import structlog
from anyio import to_thread
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


REMEMBERED = 1.0
"""Seconds for which a bearer is believed without being looked up again: so long may one who was shut out by another
process still get in.  (ours)"""
_MOST_REMEMBERED = 10_000


@dataclass
class Logins:
    """Bearers that were looked up a moment ago."""

    accounts: Accounts
    _known: dict[str, tuple[Login, int, float]] = field(default_factory=dict)

    def remembered(self, credentials: str) -> Login | None:
        """Whose it was, if he was looked up within the last second and nobody has been shut out here since."""
        login, shut_out, until = self._known.get(credentials, (None, 0, 0.0))
        return login if until > monotonic() and shut_out == self.accounts.shut_out else None

    def look_up(self, credentials: str) -> Login | None:
        """Whoever the bearer is, from the accounts."""
        shut_out = self.accounts.shut_out  # before the look: what changes meanwhile makes it worthless
        login = _login(self.accounts, credentials)
        if login is not None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[credentials] = (login, shut_out, monotonic() + REMEMBERED)
        return login


async def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


async def login_of(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Login:
    """Whoever the bearer is.  Raises Refused ``signed_out``."""
    logins: Logins = request.app.state.logins
    login = None
    if given is not None:
        login = logins.remembered(given.credentials)
        login = login or await to_thread.run_sync(logins.look_up, given.credentials)
    if login is None:
        raise Refused("signed_out")
    request.scope["actor_id"] = login.actor.id
    structlog.contextvars.bind_contextvars(actor=login.actor.id)
    return login


def _login(accounts: Accounts, credentials: str) -> Login | None:
    if credentials.startswith(TOKEN_PREFIX):
        return accounts.login_of_token(credentials)
    subject = signed(accounts, "staff", credentials)
    actor = accounts.user_of(subject) if subject is not None else None
    return Login(actor) if actor is not None else None


async def actor_of(login: Annotated[Login, Depends(login_of)]) -> Actor:
    """The actor of a token that is good for everything its role may do."""
    if login.only is not None:
        raise Refused("restricted_token", only=login.only)
    return login.actor


def one_of(action: str, *roles: Role) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that lets only these roles in."""

    async def checked(actor: Annotated[Actor, Depends(actor_of)]) -> Actor:
        if actor.role not in roles:
            raise Refused("wrong_role", role=actor.role.value, action=action)
        return actor

    return checked


TheHouse = Annotated[House, Depends(house_of)]
TheActor = Annotated[Actor, Depends(actor_of)]
