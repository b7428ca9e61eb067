"""The form that adds a photo or a document to one's own request."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from hotline.command import Refused
from workers.web.api.attaching import keep
from workers.web.api.guarding import from_here
from workers.web.auth import TheHouse
from workers.web.errors import problem_of
from workers.web.pages.filing import ask_for_code
from workers.web.pages.tracking import own_ticket, ticket_page
from workers.web.proof import CITIZEN
from workers.web.uploads import Upload, uploaded

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_here)])


async def _chosen(number: str, house: TheHouse, request: Request) -> tuple[UUID, Upload | Refused] | None:
    """The visitor's own ticket and what he chose; None before anything is read when he has not proved himself."""
    ticket_id = await run_in_threadpool(own_ticket, request, house, number)
    if ticket_id is None:
        return None
    try:
        return ticket_id, await uploaded(request)
    except Refused as refusal:
        return ticket_id, refusal


@router.post("/t/{number}/attachments")
def attach(
    number: str,
    chosen: Annotated[tuple[UUID, Upload | Refused] | None, Depends(_chosen)],
    house: TheHouse,
    request: Request,
) -> Response:
    """One file with a plain form; what is wrong with it is told on the ticket's own page."""
    if chosen is None:
        return ask_for_code(house, number)
    ticket_id, upload = chosen
    done = RedirectResponse(f"/t/{number}?done=1", status_code=303, headers={"Cache-Control": "no-store"})
    try:
        if isinstance(upload, Refused):
            raise upload
        keep(house, request, done, upload, on=ticket_id, by=CITIZEN, number=number)
    except Refused as refusal:
        return ticket_page(house, request, ticket_id, problem=problem_of(refusal))
    return done
