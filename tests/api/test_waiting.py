"""Waiting for one's own write, tried over every route that offers it: a new route is tried unasked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from hotline.facts import Role
from tests.workers.acting import receive
from tests.workers.web.desk import Desk
from workers.compose import House
from workers.web.api import reading

BEYOND = 10**15
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
ASKED = {"/api/v1/rates": MARCH, "/api/v1/rates/tickets": {**MARCH, "formula": "contact", "part": "numerator"}}
"""What a route must be asked beside."""


@dataclass(frozen=True)
class Waiting:
    """A ticket that no view has heard of yet, and how often a view was waited for since."""

    number: str
    ticket_id: str
    code: str
    position: int
    waits: list[str]

    def asks(self, web: TestClient, path: str, position: int, headers: dict[str, str]) -> Any:
        there = path.replace("{number}", self.number).replace("{id}", self.ticket_id)
        query = {**ASKED.get(path, {}), "after_position": position}
        return web.get(there.replace("{month}", "2026-02"), params=query, headers=headers)


def paths(app: FastAPI) -> Iterator[str]:
    for path, operations in app.openapi()["paths"].items():
        for operation in operations.values():
            if any(parameter["name"] == "after_position" for parameter in operation.get("parameters", ())):
                yield path


@pytest.fixture
def waiting(house: House, monkeypatch: pytest.MonkeyPatch) -> Waiting:
    made, waits = receive(house), []

    def wait_until(views: Any, name: str, position: int, timeout: float) -> bool:
        waits.append(name)
        return False

    monkeypatch.setattr(reading, "wait_until", wait_until)
    return Waiting(made.answer["number"], str(made.stream), made.answer["query_code"], made.position, waits)


def test_nobody_waits_who_has_not_proved_himself(app: FastAPI, web: TestClient, waiting: Waiting) -> None:
    """By every route with `after_position`: without a token, or with a wrong code, one is turned away and holds no
    thread in the meantime."""
    found = list(paths(app))
    assert len(found) > 12
    for path in found:
        for headers in ({}, {"Authorization": "Bearer hl_nobodys"}, {"Query-Code": "WRONG234"}):
            answer = waiting.asks(web, path, waiting.position, headers)
            assert answer.status_code in (401, 404), path
            assert waiting.waits == [], path


def test_nobody_waits_for_what_was_never_written(
    app: FastAPI, web: TestClient, waiting: Waiting, desk_of: Callable[..., Desk]
) -> None:
    """Whoever may ask waits for what is in the log and not shown yet; beyond its end he is told at once, by every route."""
    people = [{"Query-Code": waiting.code}, *(desk_of(role).headers for role in (Role.SUPERVISOR, Role.EXPERT))]
    for path in paths(app):
        beyond = [waiting.asks(web, path, BEYOND, who) for who in people]
        assert waiting.waits == [], path
        assert (503, "view_behind") in [(told.status_code, told.json().get("code")) for told in beyond], path

        for who in people:
            waiting.asks(web, path, waiting.position, who)
        assert waiting.waits, path
        waiting.waits.clear()
