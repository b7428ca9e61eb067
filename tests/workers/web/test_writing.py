"""Writing over the API: once however often it is sent, never over a colleague's decision, and seen at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hotline.facts import Role
from hotline.ticket.actions import ACTIONS
from tests.workers.acting import receive
from tests.workers.web.desk import API, REQUEST, Desk, district_units, leaf
from workers.compose import House
from workers.web.api import examples, reading
from workers.web.api.actions import CITIZEN_ACTIONS, STAFF_ACTIONS


def test_a_lost_reply_is_answered_again(operator: Desk, house: House) -> None:
    """The same request with the same key gives the same number and code, and there is one ticket."""
    first, again = operator.receive("k-1").json(), operator.receive("k-1").json()

    assert {k: v for k, v in again.items() if k != "position"} == {k: v for k, v in first.items() if k != "position"}
    assert operator.receive("k-2").json()["number"] != first["number"]
    assert len({f.originator_id for f in house.hotline.facts_after(0) if f.fact.TOPIC == "ticket.received"}) == 2


def test_many_at_once_with_one_key(operator: Desk) -> None:
    """Sent many times at the same moment, a request is still taken down once."""
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: operator.web.post(
            f"{API}/tickets", json=REQUEST, headers={**operator.headers, "Idempotency-Key": "k-1"}), range(8)))  # fmt: skip

    assert {a.status_code for a in answers} == {201}
    assert len({a.json()["number"] for a in answers}) == 1


def test_a_key_with_another_body_is_refused(operator: Desk) -> None:
    """A key stands for one content; another is 422."""
    operator.receive("k-1")

    answer = operator.receive("k-1", text="别的内容")

    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


def test_keys_of_two_accounts_are_apart(operator: Desk, desk_of: Callable[..., Desk]) -> None:
    """The same key from another account is another request."""
    assert operator.receive("k-1").json()["number"] != desk_of(Role.OPERATOR).receive("k-1").json()["number"]


def test_an_action_with_a_key_is_done_once(operator: Desk) -> None:
    """A note sent twice with one key is noted once, and answered alike."""
    number = operator.receive().json()["number"]

    answers = [operator.post(f"/tickets/{number}/note", {"text": "一"}, Idempotency_Key="n-1") for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert operator.ticket(number)["version"] == 3


def test_a_colleagues_decision_is_not_overwritten(operator: Desk, house: House) -> None:
    """A form made before a colleague decided is 412 and says the present version."""
    number = operator.receive().json()["number"]
    body = {"type": "help", "category": leaf(house)}
    operator.post(f"/tickets/{number}/classify", body, If_Match='"1"')

    answer = operator.post(f"/tickets/{number}/classify", {**body, "type": "consult"}, If_Match='"1"')

    assert (answer.status_code, answer.json()["code"], answer.json()["version"]) == (412, "stale", 3)
    assert operator.ticket(number)["type"] == "help"


def test_a_citizens_urge_spoils_no_form(operator: Desk, house: House) -> None:
    """Urges, additions and notes since the form was opened do not make it stale."""
    created = operator.receive().json()
    number, code = created["number"], {"Query-Code": created["query_code"]}
    for action, body in (("urge", {}), ("supplement", {"text": "二单元"})):
        assert operator.web.post(f"{API}/public/tickets/{number}/{action}", json=body, headers=code).status_code == 200
    operator.post(f"/tickets/{number}/note", {"text": "下午方便接听"})

    answer = operator.post(f"/tickets/{number}/classify", {"type": "help", "category": leaf(house)}, If_Match='W/"1"')

    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == 6


def test_no_body_is_as_good_as_an_empty_one(operator: Desk, desk_of: Callable[..., Desk], house: House) -> None:
    """An action that needs nothing said takes a request without a body."""
    lead = district_units(house)[0]
    clerk = desk_of(Role.UNIT_CLERK, unit=lead)
    number = operator.receive().json()["number"]
    operator.done(number, "classify", type="help", category=leaf(house))
    desk_of(Role.DISPATCHER).done(number, "dispatch", lead=lead)

    answer = clerk.web.post(f"{API}/tickets/{number}/sign", headers={**clerk.headers, "If-Match": '"4"'})

    assert answer.status_code == 200, answer.text


def test_ones_own_write_shows(operator: Desk, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """With after_position a list waits for the write; when the view does not come, 503 and when to try again."""
    written = operator.receive().json()
    shown = operator.get("/tickets", params={"after_position": written["position"]})
    assert [row["number"] for row in shown.json()] == [written["number"]]

    monkeypatch.setattr(reading, "WAIT_SECONDS", 0.0)
    late = operator.get("/tickets", params={"after_position": receive(house).position})

    assert (late.status_code, late.json()["code"]) == (503, "view_behind")
    assert late.headers["Retry-After"] == "1"


def test_the_board_goes_on_by_links(operator: Desk) -> None:
    """Pages follow one another by Link until all rows have come once."""
    numbers = {operator.receive().json()["number"] for _ in range(5)}
    seen: list[str] = []
    path = "/tickets?limit=2"
    while path:
        answer = operator.get(path)
        seen += [row["number"] for row in answer.json()]
        link = answer.headers.get("Link", "")
        assert not link or link.endswith('; rel="next"')
        path = link.partition(">")[0].removeprefix(f"<{API}") if link else ""

    assert len(seen) == len(set(seen)) == 5
    assert set(seen) == numbers


def test_a_call_is_noted_once(operator: Desk, desk_of: Callable[..., Desk], house: House) -> None:
    """The telephone system's events stand in the log once each, without the number; earlier tickets are counted."""
    operator.receive()
    system = desk_of(Role.SYSTEM, only="calls")
    told = {**examples.CALL, "phone": "138 1234 5678"}

    first, again = system.post("/calls", told), system.post("/calls", told)

    assert first.status_code == 200, first.text
    assert (first.json()["earlier"], first.json()["version"], again.json()["version"]) == (1, 1, 1)
    assert system.post("/calls", {**told, "event": "answered"}).json()["version"] == 2
    kept = b"".join(bytes(e.state) for e in house.hotline.recorder.select_notifications(None, 100))
    assert b"1234 5678" not in kept
    assert b"13812345678" not in kept
    assert system.post("/calls", {**told, "at": "2031-01-01T00:00:00Z"}).json()["code"] == "time_out_of_range"


