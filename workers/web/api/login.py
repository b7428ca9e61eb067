"""Coming in with a name and a password, and who one is."""

from typing import Annotated

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from hotline.command import Refused
from hotline.facts import Actor, Role
from workers.accounts import login_name
from workers.compose import House
from workers.web.api import examples
from workers.web.api.guarding import Tries, address_of
from workers.web.api.refusals import refusals
from workers.web.auth import SESSION, TheActor, TheHouse, sign

router = APIRouter(tags=["login"])


class Credentials(BaseModel):
    """A local account's name and password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=64)
    password: SecretStr = Field(min_length=1, max_length=256)


class Me(BaseModel):
    """Who one is to the hotline.  ``id`` is what stands in facts, and what an approver is named by."""

    id: str
    role: Role
    unit: str | None
    district: str | None
    team: str | None


class Session(BaseModel):
    """Send ``token`` as ``Authorization: Bearer …``."""

    token: str
    token_type: str = "Bearer"
    expires_in: int = Field(description="Seconds")
    actor: Me


@router.post("/login", operation_id="login", responses=refusals(401, 422, 429))
def login(
    credentials: Annotated[Credentials, Body(openapi_examples={"login": {"value": dict(examples.LOGIN)}})],
    house: TheHouse,
    request: Request,
) -> Session:
    """Log in with a local account.  An unknown name and a wrong password are answered alike, in the same time."""
    actor = known_by(credentials, house, request)
    token = sign(house.accounts, "staff", house.accounts.session_of(actor), lasts=SESSION)
    return Session(token=token, expires_in=int(SESSION.total_seconds()), actor=Me(**actor.model_dump()))


def known_by(credentials: Credentials, house: House, request: Request) -> Actor:
    """Whose name and password these are.  Raises Refused ``bad_credentials``, ``too_many_requests``."""
    tries: Tries = request.app.state.tries
    name, address = login_name(credentials.name), address_of(request)
    tries.before_login(name, address)
    actor = house.accounts.check_password(name, credentials.password.get_secret_value())
    tries.after_login(name, address, right=actor is not None)
    if actor is None:
        raise Refused("bad_credentials")
    return actor


@router.get("/me", operation_id="me", responses=refusals(401, 403))
def me(actor: TheActor) -> Me:
    """Who the bearer is."""
    return Me(**actor.model_dump())
