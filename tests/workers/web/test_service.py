"""The service around the tickets: its description, its health, its logs, and coming in."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
import structlog
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openapi_spec_validator import validate

from hotline import texts
from hotline.facts import Role
from tests.workers.web.desk import API, NAME, PHONE, TEXT, Desk, leaf
from workers import logging as house_logging
from workers.compose import House
from workers.web import vendor
from workers.web.errors import STATUS

PASSWORD = "一个足够长的口令 2026"


def test_the_description_is_valid_and_whole(web: TestClient) -> None:
    """/openapi.json is valid, each operation has a name of its own, and each body an example."""
    described = web.get("/openapi.json").json()

    validate(described)
    operations = [o for path in described["paths"].values() for o in path.values()]
    names = [o["operationId"] for o in operations]
    assert len(names) == len(set(names))
    for operation in operations:
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        assert body is None or body["examples"], operation["operationId"]


def test_the_description_is_shown_from_here_alone(web: TestClient) -> None:
    """/docs asks no other machine for anything."""
    page = web.get("/docs")

    assert "//" not in page.text.replace("</", "")
    for part in ("vendor/swagger-ui-bundle.js", "vendor/swagger-ui.css", "docs.js"):
        assert web.get(f"/static/{part}").status_code == 200
    for package in vendor.packages().values():
        assert {"version", "licence", "integrity", "files"} <= set(package)


def test_every_refusal_is_listed(web: TestClient) -> None:
    """Every code has a sentence in both languages and a status that has a title."""
    listed = web.get(f"{API}/problems").json()

    assert {p["code"] for p in listed} >= set(STATUS)
    assert all(p["zh"] and p["en"] and texts.known(f"title.{p['status']}") for p in listed)


def test_alive_and_ready(web: TestClient, app: FastAPI, operator: Desk) -> None:
    """/livez and /readyz answer 200; a check that fails or breaks makes it 503 and names it; figures carry no number."""
    number = operator.receive().json()["number"]
    operator.ticket(number)
    assert web.get("/livez").status_code == 200
    assert web.get("/readyz").status_code == 200
    app.state.checks["nats"] = lambda: "away"
    app.state.checks["broken"] = lambda: 1 / 0

    answer = web.get("/readyz")

    assert (answer.status_code, answer.json()["wrong"]) == (503, {"nats": "away", "broken": "ZeroDivisionError"})
    figures = web.get("/metrics").text
    assert 'route="/api/v1/tickets/{number}"' in figures
    assert "hotline_view_behind" in figures
    assert number not in figures


def test_safe_headers(web: TestClient) -> None:
    """Every answer, problems too, forbids foreign content, framing and guessing of types."""
    for path in ("/docs", f"{API}/me", "/nowhere", f"{API}/problems"):
        headers = web.get(path).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    assert web.get(f"{API}/me").headers["Cache-Control"] == "no-store"


@pytest.fixture
def said() -> Iterator[StringIO]:
    """The log as it is written in production."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    written = StringIO()
    house_logging.configure(to=written)
    yield written
    house_logging.configure()  # whoever has written a line has his logger for good
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def test_nothing_personal_is_logged(said: StringIO, operator: Desk, web: TestClient, house: House) -> None:
    """Whatever is sent, well or badly, the log holds route, status and account, and neither person, number nor words."""
    created = operator.receive().json()
    number = created["number"]
    operator.done(number, "classify", type="help", category=leaf(house))
    operator.post("/callers/lookup", {"phone": PHONE})
    operator.receive(caller={"name": NAME, "phone": "no" + PHONE})
    operator.post(f"/tickets/{number}/note", {"text": TEXT, PHONE: NAME})
    web.get(f"{API}/public/tickets/{number}", headers={"Query-Code": created["query_code"]})
    web.get(f"{API}/tickets?type={PHONE}", headers=operator.headers)
    web.get(f"/{PHONE}/{number}")
    web.get(f"{API}/me", headers={"X-Request-ID": PHONE})
    web.post(f"{API}/login", json={"name": NAME, "password": PASSWORD})

    log = said.getvalue()

    lines = [json.loads(line) for line in log.splitlines()]
    answered = [line for line in lines if line["event"] == "answered"]
    assert len(answered) >= 11
    assert all(line["correlation_id"] and line["route"] for line in answered)
    assert "/api/v1/public/tickets/{number}" in {line["route"] for line in answered}
    assert {line["actor"] for line in answered if line["status"] == 201} == {
        house.accounts.actor_of_token(operator.headers["Authorization"][7:]).id
    }
    for secret in (NAME, PHONE, TEXT, number, created["query_code"], PASSWORD, operator.headers["Authorization"][7:]):
        assert secret not in log


def test_the_correlation_goes_into_the_facts(operator: Desk, house: House) -> None:
    """The trace of a request, or its UUID, stands in its facts."""
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {**operator.headers, "Idempotency-Key": "k-1", "traceparent": f"00-{trace}-b7ad6b7169203331-01"}

    answer = operator.web.post(f"{API}/tickets", json={"channel": "phone", "text": TEXT}, headers=headers)

    assert answer.headers["X-Request-ID"] == trace
    assert {fact.cause.correlation_id for fact in house.hotline.facts_after(0)} == {trace}


def test_coming_in_with_a_password(web: TestClient, house: House) -> None:
    """Name and password give a session; an unknown name and a wrong password answer alike; after ten tries one waits."""
    made = house.accounts.add_user("operator", PASSWORD, Role.OPERATOR)
    login = {"name": "operator", "password": PASSWORD}
    session = web.post(f"{API}/login", json=login).json()
    headers = {"Authorization": f"Bearer {session['token']}"}
    assert web.get(f"{API}/me", headers=headers).json()["id"] == made.id

    answers = [web.post(f"{API}/login", json={**login, **wrong}) for wrong in ({"name": "nobody"}, {"password": "x"})]
    told = [{k: v for k, v in a.json().items() if k != "instance"} for a in answers]
    assert told[0] == told[1]
    assert answers[0].status_code == 401

    house.accounts.disable_user("operator")
    assert web.get(f"{API}/me", headers=headers).status_code == 401
    statuses = [web.post(f"{API}/login", json=login).status_code for _ in range(11)]
    assert statuses[-1] == 429


@pytest.mark.parametrize("path", ["profile", "units", "categories", "templates"])
def test_what_forms_are_filled_from(path: str, operator: Desk, web: TestClient) -> None:
    """Staff read the look-ups; nobody else does."""
    assert operator.get(f"/{path}").json()
    assert web.get(f"{API}/{path}").status_code == 401


def test_a_real_clock_is_not_moved(desk_of: Callable[..., Desk], open_house: Callable[..., House]) -> None:
    """Only a simulated clock can be moved, and only by an administrator."""
    admin: Any = desk_of(Role.ADMIN)
    body = {"at": "2026-03-03T09:00:00+08:00"}

    assert admin.post("/clock", body).json()["code"] == "clock_not_simulated"
    assert desk_of(Role.OPERATOR).post("/clock", body).status_code == 403


def test_made_up_methods_are_one_figure(app: FastAPI, web: TestClient) -> None:
    """However many methods a stranger makes up, they are one label among the figures, and the known ones their own."""
    for number in range(20):
        assert web.request(f"MADEUP{number}", f"{API}/problems").status_code == 405
    assert web.get(f"{API}/problems").status_code == 200

    counted = [s for m in app.state.registry.collect() if m.name == "hotline_http_requests" for s in m.samples]

    assert {s.labels["method"] for s in counted} == {"-", "GET"}
