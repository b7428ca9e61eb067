"""What all reading routes share: waiting for one's own write, and leaving a trace before anything is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import Query, Request

from hotline.command import Refused
from hotline.facts import Actor
from projections.access_chain import AccessEntry, What
from projections.follow import wait_until
from workers.compose import House
from workers.web.auth import TheHouse

WAIT_SECONDS = 2.0

AfterPosition = Annotated[
    int | None, Query(ge=0, lt=2**62, description="Wait (at most 2 s) until what was written at this position shows")
]


def fresh(*views: str) -> Callable[[House, int | None], Awaitable[None]]:
    """A dependency that waits until these views have reached ``after_position``.  Raises Refused ``view_behind``."""

    async def wait(house: TheHouse, after_position: AfterPosition = None) -> None:
        if after_position is not None:
            await to_thread.run_sync(shows, house, after_position, *views)

    return wait


def shows(house: House, position: int, *views: str) -> None:
    """Wait until these views have reached a position.  Raises Refused ``view_behind``."""
    for view in views:
        if not wait_until(house.views, view, position, WAIT_SECONDS):
            raise Refused("view_behind")


def looked(
    house: House,
    request: Request,
    actor: Actor,
    what: What,
    *tickets: UUID,
    summary: Mapping[str, str | int | bool | None] | None = None,
) -> None:
    """Record who is about to be shown what, on the disk before anything is shown; a list is one entry, ``summary``
    names its filters.  Raises sqlalchemy.exc.SQLAlchemyError: what cannot be recorded is not shown."""
    at, correlation = house.now(), request.scope["correlation"]
    house.access.record(
        AccessEntry.of(actor, what, at=at, correlation=correlation, ticket_id=ticket_id, summary=summary)
        for ticket_id in tickets or (None,)
    )
