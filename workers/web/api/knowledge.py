"""The knowledge base: found while answering, written back by experts."""

from __future__ import annotations

from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import APIRouter, Body, Depends, Query, Request, Response, status
from pydantic import BaseModel

from hotline.command import Code, Command, Refused
from hotline.facts import Actor, Role
from hotline.knowledge.knowledge import Renew, Retire, Standing, WriteBack
from projections import knowledge as view
from workers.compose import House
from workers.web.api import examples
from workers.web.api.reading import fresh
from workers.web.api.refusals import refusals
from workers.web.api.writing import IdempotencyKey, IfMatch, key_of, version_of
from workers.web.auth import TheActor, TheHouse, one_of

router = APIRouter(prefix="/knowledge", tags=["knowledge"], responses=refusals(401, 403))
STAFF = tuple(role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM))
MayRead = Annotated[Actor, Depends(one_of("knowledge", *STAFF))]


class KnowledgeChanged(BaseModel):
    """What became of a write.  Ask `GET /knowledge` for `after_position` to see it there."""

    id: UUID
    version: int
    position: int


@router.get("", operation_id="find_knowledge", dependencies=[Depends(fresh("knowledge"))], responses=refusals(422, 503))
def find(
    house: TheHouse,
    actor: MayRead,
    q: Annotated[str, Query(max_length=100, description="Words of title or question, all of them")] = "",
    skill: Code | None = None,
    standing: Annotated[Standing | None, Query(description="Else what is in force, due for review or not")] = None,
) -> list[view.Entry]:
    """Entries with these words, the newest first."""
    return view.find(house.views, q.replace("\x00", " "), skill=skill, standing=standing)


@router.post("", operation_id="write_back", status_code=status.HTTP_201_CREATED, responses=refusals(409, 422, 428, 503))
def write_back(
    given: Annotated[WriteBack, Body(openapi_examples={"entry": {"value": dict(examples.KNOWLEDGE)}})],
    house: TheHouse,
    actor: TheActor,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> KnowledgeChanged:
    """Write down what was answered.  For experts and supervisors."""
    key = key_of(house, actor.id, idempotency_key, given)
    if key is None:
        raise Refused("key_missing")
    entry = uuid5(NAMESPACE_URL, f"hotline:knowledge:{actor.id}:{idempotency_key}")
    written = house.hotline.handle(given, on=entry, by=actor, key=key, correlation_id=request.scope["correlation"])
    response.headers["ETag"] = f'"{written.version}"'
    return KnowledgeChanged(id=entry, version=written.version, position=written.position)


@router.get(
    "/{id}", operation_id="knowledge", dependencies=[Depends(fresh("knowledge"))], responses=refusals(404, 422, 503)
)
def one(id: UUID, house: TheHouse, actor: MayRead, response: Response) -> view.Entry:
    """One entry, in force or not."""
    found = view.one(house.views, id)
    if found is None:
        raise Refused("no_such_knowledge")
    response.headers["ETag"] = f'"{found.version}"'
    return found


@router.post("/{id}/renew", operation_id="renew_knowledge", responses=refusals(404, 409, 412, 422, 428, 503))
def renew(
    id: UUID,
    given: Annotated[Renew, Body(openapi_examples={"same": {"value": {}}})],
    house: TheHouse,
    actor: TheActor,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> KnowledgeChanged:
    """Looked at: it still holds.  For its owner and supervisors."""
    return _do(given, id, house, actor, request, response, if_match)


@router.post("/{id}/retire", operation_id="retire_knowledge", responses=refusals(404, 409, 412, 422, 428, 503))
def retire(
    id: UUID,
    given: Annotated[Retire, Body(openapi_examples={"old": {"value": dict(examples.RETIRE)}})],
    house: TheHouse,
    actor: TheActor,
    request: Request,
    response: Response,
    if_match: IfMatch = None,
) -> KnowledgeChanged:
    """Not to be used any more.  For its owner and supervisors."""
    return _do(given, id, house, actor, request, response, if_match)


def _do(
    command: Command, id: UUID, house: House, actor: Actor, request: Request, response: Response, if_match: str | None
) -> KnowledgeChanged:
    if view.one(house.views, id) is None:
        raise Refused("no_such_knowledge")
    written = house.hotline.handle(
        command, on=id, by=actor, expected_version=version_of(if_match), correlation_id=request.scope["correlation"]
    )
    response.headers["ETag"] = f'"{written.version}"'
    return KnowledgeChanged(id=id, version=written.version, position=written.position)
