"""Expert seats over the interface: sitting down, being asked, answering; and who sees what of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from hotline.facts import Role
from projections.access_tables import entries
from projections.follow import Follower
from projections.registry import VIEWS
from tests.support.clock import SettableClock
from tests.support.watching import eventually
from tests.workers.web.desk import API, NAME, PHONE, Desk
from workers.clock import TheClock
from workers.compose import House
from workers.expert_desk import ExpertDesk
from workers.web.app import create_app

ASK = {"skill": "tax", "way": "warm_transfer", "summary": f"{NAME}问个税怎么补缴，电话 {PHONE}"}


@pytest.fixture
def supervisor(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of(Role.SUPERVISOR)


@pytest.fixture
def expert(desk_of: Callable[..., Desk], supervisor: Desk, house: House) -> Desk:
    """An expert with a seat, on shift, who has sat down."""
    return seated(desk_of(Role.EXPERT), supervisor, house)


def seated(desk: Desk, supervisor: Desk, house: House) -> Desk:
    name = account(desk, house)
    assert put(supervisor, f"/seats/{name}", {"skills": ["tax"]}).status_code == 200
    version = next(s["version"] for s in supervisor.get("/seats").json() if s["seat"] == name)
    today = {"since": house.now().isoformat(), "until": (house.now() + timedelta(hours=9)).isoformat(), "rank": "duty"}
    assert put(supervisor, f"/shifts/{name}", {"shifts": [today]}, If_Match=f'"{version}"').status_code == 200
    assert desk.post("/seats/me/sign-in").status_code == 200
    return desk


def account(desk: Desk, house: House) -> str:
    login = house.accounts.login_of_token(desk.headers["Authorization"].removeprefix("Bearer "))
    assert login is not None
    return login.actor.id


def put(desk: Desk, path: str, body: Any, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = desk.web.put(API + path, json=body, headers={**desk.headers, **named})
    desk.house.catch_up()
    return answer


def asked(operator: Desk, house: House) -> tuple[str, dict[str, Any]]:
    """A new request's number, and the consultation about it once the desk has looked."""
    number = operator.receive().json()["number"]
    operator.done(number, "consult-expert", **ASK)
    ExpertDesk(house).step()
    house.catch_up()
    return number, next(c for c in operator.get("/consultations").json() if c["number"] == number)


def act(desk: Desk, c: dict[str, Any], action: str, body: Any = None) -> Any:
    tag = desk.get(f"/consultations/{c['id']}").headers.get("ETag", '"1"')
    return desk.post(f"/consultations/{c['id']}/{action}", body, If_Match=tag)


def code(answer: Any) -> str:
    return str(answer.json()["code"])


def test_an_operators_question_is_picked_up_and_answered(operator: Desk, expert: Desk, house: House) -> None:
    """The expert reads the question without the caller's name and number; the operator reads the answer."""
    number, c = asked(operator, house)
    assert (c["phase"], c["seat"]) == ("offered", account(expert, house))
    assert [one["id"] for one in expert.get("/consultations").json()] == [c["id"]]
    seen = expert.get(f"/consultations/{c['id']}").json()
    assert "个税" in seen["summary"]
    assert NAME not in json.dumps(seen, ensure_ascii=False)
    assert PHONE not in json.dumps(seen, ensure_ascii=False)
    assert act(expert, c, "pick-up").status_code == 200
    assert act(expert, c, "answer", {"how": "live", "answer": "次年六月底前可补"}).status_code == 200
    assert operator.get("/consultations").json() == []
    assert operator.get(f"/consultations/{c['id']}").json()["answer"] == "次年六月底前可补"
    assert [s["presence"] for s in operator.get("/seats").json()] == ["wrap_up"]
    assert expert.post("/seats/me/available").status_code == 200
    assert operator.done(number, "answer", answer="次年六月底前可补")["version"] > 1