def test_who_rings(operator: Desk, desk_of: Callable[..., Desk]) -> None:
    """The screen-pop shows this caller's tickets without a word of them, and only those one may see; it is recorded."""
    number = operator.receive().json()["number"]
    operator.receive(caller={"phone": "13900000001"})

    found = operator.post("/callers/lookup", {"phone": "+86 138-1234-5678"}).json()

    assert found["earlier"] == 1
    assert [t["number"] for t in found["tickets"]] == [number]
    assert set(found["tickets"][0]) == {"number", "state", "type", "category", "urgency", "received_at", "district"}
    looks = desk_of(Role.AUDITOR).get(f"/tickets/{number}/access-log").json()
    assert [look["what"] for look in looks] == ["lookup", "access_log"]
    about_them = desk_of(Role.OPERATOR, district="nowhere")
    assert about_them.post("/callers/lookup", {"phone": "13812345678"}).json()["earlier"] == 0
    bad = operator.post("/callers/lookup", {"phone": "no phone"})
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "phone")


@pytest.mark.parametrize("role", [r for r in Role if r not in (Role.CITIZEN, Role.SYSTEM)])
def test_allowed_agrees_with_what_is_refused(
    role: Role, operator: Desk, dispatcher: Desk, desk_of: Callable[..., Desk], house: House
) -> None:
    """Over a ticket's life: an action listed is never refused for role or state; one not listed always is."""
    lead, co, *_ = district_units(house)
    somebody = desk_of(role, unit=lead) if role is Role.UNIT_CLERK else desk_of(role)
    leading = desk_of(Role.UNIT_CLERK, unit=lead)
    number = operator.receive().json()["number"]
    steps: list[tuple[Desk, str, dict[str, Any]]] = [
        (operator, "classify", {"type": "complaint", "category": leaf(house)}),
        (dispatcher, "dispatch", {"lead": lead, "co": [co]}),
        (leading, "sign", {}),
        (leading, "request-extension", {"days": 2, "reason": "检测"}),
    ]
    bodies = examples.of_actions(house.rules)
    for step in [*steps, None]:
        seen = somebody.get(f"/tickets/{number}")
        listed = set(seen.json()["allowed"]) if seen.status_code == 200 else set()
        for name in set(STAFF_ACTIONS) - listed:
            answer = somebody.act(number, name, **bodies[name])
            assert answer.status_code in (403, 404, 409), (name, answer.text)
        ticket_id = house.hotline.find(number)
        assert ticket_id is not None
        for name in listed:
            state, by = house.hotline.ticket(ticket_id), house.accounts.actor_of_token(
                somebody.headers["Authorization"].removeprefix("Bearer ")
            )  # fmt: skip
            ACTIONS[name].guard(state, house.hotline.desk(ticket_id, by))
        if step is not None:
            who, action, body = step
            who.done(number, action, **body)


def test_every_action_has_a_route_and_an_example(house: House) -> None:
    """Whatever can be done to a ticket can be done over the API, and its example is valid."""
    bodies = examples.of_actions(house.rules)

    assert set(STAFF_ACTIONS) | set(CITIZEN_ACTIONS) == set(ACTIONS) == set(bodies)
    for name, body in bodies.items():
        ACTIONS[name].model_validate(body)
