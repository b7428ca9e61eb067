"""One route for each action on a ticket.  The command is the body: what may be sent stands in ``hotline.ticket``."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import ValidationError

from hotline.facts import Role
from hotline.rules import Rules
from hotline.ticket.actions import ACTIONS
from hotline.ticket.command import TicketCommand
from workers.web.api import examples
from workers.web.api.refusals import refusals
from workers.web.api.writing import Changed, IdempotencyKey, IfMatch, Number, act, in_scope, key_of, version_of
from workers.web.auth import TheActor, TheHouse

SENT_AS_FILES = frozenset({"attach"})
"""Actions whose body is a file; their routes are in ``attaching``."""

STAFF_ACTIONS = {name: command for name, command in ACTIONS.items() if command.ROLES - {Role.CITIZEN}}
CITIZEN_ACTIONS = {name: command for name, command in ACTIONS.items() if Role.CITIZEN in command.ROLES}


def _endpoint(name: str, command_class: type[TicketCommand], example: Mapping[str, Any]) -> Callable[..., Changed]:
    def endpoint(
        *,
        number: Number,
        command: TicketCommand,
        house: TheHouse,
        actor: TheActor,
        request: Request,
        response: Response,
        if_match: IfMatch = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Changed:
        ticket_id, _ = in_scope(house, actor, number)
        seen = version_of(if_match) if command.DECIDES else None
        key = key_of(house, actor.id, idempotency_key, name, number, command)
        return act(house, request, response, command, on=ticket_id, by=actor, number=number, seen=seen, key=key)

    return with_body(endpoint, name, command_class, example)


def with_body(
    endpoint: Callable[..., Changed], name: str, command_class: type[TicketCommand], example: Mapping[str, Any]
) -> Callable[..., Changed]:
    """The endpoint with this command as its body."""
    body = Body(openapi_examples={name: {"value": dict(example)}})
    endpoint.__annotations__["command"] = Annotated[command_class, body]
    with contextlib.suppress(ValidationError):
        # Where nothing need be said, no body is as good as {}.
        endpoint.__kwdefaults__ = {**(endpoint.__kwdefaults__ or {}), "command": command_class()}
    return endpoint


def router(rules: Rules) -> APIRouter:
    """A route for every action of the staff."""
    made = APIRouter(tags=["actions"])
    bodies = examples.of_actions(rules)
    for name, command in STAFF_ACTIONS.items():
        if name in SENT_AS_FILES:
            continue
        roles = ", ".join(sorted(role.value for role in command.ROLES if role is not Role.CITIZEN))
        made.add_api_route(
            f"/tickets/{{number}}/{name}",
            _endpoint(name, command, bodies[name]),
            methods=["POST"],
            operation_id=name.replace("-", "_"),
            summary=(command.__doc__ or name).split("\n")[0],
            description=f"{command.__doc__}\n\nRoles: {roles}.",
            responses=refusals(401, 403, 404, 409, 412, 422, 428, 503),
        )
    return made