def test_an_expert_holds_it_and_the_citizen_reads_no_name(operator: Desk, expert: Desk, house: House) -> None:
    """While an expert has it staff see which seat, in the ticket itself as in its custody, and the citizen the expert seats."""
    filed = operator.receive().json()
    operator.done(filed["number"], "consult-expert", **ASK)
    ExpertDesk(house).step()
    house.catch_up()
    c = next(one for one in operator.get("/consultations").json() if one["number"] == filed["number"])
    assert act(expert, c, "pick-up").status_code == 200
    held = operator.ticket(filed["number"])["custody"]
    assert (held["now"]["kind"], held["now"]["holder"]) == ("expert", account(expert, house))
    apart = operator.get(f"/tickets/{filed['number']}/custody").json()
    assert held == {name: apart[name] for name in held}
    public = operator.web.get(f"{API}/public/tickets/{filed['number']}", headers={"Query-Code": filed["query_code"]})
    assert public.json()["custody"]["now"]["holder"]["code"] == "expert"
    assert account(expert, house) not in public.text


def test_every_other_way_out(operator: Desk, expert: Desk, supervisor: Desk, house: House) -> None:
    """Declined, given back, a call promised, cancelled."""
    _, c = asked(operator, house)
    assert act(expert, c, "decline").status_code == 200
    assert act(operator, c, "cancel").status_code == 200
    _, c = asked(operator, house)
    assert act(expert, c, "pick-up").status_code == 200
    at = (house.now() + timedelta(hours=1)).isoformat()
    assert act(expert, c, "book-call-back", {"at": at}).status_code == 200
    line = next(one for one in operator.get("/consultations").json() if one["id"] == c["id"])
    assert (line["rank"], line["seat"]) == ("call_back", None)
    assert expert.post("/seats/me/available").status_code == 200
    _, c = asked(operator, house)
    assert act(expert, c, "pick-up").status_code == 200
    assert act(supervisor, c, "give-back", {"reason": "座席掉线"}).status_code == 200
    assert expert.post("/seats/me/away").status_code == 200
    assert expert.post("/seats/me/sign-out").status_code == 200


def test_nobody_else_acts_for_an_expert(
    operator: Desk, expert: Desk, supervisor: Desk, desk_of: Callable[..., Desk], house: House
) -> None:
    """Presence set by somebody else, a skill one does not have, a question that lies elsewhere: named, and unchanged."""
    other = seated(desk_of(Role.EXPERT), supervisor, house)
    name = account(expert, house)
    _, c = asked(operator, house)
    before = house.hotline.position()
    stranger = other if c["seat"] == name else expert
    assert code(other.post(f"/seats/{name}/away")) == "not_your_seat"
    assert code(supervisor.post(f"/seats/{name}/away")) == "wrong_role"
    assert code(stranger.post("/seats/me/sign-in", {"skills": ["market"]})) == "skill_not_yours"
    assert code(put(expert, f"/seats/{name}", {"skills": ["market"]})) == "wrong_role"
    assert (
        code(stranger.post(f"/consultations/{c['id']}/pick-up", If_Match=f'"{c["version"]}"')) == "no_such_consultation"
    )
    assert stranger.get(f"/consultations/{c['id']}").status_code == 404
    assert stranger.get("/consultations").json() == []
    assert code(desk_of(Role.UNIT_CLERK, unit="jinjiang-market").get("/consultations")) == "wrong_role"
    assert house.hotline.position() == before


def test_versions_keys_and_ids_are_looked_at(operator: Desk, expert: Desk, house: House) -> None:
    """Without a version, with an old one, with a ticket's id; sent twice with one key it is done once."""
    number, c = asked(operator, house)
    path = f"/consultations/{c['id']}/pick-up"
    assert code(expert.post(path)) == "if_match_missing"
    assert code(expert.post(path, If_Match='"1"')) == "stale"
    ticket = house.hotline.find(number)
    assert code(expert.post(f"/consultations/{ticket}/pick-up", If_Match='"1"')) == "no_such_consultation"
    assert operator.ticket(number)["number"] == number
    tag = f'"{c["version"]}"'
    first = expert.post(path, If_Match=tag, Idempotency_Key="pick-1").json()
    end = house.hotline.position()
    assert expert.post(path, If_Match=tag, Idempotency_Key="pick-1").json()["version"] == first["version"]
    assert house.hotline.position() == end


