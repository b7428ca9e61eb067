"""Citizens: filing, following, and what a stranger cannot find out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from hotline.ticket.handling import Sign
from projections import tracking
from tests.support.clock import SettableClock
from tests.workers.acting import clerk
from tests.workers.web.desk import API, NAME, PHONE, Desk, district_units, leaf
from workers.compose import House
from workers.web.api import progress as api_progress

TICKETS = f"{API}/public/tickets"


def file(web: TestClient, house: House, key: str | None = None, **changes: Any) -> Any:
    body = {
        "text": "路灯不亮",
        "caller": {"name": NAME, "phone": PHONE},
        "place": {"address": "样例路 3 号"},
        **changes,
    }
    answer = web.post(f"{API}/public/requests", json=body, headers={"Idempotency-Key": key or str(uuid4())})
    house.catch_up()
    return answer


def told(answer: Any) -> tuple[int, dict[str, Any]]:
    return answer.status_code, {k: v for k, v in answer.json().items() if k != "instance"}


def test_a_citizen_files_and_follows(web: TestClient, house: House) -> None:
    """A request filed on the web comes back by number and code, with what can be done now and nothing of the caller."""
    filed = file(web, house)
    assert filed.status_code == 201, filed.text
    number, code = filed.json()["number"], filed.json()["query_code"]
    assert filed.headers["Location"] == f"{TICKETS}/{number}"

    seen = web.get(f"{TICKETS}/{number}", headers={"Query-Code": code.lower()}).json()

    assert seen["state"]["code"] == "received"
    assert set(seen["allowed"]) == {"urge", "supplement", "attach", "withdraw"}
    assert NAME not in str(seen)
    assert PHONE not in str(seen)
    assert "样例路" not in str(seen)


def test_a_lost_reply_to_a_citizen(web: TestClient, house: House) -> None:
    """Filed again with the same key, the same number and code come back; short keys are refused, as are officials' fields."""
    key = str(uuid4())
    first, again = file(web, house, key).json(), file(web, house, key).json()
    assert (first["number"], first["query_code"]) == (again["number"], again["query_code"])

    assert file(web, house, "short").json()["code"] == "bad_key"
    for extra in ({"source": {"kind": "province"}}, {"channel": "phone"}, {"urgency": "emergency"}):
        assert file(web, house, **extra).status_code == 422


