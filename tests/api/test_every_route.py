"""What lies outside one's scope is not there, tried over every route the description names: a new route is tried unasked."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from hotline.facts import Role
from hotline.ticket.number import is_number
from tests.workers.acting import PHONE, TEXT, clerk, dispatched, receive, units
from tests.workers.web.desk import Desk
from workers.compose import House
from workers.web.api import guarding

NOBODYS = next(number for number in (f"2603020000000{digit}" for digit in range(10)) if is_number(number))
"""A number that is well formed and nobody's."""
NOT_BY_ROLE = {"access_log", "dead_letters", "replay_dead_letter"}
"""Routes that turn a role away before they look at any ticket."""


NOT_TRIED = {"receive", "file_request", "consultation_events"}
"""Routes that make something new, and a stream that does not end; who sees what in it is tried where it is promised."""


@dataclass(frozen=True)
class Asked:
    """One request to one route, as the description shows it by example."""

    method: str
    path: str
    operation: str
    body: Any = None
    query: dict[str, str] = field(default_factory=dict)

    def of(self, web: TestClient, number: str, headers: dict[str, str]) -> Any:
        return web.request(
            self.method,
            self.path.replace("{number}", number),
            params=self.query,
            json=self.body,
            headers={"If-Match": '"1"', "Idempotency-Key": "k-0123456789abcdef", **headers},
        )


def routes(app: FastAPI) -> Iterator[Asked]:
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            examples = [example["value"] for example in content.get("examples", {}).values()]
            named = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
            query = {"as_of": "2026-03-02T09:00:00+08:00"} if "as_of" in named else {}
            yield Asked(method.upper(), path, operation["operationId"], examples[0] if examples else None, query)


def of_tickets(app: FastAPI) -> list[Asked]:
    found = [asked for asked in routes(app) if "{number}" in asked.path]
    assert len(found) > 50
    return found


def told(answer: Any) -> tuple[int, dict[str, Any], str]:
    """An answer without what differs from one request to the next."""
    body = {key: value for key, value in answer.json().items() if key != "instance"}
    return answer.status_code, body, answer.headers["content-type"]


def differences(web: TestClient, asked: list[Asked], number: str, headers: dict[str, str], *, code: str) -> list[str]:
    """Routes by which a ticket out of scope can be told from one that does not exist."""
    wrong = []
    for one in asked:
        there, nowhere = told(one.of(web, number, headers)), told(one.of(web, NOBODYS, headers))
        foreign = one.operation in NOT_BY_ROLE and there[0] == 403
        if there != nowhere or not (foreign or (there[0], there[1]["code"]) == (404, code)):
            wrong.append(f"{one.method} {one.path}: {there} but {nowhere}")
    return wrong


@pytest.fixture
def ticket(house: House) -> str:
    """A ticket about a team, in the hands of two units, accusing a third."""
    team, accused = next(iter(house.rules.teams)), units(house)[2]
    made = dispatched(house, about_team=team, accused_unit=accused)
    state = house.hotline.ticket(made)
    assert state is not None
    house.catch_up()
    return state.number


def outsiders(house: House) -> dict[str, dict[str, str]]:
    """Role and scope of people who must not know of it."""
    team, (_, _, accused, other, *_) = next(iter(house.rules.teams)), units(house)
    elsewhere = next(code for code in house.rules.districts if code != house.rules.units[other].district)
    return {
        "a clerk of another unit": {"role": Role.UNIT_CLERK, "unit": other},
        "a clerk of the accused unit": {"role": Role.UNIT_CLERK, "unit": accused},
        "a reviewer of the team": {"role": Role.REVIEWER, "team": team},
        "an operator of the team": {"role": Role.OPERATOR, "team": team},
        "a supervisor of the team": {"role": Role.SUPERVISOR, "team": team},
        "a leader of the team": {"role": Role.LEADER, "team": team},
        "a dispatcher of another district": {"role": Role.DISPATCHER, "district": elsewhere},
    }