def test_an_answer_is_kept_two_days_whatever_it_is_about(
    operator: Desk, expert: Desk, house: House, clock: SettableClock
) -> None:
    """Given the hotline has been tidied a day later, what was sent to a consultation or to the knowledge base gets
    the same answer when it is sent again with its key; after two days the key is free."""
    _, c = asked(operator, house)
    tag = f'"{c["version"]}"'
    entry = {"skill": "tax", "title": "个税补缴", "question": "怎么补缴", "answer": "次年六月底前可补", "basis": "公告"}
    sent: list[tuple[Desk, str, Any, dict[str, str]]] = [
        (expert, f"/consultations/{c['id']}/pick-up", None, {"If_Match": tag, "Idempotency_Key": "k-1"}),
        (expert, "/knowledge", entry, {"Idempotency_Key": "k-2"}),
    ]
    first = [desk.post(path, body, **named) for desk, path, body, named in sent]
    assert [answer.status_code for answer in first] == [200, 201], [answer.text for answer in first]
    end = house.hotline.position()
    for hours in (25, 22):
        clock.advance(hours=hours)
        TheClock(house).tidy()
        again = [desk.post(path, body, **named) for desk, path, body, named in sent]
        assert [answer.status_code for answer in again] == [200, 201], [answer.text for answer in again]
        assert [answer.json()["version"] for answer in again] == [answer.json()["version"] for answer in first]
        assert house.hotline.position() == end
    clock.advance(hours=2)
    assert code(expert.post(sent[0][1], **sent[0][3])) == "stale"


@pytest.mark.parametrize(
    ("action", "body"), [("give-back", {"reason": "不属本席位"}), ("decline", {}), ("book-call-back", None)]
)
def test_what_takes_the_question_away_is_answered_alike_when_its_answer_was_lost(
    operator: Desk, expert: Desk, house: House, clock: SettableClock, action: str, body: Any
) -> None:
    """The question has left the seat by then; under the same key the expert is told what he was told, not that there is
    no such question. Under another key he is not."""
    _, c = asked(operator, house)
    if action != "decline":
        act(expert, c, "pick-up")
        c = expert.get("/consultations").json()[0]
    given = body if body is not None else {"at": (clock() + timedelta(hours=1)).isoformat()}
    path, tag = f"/consultations/{c['id']}/{action}", f'"{c["version"]}"'
    first = expert.post(path, given, If_Match=tag, Idempotency_Key="away-1")
    house.catch_up()
    end = house.hotline.position()
    again = expert.post(path, given, If_Match=tag, Idempotency_Key="away-1")
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert again.json()["version"] == first.json()["version"]
    assert house.hotline.position() == end
    assert code(expert.post(path, given, If_Match=tag, Idempotency_Key="away-2")) == "no_such_consultation"


def test_a_question_about_ones_own_team_is_not_there(
    operator: Desk, expert: Desk, desk_of: Callable[..., Desk], house: House
) -> None:
    """Neither in the list nor by its id."""
    team = next(iter(house.rules.teams))
    number = operator.receive(about_team=team).json()["number"]
    operator.done(number, "consult-expert", **ASK)
    consultation = operator.get("/consultations").json()[0]["id"]
    colleague = desk_of(Role.OPERATOR, team=team)
    assert colleague.get("/consultations").json() == []
    assert colleague.get(f"/consultations/{consultation}").status_code == 404


def test_figures_count_what_was_asked(
    operator: Desk, expert: Desk, supervisor: Desk, house: House, clock: SettableClock
) -> None:
    """Instantly answered, picked up how soon, how far up the ladder, and when nobody was to be had."""
    _, c = asked(operator, house)
    clock.advance(timedelta(seconds=6))
    act(expert, c, "pick-up")
    act(expert, c, "answer", {"how": "live"})
    asked(operator, house)
    clock.advance(timedelta(seconds=60))
    TheClock(house, patience=0).ring()
    house.catch_up()
    _, third = asked(operator, house)
    act(operator, third, "cancel")
    found = supervisor.get("/consultations/figures").json()
    assert (found["asked"], found["open"]) == (3, 1)
    share = {"numerator": 1, "denominator": 2, "excluded": 1, "share": 0.5, "formula": "experts/1"}
    assert found["answered_instantly"] == share
    assert (found["pick_up_p50_seconds"], found["pick_up_p90_seconds"]) == (6.0, 6.0)
    assert found["depth"] == {"duty": 2, "backup": 1}
    assert {(u["skill"], u["hour"], u["reason"]) for u in found["unavailable"]} == {("tax", 9, "all_engaged")}
    later = supervisor.get("/consultations/figures", params={"since": house.now().isoformat()}).json()
    assert later["asked"] == 1
    assert operator.get("/consultations/figures").status_code == 403


