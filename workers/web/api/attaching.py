"""Attachments: adding one, and being given one back; staff in scope, and citizens for what they sent themselves."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID, uuid4

import structlog
from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import Field

from hotline.command import Refused
from hotline.facts import Actor, Recorded, Role
from hotline.seeing import file_shown, text_shown
from hotline.ticket.attaching import Attach
from hotline.ticket.facts import AttachmentKind, FileAttached
from projections import dossier
from workers.attachments import attached, label_of
from workers.compose import House
from workers.web.api.reading import looked
from workers.web.api.refusals import refusals
from workers.web.api.writing import Changed, IdempotencyKey, Number, changed, in_scope, key_of
from workers.web.auth import TheActor, TheHouse
from workers.web.proof import CITIZEN, OwnTicket
from workers.web.uploads import FIELD, Upload, Uploaded

log = structlog.get_logger("web")
router = APIRouter(tags=["attachments"])

TYPES: dict[AttachmentKind, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
}
_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "string", "contentMediaType": "application/octet-stream"}},
                }
            }
        },
    }
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, to be saved and not shown in place",
        "content": {kind: {"schema": {"type": "string"}} for kind in TYPES.values()},
    }
}


class Attached(Changed):
    """What was attached; ``size`` in bytes as it is kept (photos lose what telephones write into them)."""

    attachment: UUID
    kind: AttachmentKind
    size: int = Field(examples=[183_204])


def scoped(number: Number, house: TheHouse, actor: TheActor) -> UUID:
    """A dependency: the ticket, before anything of a body is read.  Raises Refused ``not_found``."""
    return in_scope(house, actor, number)[0]


InScope = Annotated[UUID, Depends(scoped)]


@router.post(
    "/tickets/{number}/attachments",
    operation_id="attach",
    status_code=status.HTTP_201_CREATED,
    openapi_extra=_FORM,
    responses=refusals(400, 401, 403, 404, 409, 413, 415, 422, 503),
)
def attach(
    number: Number,
    ticket_id: InScope,
    actor: TheActor,
    upload: Uploaded,
    house: TheHouse,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Attached:
    """Attach a photo (JPEG, PNG, WebP) or a PDF, at most 8 MB: one file, in a form field called ``file``."""
    return keep(house, request, response, upload, on=ticket_id, by=actor, number=number, key=idempotency_key)


@router.get(
    "/tickets/{number}/attachments/{id}",
    operation_id="attachment",
    response_class=Response,
    responses={**_FILE, **refusals(401, 403, 404, 409, 422, 503)},
)
def attachment(
    number: Number, id: UUID, ticket_id: InScope, actor: TheActor, house: TheHouse, request: Request
) -> Response:
    """One attachment.  Who is given it is recorded."""
    found = dossier.replay(house.hotline.history(ticket_id))
    recorded = _found(house, ticket_id, id)
    if found is None:
        raise Refused("attachment_hidden")
    unmasked = "text" in found.unmasked_for(actor.id, house.now())
    text = text_shown(actor, found, unmasked=unmasked, by=found.taken_by)
    if not file_shown(actor, found, text=text, by=recorded.by.id):
        raise Refused("attachment_hidden")
    return _given(house, request, ticket_id, recorded, actor)


@router.post(
    "/public/tickets/{number}/attachments",
    operation_id="citizen_attach",
    tags=["citizens"],
    status_code=status.HTTP_201_CREATED,
    openapi_extra=_FORM,
    responses=refusals(400, 404, 409, 413, 415, 422, 429, 503),
)
def citizen_attach(
    number: Number,
    ticket_id: OwnTicket,
    upload: Uploaded,
    house: TheHouse,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> Attached:
    """Add a photo (JPEG, PNG, WebP) or a PDF, at most 8 MB, to your own request."""
    return keep(house, request, response, upload, on=ticket_id, by=CITIZEN, number=number, key=idempotency_key)


@router.get(
    "/public/tickets/{number}/attachments/{id}",
    operation_id="citizen_attachment",
    tags=["citizens"],
    response_class=Response,
    responses={**_FILE, **refusals(404, 409, 422, 429, 503)},
)
def citizen_attachment(number: Number, id: UUID, ticket_id: OwnTicket, house: TheHouse, request: Request) -> Response:
    """An attachment that you sent yourself."""
    recorded = _found(house, ticket_id, id)
    if recorded.by.role is not Role.CITIZEN:
        raise Refused("no_such_attachment")
    return _given(house, request, ticket_id, recorded, CITIZEN)


def keep(
    house: House,
    request: Request,
    response: Response,
    upload: Upload,
    *,
    on: UUID,
    by: Actor,
    number: str,
    key: str | None = None,
) -> Attached:
    """Seal the file, put it on the disk, then write the fact.  Raises Refused, and leaves nothing behind."""
    made = uuid4()
    command = Attach(attachment=made, kind=upload.kind, size=len(upload.content), name=upload.name)
    Attach.guard(house.hotline.ticket(on), house.hotline.desk(on, by))
    digest = sha256(upload.content).hexdigest()
    repeatable = key_of(house, f"{by.id}:{on}", key, "attach", digest, upload.name or "")
    sealed = house.vault.seal_bytes(on, label_of(made), upload.content)
    house.attachments.put(on, made, sealed, house.now())
    try:
        written = house.hotline.handle(
            command, on=on, by=by, key=repeatable, correlation_id=request.scope["correlation"]
        )
    except Refused:
        house.attachments.drop(on, made)
        raise
    if written.repeated:  # the first one is kept, and told of again
        house.attachments.drop(on, made)
    else:
        _settle(house, on, made)
    fact = house.hotline.history(on)[written.version - 1].fact
    assert isinstance(fact, FileAttached)
    told = changed(response, number, written)
    return Attached(**told.model_dump(), attachment=fact.attachment, kind=fact.kind, size=fact.size)


def _settle(house: House, ticket_id: UUID, made: UUID) -> None:
    try:
        house.attachments.settle(ticket_id, made)
    except OSError as failure:  # it is attached and can be read where it waits; the clock puts it in its place
        log.error("not_settled", error=type(failure).__name__)


def _found(house: House, ticket_id: UUID, id: UUID) -> Recorded:
    recorded = attached(house.hotline.history(ticket_id)).get(id)
    if recorded is None:
        raise Refused("no_such_attachment")
    return recorded


def _given(house: House, request: Request, ticket_id: UUID, recorded: Recorded, actor: Actor) -> Response:
    """The content, once the look is recorded.  Saved, never shown in our own pages' place."""
    fact = recorded.fact
    assert isinstance(fact, FileAttached)
    sealed = house.attachments.get(ticket_id, fact.attachment)
    content = house.vault.unseal_bytes(ticket_id, label_of(fact.attachment), sealed) if sealed is not None else None
    if content is None:
        raise Refused("erased" if house.vault.erased(ticket_id) else "no_such_attachment")
    looked(house, request, actor, "attachment", ticket_id, summary={"attachment": str(fact.attachment)})
    headers = {
        "Content-Disposition": f'attachment; filename="{fact.attachment}.{fact.kind}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=TYPES[fact.kind], headers=headers)