def test_staff_out_of_scope_cannot_tell_it_from_nothing(
    app: FastAPI, web: TestClient, house: House, ticket: str, desk_of: Callable[..., Desk]
) -> None:
    """By every route that takes a number, for a clerk of another unit, the reviewer of the team it is about and others:
    the very answer of a number that is nobody's; and nothing is written."""
    asked = [one for one in of_tickets(app) if "/public/" not in one.path]
    before = house.hotline.position()
    for who, scope in outsiders(house).items():
        desk = desk_of(**scope)
        assert differences(web, asked, ticket, desk.headers, code="not_found") == [], who
    assert house.hotline.position() == before


def test_no_other_route_shows_it_to_them(
    app: FastAPI, web: TestClient, house: House, ticket: str, desk_of: Callable[..., Desk]
) -> None:
    """Lists, look-ups and all other routes: neither its number nor its words, also for who asks by the caller's phone."""
    made = house.hotline.find(ticket)
    others = [one for one in routes(app) if "{number}" not in one.path and one.operation not in NOT_TRIED]
    for who, scope in outsiders(house).items():
        desk = desk_of(**scope)
        for one in others:
            body = {**one.body, "phone": PHONE} if one.body and "phone" in one.body else one.body
            answer = Asked(one.method, one.path.replace("{id}", str(made)), one.operation, body).of(
                web, "", desk.headers
            )
            assert ticket not in answer.text, (who, one.path)
            assert str(made) not in answer.text, (who, one.path)
            assert TEXT not in answer.text, (who, one.path)


@pytest.mark.parametrize("proof", ["code", "cookie"])
def test_a_citizen_with_another_tickets_proof_sees_nothing(
    app: FastAPI, web: TestClient, house: House, ticket: str, proof: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By every public route, with the code of an own ticket or the cookie it was traded for: the answer of no ticket."""
    monkeypatch.setattr(guarding.Tries, "before_code", lambda *_: None)  # its limits are tried elsewhere
    own = receive(house).answer
    house.catch_up()
    headers = {"Query-Code": own["query_code"]} if proof == "code" else {"Cookie": cookie(web, own)}
    asked = [_with_code(one, own["query_code"]) for one in of_tickets(app) if "/public/" in one.path]
    assert len(asked) >= 7
    before = house.hotline.position()
    assert differences(web, asked, ticket, headers, code="no_such_ticket") == []
    assert house.hotline.position() == before
    progress = next(one for one in asked if one.operation == "progress")
    assert progress.of(web, own["number"], headers).status_code == 200


def cookie(web: TestClient, own: dict[str, str]) -> str:
    traded = web.post(f"/api/v1/public/tickets/{own['number']}/session", json={"query_code": own["query_code"]})
    assert traded.status_code == 204
    web.cookies.clear()
    return next(value.split(";")[0] for value in traded.headers.get_list("set-cookie"))


def _with_code(asked: Asked, code: str) -> Asked:
    return (
        Asked(asked.method, asked.path, asked.operation, {"query_code": code})
        if asked.operation == "open_session"
        else asked
    )


def test_those_in_scope_do_see_it(
    app: FastAPI, web: TestClient, house: House, ticket: str, desk_of: Callable[..., Desk]
) -> None:
    """The same requests by a clerk of its unit and a reviewer of another team are not answered by 404: the tries above
    are refused for the scope and nothing else."""
    insiders = [desk_of(Role.UNIT_CLERK, unit=clerk(units(house)[0]).unit or ""), desk_of(Role.REVIEWER)]
    asked = [one for one in of_tickets(app) if "/public/" not in one.path]
    for desk in insiders:
        for one in asked:
            assert one.of(web, ticket, desk.headers).status_code != 404, one.path
            assert one.of(web, NOBODYS, desk.headers).status_code in (403, 404), one.path