def test_what_was_answered_is_written_back_and_found(
    operator: Desk, expert: Desk, supervisor: Desk, house: House, clock: SettableClock
) -> None:
    """By its words, while it is in force; it falls due for review by the clock, and is counted."""
    _, c = asked(operator, house)
    act(expert, c, "pick-up")
    act(expert, c, "answer", {"how": "live"})
    entry = {"skill": "tax", "title": "个税补缴", "question": "逾期怎么办？", "answer": "到办税厅补办。"}
    assert code(expert.post("/knowledge", entry)) == "key_missing"
    made = expert.post("/knowledge", {**entry, "consultation": c["id"]}, Idempotency_Key="entry-1")
    assert made.status_code == 201, made.text
    again = expert.post("/knowledge", {**entry, "consultation": c["id"]}, Idempotency_Key="entry-1")
    assert again.json()["id"] == made.json()["id"]
    path = f"/knowledge/{made.json()['id']}"
    assert [e["title"] for e in operator.get("/knowledge", params={"q": "补缴 个税"}).json()] == ["个税补缴"]
    assert operator.get("/knowledge", params={"q": "100%"}).json() == []
    assert operator.get("/knowledge", params={"skill": "hrss"}).json() == []
    assert supervisor.get("/consultations/figures").json()["knowledge_written_back"] == 1
    clock.advance(timedelta(days=180))
    TheClock(house, patience=0).ring()
    house.catch_up()
    assert operator.get("/knowledge", params={"standing": "review"}).json()[0]["id"] == made.json()["id"]
    tag = operator.get(path).headers["ETag"]
    assert code(operator.post(f"{path}/renew", {}, If_Match=tag)) == "wrong_role"
    assert supervisor.post(f"{path}/renew", {}, If_Match=tag).status_code == 200
    tag = operator.get(path).headers["ETag"]
    assert supervisor.post(f"{path}/retire", {"reason": "政策已废止"}, If_Match=tag).status_code == 200
    assert operator.get("/knowledge", params={"q": "个税"}).json() == []


