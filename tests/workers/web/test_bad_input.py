"""Bad input: a problem that names the field and says what to do; nothing stored, nothing echoed."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from hotline.facts import Role
from tests.workers.web.desk import API, REQUEST, Desk, district_units, leaf
from workers.compose import House

SENT = "不该回显的内容13987654321"


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["code"] == code
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told["detail_en"]
    assert told["instance"] == answer.headers["X-Request-ID"]
    return told


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "长" * 2001}, "text"),
        ({"text": f"{SENT}\x07"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"text": 5}, "text"),
        ({"text": None}, "text"),
        ({"caller": {"phone": SENT}}, "caller.phone"),
        ({"caller": {"name": "x" * 201}}, "caller.name"),
        ({"caller": {"name": SENT, "anonymous": True}}, "caller"),
        ({"caller": {"nmae": SENT}}, "caller.nmae"),
        ({"caller": SENT}, "caller"),
        ({"channel": SENT}, "channel"),
        ({"colour": SENT}, "colour"),
        ({SENT: "x"}, "?"),
        ({"happened_at": "2026-03-02 09:00"}, "happened_at"),
        ({"happened_at": SENT}, "happened_at"),
        ({"happened_at": 1772413200}, "happened_at"),
        ({"happened_at": "1772413200"}, "happened_at"),
        ({"place": {"lat": 91}}, "place.lat"),
        ({"place": {"lat": "north"}}, "place.lat"),
        ({"category": ["a", "b", "c", "d"]}, "category"),
        ({"category": ["坏 码"]}, "category[0]"),
        ({"confidential": "maybe"}, "confidential"),
    ],
)
def test_a_wrong_field_is_named(operator: Desk, changes: dict[str, Any], field: str) -> None:
    """422 names the field in both languages, never repeats what was sent, and stores nothing."""
    before = operator.house.hotline.position()

    answer = operator.web.post(
        f"{API}/tickets",
        content=_json({**REQUEST, **changes}),
        headers={**operator.headers, "Idempotency-Key": "k-1", "Content-Type": "application/json"},
    )

    told = problem(answer, 422, "invalid")
    assert field in [error["field"] for error in told["errors"]]
    assert all(error["message_zh"] and error["message_en"] for error in told["errors"])
    assert "13987654321" not in answer.text
    assert operator.house.hotline.position() == before


def _json(body: Any) -> bytes:
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"category": ["nowhere"]}, "unknown_category"),
        ({"place": {"district": "nowhere"}}, "unknown_district"),
        ({"accused_unit": "nowhere"}, "unknown_unit"),
        ({"about_team": "nowhere"}, "unknown_team"),
        ({"happened_at": "2031-01-01T00:00:00+08:00"}, "time_out_of_range"),
        ({"happened_at": "1999-01-01T00:00:00+08:00"}, "time_out_of_range"),
    ],
)
def test_a_code_or_date_that_is_none_is_refused(operator: Desk, changes: dict[str, Any], code: str) -> None:
    """Unknown codes and dates out of range are refused by name; nothing is stored."""
    before = operator.house.hotline.position()

    problem(operator.receive(**changes), 409, code)

    assert operator.house.hotline.position() == before


def test_a_body_that_is_not_whole_json(operator: Desk) -> None:
    """Truncated JSON, bytes that are no text and JSON nested without end are 400; another content type is 415."""
    headers = {**operator.headers, "Idempotency-Key": "k-1"}
    for content in (b'{"text": "a', b"\xff\xfe\x00", b"[" * 100_000, b"nonsense"):
        answer = operator.web.post(
            f"{API}/tickets", content=content, headers={**headers, "Content-Type": "application/json"}
        )
        problem(answer, 400, "bad_json")
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
        answer = operator.web.post(f"{API}/tickets", content=_json(REQUEST), headers={**headers, "Content-Type": kind})
        problem(answer, 415, "wrong_content_type")


def test_a_body_without_end(operator: Desk) -> None:
    """More than 256 KB is 413, whether its length was told or not."""
    headers = {**operator.headers, "Idempotency-Key": "k-1", "Content-Type": "application/json"}
    big = b'{"text": "' + b"a" * 300_000 + b'"}'

    problem(operator.web.post(f"{API}/tickets", content=big, headers=headers), 413, "too_large")
    chunks = (big[at : at + 10_000] for at in range(0, len(big), 10_000))
    problem(operator.web.post(f"{API}/tickets", content=chunks, headers=headers), 413, "too_large")


def test_missing_headers(operator: Desk, dispatcher: Desk) -> None:
    """Without Idempotency-Key nothing is created (428); without If-Match nothing is decided (428); both must be well formed."""
    number = operator.receive().json()["number"]

    problem(operator.post("/tickets", REQUEST), 428, "key_missing")
    problem(operator.post("/tickets", REQUEST, Idempotency_Key="a b"), 400, "bad_key")
    problem(operator.post(f"/tickets/{number}/void", {"kind": "silent"}), 428, "if_match_missing")
    for tag in ("*", "5", '"x"', '"1", "2"'):
        problem(operator.post(f"/tickets/{number}/void", {"kind": "silent"}, If_Match=tag), 400, "bad_if_match")
    assert operator.ticket(number)["version"] == 2


@pytest.mark.parametrize(
    "number", ["123", "abcdefghijklmn", "26030212345678"[:-1] + "x", "２６０３０２１２３４５６７８"]
)
def test_a_malformed_number_is_named(operator: Desk, number: str) -> None:
    """A number that can be none is told as such, to staff and citizens alike."""
    told = problem(operator.get(f"/tickets/{number}"), 422, "invalid")
    assert told["errors"][0]["field"] == "number"
    told = problem(
        operator.web.get(f"{API}/public/tickets/{number}", headers={"Query-Code": "AAAAAAAA"}), 422, "invalid"
    )
    assert told["errors"][0]["field"] == "number"


def test_the_wrong_role(operator: Desk, desk_of: Callable[..., Desk], house: House) -> None:
    """An action of another role is 403 and changes nothing."""
    number = operator.receive().json()["number"]
    operator.done(number, "classify", type="help", category=leaf(house))

    problem(operator.act(number, "dispatch", lead=district_units(house)[0]), 403, "wrong_role")
    problem(desk_of(Role.LEADER).receive(), 403, "wrong_role")
    problem(desk_of(Role.REVIEWER).post("/callers/lookup", {"phone": "13812345678"}), 403, "wrong_role")
    problem(desk_of(Role.OPERATOR).get(f"/tickets/{number}/access-log"), 403, "wrong_role")
    assert operator.ticket(number)["version"] == 3


def test_who_is_nobody(web: TestClient, desk_of: Callable[..., Desk]) -> None:
    """Without a good token: 401 and how to come in.  A token for calls alone is good for nothing else."""
    for header in (
        {},
        {"Authorization": "Bearer hl_none"},
        {"Authorization": "Bearer a.b.c"},
        {"Authorization": "Basic x"},
    ):
        answer = web.get(f"{API}/tickets", headers=header)
        problem(answer, 401, "signed_out")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    problem(desk_of(Role.SYSTEM, only="calls").get("/tickets"), 403, "restricted_token")


def test_addresses_and_methods_that_are_none(web: TestClient) -> None:
    """404 for an unknown address, 405 with Allow for a method it does not take."""
    problem(web.get(f"{API}/nowhere"), 404, "no_such_page")
    answer = web.delete(f"{API}/login")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "POST"


def test_bad_times_and_cursors(operator: Desk) -> None:
    """History wants one time within the ticket's life; paging wants a cursor it gave."""
    number = operator.receive().json()["number"]
    told = problem(operator.get(f"/tickets/{number}/history?as_of=yesterday"), 422, "invalid")
    assert told["errors"][0]["field"] == "as_of"
    problem(operator.get(f"/tickets/{number}/history"), 422, "one_time")
    for field in ("as_of", "happened_by"):
        for at in ("1999-01-01T00:00:00Z", "2031-01-01T00:00:00Z"):
            problem(operator.get(f"/tickets/{number}/history", params={field: at}), 409, "time_out_of_range")
    problem(operator.get("/tickets", params={"after": "x"}), 400, "bad_cursor")
    problem(operator.get("/tickets", params={"colour": "red"}), 422, "invalid")
    problem(operator.get("/tickets", params={"unit": "nowhere"}), 409, "unknown_unit")


def test_english_first_when_asked(web: TestClient) -> None:
    """Accept-Language turns title and detail; the code stays."""
    zh, en = (web.get(f"{API}/me", headers={"Accept-Language": tag}) for tag in ("zh-CN,en;q=0.5", "en-GB,zh;q=0.2"))

    assert zh.json()["detail"] != en.json()["detail"] == zh.json()["detail_en"]
    assert (zh.headers["Content-Language"], en.headers["Content-Language"]) == ("zh-CN", "en")


def test_what_nobody_foresaw(
    operator: Desk,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A fault inside is 500 without details, for the caller and in the log."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(SENT)

    monkeypatch.setattr(operator.house.hotline, "receive", broken)

    answer = operator.receive()

    problem(answer, 500, "internal")
    assert SENT not in answer.text
    said = "".join([*capsys.readouterr(), caplog.text])  # where it goes depends on who has set the log up before
    assert "RuntimeError" in said
    assert SENT not in said
