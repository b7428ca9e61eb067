"""The staff of a city as its web sees them: every request of a straight life, ready to be sent."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from itertools import count
from os import getpid
from random import Random

from hotline.facts import Role
from tests.bench.http import Answer, Connection, request
from tests.bench.lifecycle import RECEIVE, ROLE_OF, STEPS, bodies
from workers.compose import House

_NOT_A_NUMBER = "160"
"""No carrier has numbers that begin so: a caller of ours is nobody."""


class People:
    """One of each role, at work through an API token of his own.  Every caller is a new one."""

    def __init__(self, house: House) -> None:
        told = bodies(house.rules)
        units = {Role.UNIT_CLERK: str(told["dispatch"]["lead"])}
        tokens = {
            role: house.accounts.issue_token(role, unit=units.get(role)) for role in map(Role, set(ROLE_OF.values()))
        }
        self._heads = {step: f"Bearer {tokens[Role(role)]}" for step, role in ROLE_OF.items()}
        self._bodies = {step: json.dumps(told[step], ensure_ascii=False).encode() for step in STEPS[1:]}
        self._keys, self._draw = count(), Random(getpid())

    @property
    def bodies(self) -> list[bytes]:
        """What the steps of one life say, in their order."""
        return [self._received(), *self._bodies.values()]

    async def create(self, connection: Connection) -> Answer:
        key = f"bench-{getpid()}-{next(self._keys):09}"
        head = {"Authorization": self._heads["receive"], "Idempotency-Key": key}
        return await connection.call(request("POST", "/api/v1/tickets", self._received(), **head))

    async def life(self, connection: Connection) -> AsyncGenerator[Answer]:
        """A request's whole way from the call to the rated close, each step after the answer to the one before."""
        answer = await self.create(connection)
        yield answer
        number = json.loads(answer.body)["number"]
        for step, body in self._bodies.items():
            head = {"Authorization": self._heads[step], "If-Match": answer.etag.decode()}
            answer = await connection.call(request("POST", f"/api/v1/tickets/{number}/{step}", body, **head))
            yield answer

    async def live(self, connection: Connection) -> None:
        async for _ in self.life(connection):
            pass

    def _received(self) -> bytes:
        caller = {"name": "王女士", "phone": f"{_NOT_A_NUMBER}{self._draw.randrange(10**8):08}"}
        return json.dumps({**RECEIVE, "caller": caller}, ensure_ascii=False).encode()