@pytest.fixture
def address(app: FastAPI, house: House, free_port: Callable[[], int]) -> Iterator[str]:
    """Where the application listens; its views are followed and the desk is at work."""
    stop, port = Event(), free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, access_log=False, log_level="warning"))
    works = [Follower(house.views, house.hotline, *VIEWS.values()).run, ExpertDesk(house).run]
    threads = [Thread(target=server.run, daemon=True)]
    threads += [Thread(target=work, args=(stop,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    eventually(lambda: server.started, within=20, what="the server listens")
    yield f"http://127.0.0.1:{port}"
    app.state.news.close()
    server.should_exit = True
    stop.set()
    for thread in threads:
        thread.join(10)


def test_an_offer_reaches_the_seat_over_its_stream(
    house: House, app: FastAPI, free_port: Callable[[], int], request: pytest.FixtureRequest
) -> None:
    """The list now, and again when something is offered; an operator's ends when the server does."""
    with TestClient(create_app(house)) as web:  # everybody is at his place before the server is started
        token = {role: house.accounts.issue_token(role) for role in (Role.SUPERVISOR, Role.EXPERT, Role.OPERATOR)}
        desks = {role: Desk(web, house, token[role]) for role in token}
        seated(desks[Role.EXPERT], desks[Role.SUPERVISOR], house)
        number = desks[Role.OPERATOR].receive().json()["number"]
    address = request.getfixturevalue("address")
    with httpx2.Client(base_url=address, timeout=20) as client:
        bearer = {"Authorization": f"Bearer {token[Role.EXPERT]}"}
        assert client.get(f"{API}/consultations/events").status_code == 401
        with client.stream("GET", f"{API}/consultations/events", headers=bearer) as stream:
            told = (line.removeprefix("data: ") for line in stream.iter_lines() if line.startswith("data:"))
            assert json.loads(next(told)) == []
            asking = {"Authorization": f"Bearer {token[Role.OPERATOR]}", "If-Match": '"1"'}
            answer = client.post(f"{API}/tickets/{number}/consult-expert", json=ASK, headers=asking)
            assert answer.status_code == 200, answer.text
            offered = json.loads(next(told))
            assert [(c["number"], c["phase"]) for c in offered] == [(number, "offered")]
            assert NAME not in json.dumps(offered, ensure_ascii=False)
            app.state.news.close()
            assert next(told, None) is None


def test_who_looks_on_sees_the_seats_live(
    house: House, app: FastAPI, free_port: Callable[[], int], request: pytest.FixtureRequest
) -> None:
    """A supervisor's stream tells each change of presence; an expert who asks for it is told of his own seat alone."""
    with TestClient(create_app(house)) as web:
        token = {role: house.accounts.issue_token(role) for role in (Role.SUPERVISOR, Role.EXPERT)}
        desks = {role: Desk(web, house, token[role]) for role in token}
        seated(desks[Role.EXPERT], desks[Role.SUPERVISOR], house)
        (mine,) = desks[Role.SUPERVISOR].get("/seats").json()
        other = account(Desk(web, house, house.accounts.issue_token(Role.EXPERT)), house)
        assert put(desks[Role.SUPERVISOR], f"/seats/{other}", {"skills": mine["skills"]}).status_code == 200
    address = request.getfixturevalue("address")
    with httpx2.Client(base_url=address, timeout=20) as client, httpx2.Client(base_url=address, timeout=20) as second:
        looking = {"Authorization": f"Bearer {token[Role.SUPERVISOR]}"}
        own = {"Authorization": f"Bearer {token[Role.EXPERT]}"}
        with (
            client.stream("GET", f"{API}/consultations/events", headers=looking) as all_of_them,
            second.stream("GET", f"{API}/consultations/events?seats=true", headers=own) as one,
        ):
            every, his = seats_told(all_of_them), seats_told(one)
            assert {s["presence"] for s in next(every)} == {"available", "offline"}
            assert next(his) == [{"seat": mine["seat"], "presence": "available", "skills": mine["skills"]}]
            assert httpx2.post(f"{address}{API}/seats/me/away", headers=own).status_code == 200
            told = next(every)
            assert {s["seat"]: s["presence"] for s in told}[mine["seat"]] == "away"
            assert {name for s in told for name in s} == {"seat", "presence", "skills"}
            assert [s["presence"] for s in next(his)] == ["away"]
            app.state.news.close()


def test_who_is_shut_out_hears_no_more(
    house: House, app: FastAPI, free_port: Callable[[], int], request: pytest.FixtureRequest
) -> None:
    """Opening a stream of consultations is a look on record; when the token is revoked it ends before it tells anything."""
    with TestClient(create_app(house)) as web:
        token = {role: house.accounts.issue_token(role) for role in (Role.SUPERVISOR, Role.EXPERT)}
        desks = {role: Desk(web, house, token[role]) for role in token}
        seated(desks[Role.EXPERT], desks[Role.SUPERVISOR], house)
    login = house.accounts.login_of_token(token[Role.SUPERVISOR])
    assert login is not None
    address = request.getfixturevalue("address")
    looks = looks_of(house, login.actor.id)
    with httpx2.Client(base_url=address, timeout=20) as client:
        looking, own = ({"Authorization": f"Bearer {token[role]}"} for role in (Role.SUPERVISOR, Role.EXPERT))
        with client.stream("GET", f"{API}/consultations/events", headers=looking) as stream:
            told = seats_told(stream)
            next(told)
            assert looks_of(house, login.actor.id) == looks + 1
            house.accounts.revoke_token(login.actor.id)
            assert httpx2.post(f"{address}{API}/seats/me/away", headers=own).status_code == 200
            assert next(told, None) is None


def looks_of(house: House, who: str) -> int:
    """How many looks of somebody are on record, lists too."""
    with house.access._engine.connect() as connection:
        return len(connection.execute(select(entries).where(entries.c.who == who)).all())


def seats_told(stream: Any) -> Iterator[Any]:
    """What the `seats` events of a stream hold, one after another."""
    event = ""
    for line in stream.iter_lines():
        if line.startswith("event:"):
            event = line.removeprefix("event:").strip()
        elif line.startswith("data:") and event == "seats":
            yield json.loads(line.removeprefix("data:"))