def test_wrong_number_and_wrong_code_are_alike(web: TestClient, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the answer nor the work done tells whether a number exists: as many reads of the log, none of them from memory,
    however often the number that exists was asked for before, with a wrong code, none, or another ticket's cookie."""
    own, number, nobodys = file(web, house).json(), file(web, house).json()["number"], _nobodys()
    web.post(f"{TICKETS}/{own['number']}/session", json={"query_code": own["query_code"]})
    cookie = f"hotline_ticket={web.cookies.get('hotline_ticket', path='/t/' + own['number'])}"
    web.cookies.clear()
    read: list[str] = []
    for name in ("opening", "code_hash", "facts_after"):
        monkeypatch.setattr(house.hotline, name, _counted(name, getattr(house.hotline, name), read))
    for name in ("select_events", "select_notifications"):
        monkeypatch.setattr(house.hotline.store, name, _counted(name, getattr(house.hotline.store, name), read))
    monkeypatch.setattr(tracking, "by_code", _counted("by_code", tracking.by_code, read))

    answers, work = [], []
    wrong = [{"Query-Code": "AAAAAAAA"}, {}, {"Cookie": cookie}, {"Cookie": cookie, "Query-Code": "AAAAAAAA"}]
    for n in (number, nobodys):
        for headers in wrong:
            read.clear()
            answers.append(told(web.get(f"{TICKETS}/{n}", headers=headers)))
            work.append(list(read))

    assert answers[1:] == answers[:-1]
    assert answers[0][0] == 404
    assert work[2:] == work[1:-1], (
        "the first look seeks a ticket to read in place of none; it is the only one that does"
    )
    assert work[1] == ["code_hash", "by_code", "opening", "select_events", "opening", "select_events"]


def test_a_look_reads_no_history(
    web: TestClient, operator: Desk, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the page needs stands in the views; of the log only how far the ticket has come is asked."""
    filed = file(web, house).json()
    path, code = f"{TICKETS}/{filed['number']}", {"Query-Code": filed["query_code"]}
    operator.done(filed["number"], "classify", type="complaint", category=leaf(house))
    seen = web.get(path, headers=code)
    for reads in ("find", "opening", "ticket", "history", "facts_after"):
        monkeypatch.setattr(house.hotline, reads, None)

    again = web.get(path, headers=code)

    assert again.status_code == 200, again.text
    assert (again.json(), again.headers["ETag"]) == (seen.json(), f'"{again.json()["version"]}"')
    assert set(again.json()["allowed"]) == {"urge", "supplement", "attach", "withdraw"}


def test_a_ticket_that_no_view_knows_yet_is_ones_own_all_the_same(
    web: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filed a moment ago: the log proves it, and the look waits for the view; a citizen's own write is waited for too."""
    body = {"text": "路灯不亮", "caller": {"name": NAME, "phone": PHONE}}
    filed = web.post(f"{API}/public/requests", json=body, headers={"Idempotency-Key": str(uuid4())}).json()
    path, code = f"{TICKETS}/{filed['number']}", {"Query-Code": filed["query_code"]}
    monkeypatch.setattr(api_progress, "WAIT_SECONDS", 0.0)
    early = web.get(path, headers=code)
    assert (early.status_code, early.json()["code"]) == (503, "view_behind")
    monkeypatch.setattr(api_progress, "wait_until", lambda *_: house.catch_up())

    assert web.get(path, headers=code).json()["allowed"] == ["supplement", "attach", "withdraw", "urge"]
    urged = web.post(f"{path}/urge", headers=code).json()
    seen = web.get(path, headers=code).json()
    assert (seen["version"], seen["allowed"]) == (urged["version"], ["supplement", "attach", "withdraw"])


def _counted(name: str, function: Callable[..., Any], read: list[str]) -> Callable[..., Any]:
    def counted(*given: Any, **named: Any) -> Any:
        read.append(name)
        return function(*given, **named)

    return counted


def _nobodys() -> str:
    from hotline.ticket.number import is_number

    return next(n for n in (f"2603020000000{d}" for d in range(10)) if is_number(n))


def test_tries_are_limited_for_the_pair_alone(app: FastAPI, house: House) -> None:
    """After five wrong codes from one address that address waits, even with the right code; the citizen elsewhere, and
    other tickets, do not."""
    stranger, citizen = (
        TestClient(app, client=(address, 1), raise_server_exceptions=False) for address in ("10.0.0.1", "10.0.0.2")
    )
    filed, other = file(citizen, house).json(), file(citizen, house).json()
    number, code = filed["number"], {"Query-Code": filed["query_code"]}
    for _ in range(house.rules.public.tries):
        assert stranger.get(f"{TICKETS}/{number}", headers={"Query-Code": "AAAAAAAA"}).status_code == 404

    shut = stranger.get(f"{TICKETS}/{number}", headers=code)

    assert (shut.status_code, shut.json()["code"]) == (429, "too_many_tries")
    assert int(shut.headers["Retry-After"]) > 0
    assert [citizen.get(f"{TICKETS}/{number}", headers=code).status_code for _ in range(8)] == [200] * 8
    assert stranger.get(f"{TICKETS}/{other['number']}", headers={"Query-Code": other["query_code"]}).status_code == 200
    nobodys = _nobodys()
    tries = [stranger.get(f"{TICKETS}/{nobodys}", headers=code).status_code for _ in range(6)]
    assert tries == [404] * 5 + [429]


def test_an_address_that_tries_many_numbers(app: FastAPI, house: House) -> None:
    """Wrong tries over many tickets are limited by the address, more loosely."""
    web = TestClient(app, client=("10.0.0.9", 1), raise_server_exceptions=False)
    house.rules.public.__dict__["tries_per_address"] = 6
    from workers.web.api.guarding import Tries

    app.state.tries = Tries("memory://", house.rules)
    numbers = [file(web, house).json()["number"] for _ in range(7)]

    tries = [web.get(f"{TICKETS}/{n}", headers={"Query-Code": "AAAAAAAA"}).status_code for n in numbers]

    assert tries == [404] * 6 + [429]


def test_the_cookie_is_for_one_ticket(web: TestClient, house: House) -> None:
    """The code can be traded for a cookie scripts cannot read, sent to that ticket's addresses alone."""
    mine, other = file(web, house).json(), file(web, house).json()

    opened = web.post(f"{TICKETS}/{mine['number']}/session", json={"query_code": mine["query_code"]})

    assert opened.status_code == 204, opened.text
    for cookie in opened.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert mine["number"] in cookie.partition("Path=")[2]
    assert web.get(f"{TICKETS}/{mine['number']}").status_code == 200
    value = web.cookies.get("hotline_ticket", path=f"{TICKETS}/{mine['number']}")
    stolen = TestClient(web.app, cookies={"hotline_ticket": str(value)})
    assert stolen.get(f"{TICKETS}/{other['number']}").status_code == 404
    assert stolen.get(f"{API}/me", headers={"Authorization": f"Bearer {value}"}).status_code == 401


def test_a_look_at_the_page_is_a_look(web: TestClient, house: House) -> None:
    """Number and code on the first page and the ticket's page after it are one look on record, a form that is refused and
    shows the page again is another; whoever has not proved himself leaves none."""
    filed = file(web, house).json()
    ticket = house.hotline.find(filed["number"])
    assert ticket is not None
    web.cookies.clear()
    assert "query_code" not in web.get(f"/t/{filed['number']}").text
    assert house.access.of_ticket(ticket) == []

    shown = web.post("/track", data={"number": filed["number"], "code": filed["query_code"]})
    assert (shown.status_code, shown.url.path) == (200, f"/t/{filed['number']}")
    assert [(e.who, e.what) for e in house.access.of_ticket(ticket)] == [("citizen", "progress")]

    assert web.post(f"/t/{filed['number']}/supplement", data={"text": ""}).status_code == 422
    assert len(house.access.of_ticket(ticket)) == 2


@pytest.mark.parametrize("origin", ["https://sibling.testserver", "http://testserver:8080", "null"])
def test_a_cookie_proves_nothing_to_another_sites_page(web: TestClient, house: House, origin: str) -> None:
    """What a page of another origin, a sibling of our domain too, lets the browser send with the ticket's cookie is refused
    by every route and changes nothing; our own page, a program without an origin, and the code itself get on."""
    filed = file(web, house).json()
    path, code = f"{TICKETS}/{filed['number']}", {"Query-Code": filed["query_code"]}
    web.post(f"{path}/session", json={"query_code": filed["query_code"]})
    before = house.hotline.position()

    for action in ("withdraw", "urge", "supplement", "rate"):
        body = (
            {"text": "再补充"} if action == "supplement" else {"resolution": "resolved"} if action == "rate" else None
        )
        told = web.post(f"{path}/{action}", json=body, headers={"Origin": origin})
        assert (told.status_code, told.json()["code"]) == (409, "other_origin"), action
    assert web.get(path, headers={"Origin": origin}).json()["code"] == "other_origin"
    assert house.hotline.position() == before

    assert web.get(path, headers={"Origin": origin, **code}).status_code == 200
    assert web.post(f"{path}/urge").status_code == 200
    assert web.post(f"{path}/withdraw", headers={"Origin": "http://testserver"}).status_code == 200


def test_a_flood_of_words_has_an_end(web: TestClient, house: House) -> None:
    """The caller's additions to one ticket end after as many as the profile lets him make in a day."""
    filed = file(web, house).json()
    path, code = f"{TICKETS}/{filed['number']}/supplement", {"Query-Code": filed["query_code"]}

    answers = [web.post(path, json={"text": "再补充"}, headers=code) for _ in range(house.rules.public.words_a_day + 1)]

    assert [a.status_code for a in answers[:-1]] == [200] * house.rules.public.words_a_day
    assert answers[-1].json()["code"] == "said_enough"


def test_what_the_citizen_is_told(web: TestClient, operator: Desk, dispatcher: Desk, house: House) -> None:
    """Milestones name the unit and no account; internal notes and arguments stay inside."""
    filed = file(web, house).json()
    number, code = filed["number"], {"Query-Code": filed["query_code"]}
    operator.done(number, "classify", type="complaint", category=leaf(house))
    operator.post(f"/tickets/{number}/note", {"text": "内部备注不外露"})
    dispatcher.done(number, "dispatch", lead=district_units(house)[0], note="内部交办意见")

    seen = web.get(f"{TICKETS}/{number}", headers=code).json()

    assert [step["code"] for step in seen["milestones"]] == ["received", "dispatched"]
    assert seen["milestones"][1]["unit"]["zh"] == house.rules.units[district_units(house)[0]].name
    assert seen["due"] is not None
    assert "内部" not in str(seen)
    assert house.accounts.actor_of_token(dispatcher.headers["Authorization"][7:]).id not in str(seen)


def test_the_citizen_sees_who_has_it_and_for_how_long(
    web: TestClient, operator: Desk, dispatcher: Desk, house: House, clock: SettableClock
) -> None:
    """Down to the department: sent and not signed is said as such, what another platform was told is not yet its own, and
    the times of all holders add up."""
    filed = file(web, house).json()
    number, code = filed["number"], filed["query_code"]
    unit = district_units(house)[0]

    def seen() -> dict[str, Any]:
        found: dict[str, Any] = web.get(f"{TICKETS}/{number}", headers={"Query-Code": code}).json()["custody"]
        assert sum(held["seconds"] for held in found["chain"]) == (house.now() - begun).total_seconds()
        return found

    begun = house.now()
    clock.advance(timedelta(minutes=20))
    assert seen()["now"]["holder"] == {"code": "12345", "zh": "12345 热线", "en": "12345 hotline"}
    operator.done(number, "hand-off", to="110", way="push", summary="楼道打架", reason="治安案件", follow_up=True)
    assert (seen()["now"]["kind"], seen()["told"]["code"]) == ("centre", "110")
    operator.done(number, "classify", type="complaint", category=leaf(house))
    dispatcher.done(number, "dispatch", lead=unit)
    clock.advance(timedelta(hours=3, seconds=5))
    found = seen()
    assert (found["now"]["kind"], found["now"]["holder"]["code"], found["signed"]) == ("unit", unit, False)
    assert found["now"]["holder"]["zh"] == house.rules.units[unit].name
    house.hotline.handle(Sign(), on=house.hotline.find(number), by=clerk(unit))
    house.catch_up()
    assert seen()["signed"]
    assert [(held["kind"], held["seconds"]) for held in found["chain"]] == [("centre", 1200), ("unit", 3 * 3600 + 5)]


def test_withdrawing_once(web: TestClient, house: House) -> None:
    """A citizen takes the request back; afterwards there is nothing left to do, and the refusal says so."""
    filed = file(web, house).json()
    path, code = f"{TICKETS}/{filed['number']}", {"Query-Code": filed["query_code"]}

    assert web.post(f"{path}/withdraw", headers=code).status_code == 200
    house.catch_up()

    again = web.post(f"{path}/withdraw", headers=code)
    assert (again.status_code, again.json()["code"]) == (409, "over")
    assert web.get(path, headers=code).json()["allowed"] == []


def test_filing_is_limited_by_address(app: FastAPI, house: House) -> None:
    """One address cannot flood the hotline."""
    web = TestClient(app, client=("10.0.0.3", 1), raise_server_exceptions=False)
    key = str(uuid4())
    answers = {file(web, house, key).status_code for _ in range(30)}

    assert answers == {201}
    flood = file(web, house, key)
    assert (flood.status_code, flood.json()["code"]) == (429, "too_many_requests")
