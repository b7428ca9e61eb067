"""What all reading routes share: waiting for one's own write, and leaving a trace before anything is shown."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated
from uuid import UUID

from anyio import to_thread
from fastapi import Depends, Query, Request

from hotline.command import Refused
from hotline.facts import Actor
from projections.access_chain import AccessEntry, What
from projections.follow import wait_until
from workers.accounts import Login
from workers.compose import House
from workers.web.auth import TheHouse, login_of

WAIT_SECONDS = 2.0

AfterPosition = Annotated[
    int | None, Query(ge=0, lt=2**62, description="Wait (at most 2 s) until what was written at this position shows")
]


def fresh(*views: str) -> Callable[[House, Login, int | None], Awaitable[None]]:
    """A dependency that waits until these views have reached ``after_position``.  Raises Refused ``view_behind``, and
    ``signed_out`` before it waits: a stranger's wait would hold a thread of which there are few."""

    async def wait(
        house: TheHouse, login: Annotated[Login, Depends(login_of)], after_position: AfterPosition = None
    ) -> None:
        if after_position is not None:
            await to_thread.run_sync(shows, house, after_position, *views)

    return wait


def shows(house: House, position: int, *views: str) -> None:
    """Wait until these views have reached a position.  Raises Refused ``view_behind``, at once for a position where nothing
    has been written yet.  Whoever asks must have proved himself."""
    behind = [view for view in views if house.views.position(view) < position]
    if behind and position > house.hotline.position():
        raise Refused("view_behind")
    if not all(wait_until(house.views, view, position, WAIT_SECONDS) for view in behind):
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
