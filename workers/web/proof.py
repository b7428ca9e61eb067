"""How a citizen proves that a ticket is his own: query code, a cookie for that ticket alone, or the link in a message.

A wrong number and a wrong code are answered alike and cost the same work, so that numbers cannot be tried out.
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Annotated
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from fastapi import Depends, Header, Request, Response

from hotline.application import Hotline
from hotline.command import Refused
from hotline.facts import Actor, Role
from hotline.ticket.facts import TicketReceived
from hotline.ticket.number import NumberClaimed, stream_of
from projections import tracking
from workers.compose import House
from workers.web.api.guarding import Tries, address_of, from_here
from workers.web.api.writing import Number
from workers.web.auth import TheHouse, sign, signed

CITIZEN = Actor(id="citizen", role=Role.CITIZEN)
"""No account stands behind a citizen: whoever has the code acts as one."""

COOKIE = "hotline_ticket"
SESSION = timedelta(minutes=30)
PLACES = ("/api/v1/public/tickets/{number}", "/t/{number}")
"""Where the cookie is sent: to this ticket's interface and its page, nowhere else."""

GivenCode = Annotated[str | None, Header(max_length=32, description="The code given with the number")]

_NOT_A_CODE = "-"
_NOBODY = uuid4()
_DECOYS = WeakKeyDictionary[Hotline, UUID]()


def by_code(house: House, tries: Tries, number: str, code: str | None, address: str) -> UUID:
    """The ticket of a number and its query code.  Raises Refused ``no_such_ticket``, ``too_many_tries``."""
    return looked_up(house, tries, number, code, address)[0]


def looked_up(
    house: House, tries: Tries, number: str, code: str | None, address: str
) -> tuple[UUID, tracking.Tracked | None]:
    """The same, with what the view that proved it holds of the ticket; None where the log had to be asked.

    The view only says yes: its rows are found by the keyed digest of both, so it does not know a wrong number from a
    wrong code.  Whatever it does not find the log is asked for, which alone says no.
    """
    tries.before_code(number, address)
    given = house.hotline.code_hash(number, code or _NOT_A_CODE)
    found = tracking.by_code(house.views, given)
    ticket_id = found.progress.ticket_id if found is not None else _in_the_log(house, number, given)
    tries.after_code(number, address, right=ticket_id is not None)
    if ticket_id is None:
        raise Refused("no_such_ticket")
    return ticket_id, found


def _in_the_log(house: House, number: str, given: str) -> UUID | None:
    """Two reads of the log whether the number exists or not: who claimed it, past any memory of claims, and the ticket, or
    another in its place."""
    decoy = _decoy(house.hotline)
    claim = house.hotline.opening(stream_of(number))
    ticket_id = claim.fact.ticket if claim is not None and isinstance(claim.fact, NumberClaimed) else None
    opening = house.hotline.opening(ticket_id or decoy)
    kept = opening.fact.access.code if opening is not None and isinstance(opening.fact, TicketReceived) else ""
    return ticket_id if hmac.compare_digest(given, kept) else None


def _decoy(hotline: Hotline) -> UUID:
    """Some real ticket, sought once, to read in place of one that does not exist."""
    position, known = 0, _DECOYS.get(hotline)
    while known is None and (found := hotline.facts_after(position)):
        known = next((r.originator_id for r in found if isinstance(r.fact, TicketReceived)), None)
        position = found[-1].position
    if known is not None:
        _DECOYS[hotline] = known
    return known or _NOBODY


def remember(response: Response, house: House, number: str, ticket_id: UUID) -> None:
    """Let the browser prove itself for this one ticket for half an hour, without scripts seeing how."""
    token = sign(house.accounts, "ticket", f"{number}/{ticket_id}", lasts=SESSION)
    for place in PLACES:
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(SESSION.total_seconds()),
            path=place.format(number=number),
            secure=house.settings.public_url.startswith("https:"),
            httponly=True,
            samesite="strict",
        )


def by_cookie(request: Request, house: House, number: str) -> UUID | None:
    """The ticket this browser has proved itself for, if it is the one of this number.  Nothing is looked up: whoever has
    proved himself for another could tell by the time whether this one exists."""
    proved, _, ticket_id = (signed(house.accounts, "ticket", request.cookies.get(COOKIE, "")) or "").partition("/")
    return UUID(ticket_id) if ticket_id and proved == number else None


def own_ticket(request: Request, number: Number, house: TheHouse, query_code: GivenCode = None) -> UUID:
    """A dependency: the citizen's own ticket, by header or cookie.  Raises Refused."""
    return own_tracked(request, number, house, query_code)[0]


def own_tracked(
    request: Request, number: str, house: House, query_code: str | None
) -> tuple[UUID, tracking.Tracked | None]:
    """The same, with what the view that proved it holds of the ticket, if one did.  Raises Refused."""
    if query_code is None and (proved := by_cookie(request, house, number)) is not None:
        from_here(request)
        return proved, None
    return looked_up(house, request.app.state.tries, number, query_code, address_of(request))


OwnTicket = Annotated[UUID, Depends(own_ticket)]
