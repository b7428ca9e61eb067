"""What all writing routes share: keys, versions, and the answer of a write."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import NAMESPACE_URL, UUID, uuid5

from fastapi import Header, Path, Request, Response
from pydantic import AfterValidator, BaseModel, Field

from hotline.command import Command, Refused
from hotline.facts import Actor
from hotline.seeing import knows
from hotline.ticket.number import is_number
from hotline.ticket.quiet import standing
from hotline.ticket.ticket import Ticket
from hotline.writing import Key, Written
from workers.compose import House

_TRIES = 3
_KEY = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_TAG = re.compile(r'(?:W/)?"(\d{1,9})"')
SHORTEST_PUBLIC_KEY = 16
"""A citizen's key is scoped by nothing but itself, so it must not be guessed."""


def _a_number(text: str) -> str:
    if not is_number(text):
        raise ValueError("工单编号为 14 位数字，请核对 / a ticket number has 14 digits; check it")
    return text


Number = Annotated[str, Path(pattern=r"^[0-9]{14}$", description="Ticket number"), AfterValidator(_a_number)]
IdempotencyKey = Annotated[
    str | None,
    Header(description="Repeat the request with the same key after a lost reply: it is done once, answered alike"),
]
IfMatch = Annotated[str | None, Header(description='The ETag the ticket was read with, such as `"5"`')]


class Changed(BaseModel):
    """What became of a write.  Ask a view for ``after_position`` to see it there."""

    number: str = Field(examples=["26030212345678"])
    version: int = Field(examples=[5])
    position: int = Field(examples=[1042])


def key_of(house: House, scope: str, given: str | None, *body: object, shortest: int = 1) -> Key | None:
    """The key of a repeatable request, bound to who sent it and to what was in it.  Raises Refused ``bad_key``."""
    if given is None:
        return None
    if not _KEY.fullmatch(given) or len(given) < shortest:
        raise Refused("bad_key", shortest=shortest)
    content = "\n".join(part.model_dump_json() if isinstance(part, BaseModel) else str(part) for part in body)
    return Key(key=house.vault.blind("idempotency", f"{scope}:{given}"), body_hash=house.vault.blind("body", content))


def ticket_id_of(scope: str, key: str) -> UUID:
    """The ticket a creating request makes: the same one however often it is sent."""
    return uuid5(NAMESPACE_URL, f"hotline:request:{scope}:{key}")


def version_of(if_match: str | None) -> int:
    """Raises Refused: ``if_match_missing``, ``bad_if_match``."""
    if if_match is None:
        raise Refused("if_match_missing")
    tag = _TAG.fullmatch(if_match.strip())
    if tag is None:
        raise Refused("bad_if_match")
    return int(tag.group(1))


def in_scope(house: House, actor: Actor, number: str) -> tuple[UUID, Ticket]:
    """The ticket, if this actor may know of it.  Raises Refused ``not_found``, alike for all that is not there."""
    ticket_id = house.hotline.find(number)
    ticket = house.hotline.ticket(ticket_id) if ticket_id is not None else None
    if ticket_id is None or ticket is None or not knows(actor, house.rules, ticket):
        raise Refused("not_found")
    return ticket_id, ticket


def act(
    house: House,
    request: Request,
    response: Response,
    command: Command,
    *,
    on: UUID,
    by: Actor,
    number: str,
    seen: int | None = None,
    key: Key | None = None,
) -> Changed:
    """Carry a command to the ticket.  ``seen`` is the version of the form it was decided on; quiet facts since then do
    not spoil it (hotline.ticket.quiet).  Raises Refused."""
    expected = seen
    for _ in range(_TRIES):
        try:
            written = house.hotline.handle(
                command, on=on, by=by, expected_version=expected, key=key, correlation_id=request.scope["correlation"]
            )
        except Refused as refusal:
            if refusal.code != "stale" or expected is None:
                raise
            stands = standing(house.hotline.history(on), expected)
            if stands == expected:
                raise
            expected = stands  # what has come since was quiet; more of it may come before the next try
            continue
        return changed(response, number, written)
    raise Refused("busy")


def changed(response: Response, number: str, written: Written) -> Changed:
    response.headers["ETag"] = f'"{written.version}"'
    return Changed(number=number, version=written.version, position=written.position)
