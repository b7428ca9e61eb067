"""Matters between platforms over the API: the police desk's day, and what everybody else may see of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from hotline.command import Refused
from hotline.facts import Role
from hotline.handoff import messages as m
from projections import handoffs
from projections.access_chain import AccessEntry
from tests.support.clock import SettableClock
from tests.workers.test_clock import ring_all
from tests.workers.web.desk import API, NAME, PHONE, TEXT, Desk
from workers.compose import House
from workers.web.api import examples
from workers.web.api.handoff_shown import of_line

TO_110 = {"to": "110", "way": "push", "summary": TEXT, "reason": "治安案件"}


@pytest.fixture
def police(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of(Role.POLICE_DESK)


def handed(operator: Desk) -> tuple[str, str]:
    """A ticket offered to 110: its number and the id of the hand-off."""
    number = operator.receive().json()["number"]
    operator.done(number, "hand-off", **TO_110)
    return number, operator.get("/handoffs", params={"open_only": True}).json()[0]["id"]


def says(house: House, desk: Desk, handoff: str, message: Any, seq: int, **body: Any) -> None:
    """What 110 says over the link."""
    shown = desk.get(f"/handoffs/{handoff}").json()
    head = {"handoff_id": shown["handoff_id"], "sender": "110", "to": house.rules.platforms.own, "at": house.now()}
    house.hotline.take(message(**head, seq=seq, **({"body": body} if body else {})), platform="110")
    house.catch_up()


def step(desk: Desk, handoff: str, action: str, **body: Any) -> Any:
    tag = desk.get(f"/handoffs/{handoff}").headers["ETag"]
    return desk.post(f"/handoffs/{handoff}/{action}", body or None, If_Match=tag)


def test_a_matter_handed_to_110_is_followed_to_its_end(
    house: House, operator: Desk, police: Desk, clock: SettableClock
) -> None:
    """Offered, accepted with the other side's number, closed by its result; custody adds up and names who held it."""
    number, handoff = handed(operator)
    seen = police.get(f"/handoffs/{handoff}").json()
    assert (seen["stage"], seen["holder"], seen["text"]) == ("offered", house.rules.platforms.own, TEXT)
    assert seen["allowed"] == ["acknowledge", "recall"]
    clock.advance(timedelta(minutes=5))
    says(house, police, handoff, m.Accept, 1, reference="JJ-1")
    shown = police.get("/handoffs", params={"stage": "accepted", "direction": "out"}).json()
    assert [(h["holder"], h["reference"]) for h in shown] == [("110", "JJ-1")]
    custody = operator.get(f"/tickets/{number}/custody").json()
    assert (custody["now"]["kind"], custody["now"]["holder"]) == ("platform", "110")
    assert operator.act(number, "refer", route="litigation").json()["code"] == "with_other_platform"
    clock.advance(timedelta(hours=2))
    says(house, police, handoff, m.Result, 2, words="已处置", outcome="done")
    assert operator.ticket(number)["state"] == "closed"
    custody = operator.get(f"/tickets/{number}/custody").json()
    assert custody["now"] is None
    assert [s["kind"] for s in custody["stretches"]] == ["centre", "platform"]
    assert [(d["holder"], d["seconds"]) for d in custody["dwell"]] == [("12345", 300), ("110", 7200)]
    assert [h["outcome"] for h in custody["handoffs"]] == ["done"]
    held = operator.ticket(number)["custody"]
    assert held == {name: custody[name] for name in held}, "the ticket itself tells the same"
    then = (house.now() - timedelta(hours=1)).isoformat()
    held = operator.get(f"/tickets/{number}/history", params={"as_of": then}).json()["custody"]
    assert [(s["kind"], s["seconds"]) for s in held["stretches"]] == [("centre", 300), ("platform", 3600)]
    assert held["now"]["holder"] == "110"


SPOKEN = f"我叫{NAME}，电话{PHONE}，对门在打人"


def test_words_are_covered_as_in_the_ticket_and_every_look_is_on_record(
    house: House, operator: Desk, dispatcher: Desk, police: Desk
) -> None:
    """Who may not read the caller's name in the ticket does not read it in its hand-off; unmasking opens both; each look
    stands in the ticket's record."""
    number = operator.receive(text=SPOKEN, confidential=True).json()["number"]
    operator.done(number, "hand-off", **{**TO_110, "summary": SPOKEN, "place": f"{NAME}家对门"})
    handoff = operator.get("/handoffs").json()[0]["id"]
    for desk in (dispatcher, police):
        seen = desk.get(f"/handoffs/{handoff}").json()
        assert seen["text_shown"] == "redacted"
        assert "对门在打人" in seen["text"]
        assert not any(known in str(seen) for known in (NAME, PHONE))
    assert operator.get(f"/handoffs/{handoff}").json()["text"] == SPOKEN
    dispatcher.post(f"/tickets/{number}/unmask", {"fields": ["text"], "reason": "核对地点"})
    assert dispatcher.get(f"/handoffs/{handoff}").json()["text"] == SPOKEN
    ticket = house.hotline.find(number)
    assert ticket is not None
    looks = [look for look in house.access.of_ticket(ticket) if look.summary.get("handoff")]
    assert [(look.role, look.summary["text"]) for look in looks] == [
        ("dispatcher", "redacted"), ("police_desk", "redacted"), ("operator", "full"), ("dispatcher", "full"),
    ]  # fmt: skip


def test_an_offer_that_is_no_ticket_yet_names_nobody(police: Desk, operator: Desk) -> None:
    """What another platform offers is covered for everybody, with the caller it names: whether he is protected nobody knows."""
    offer = {**examples.OFFER, "text": SPOKEN, "caller": {"name": NAME, "phone": PHONE}}
    handoff = police.post("/handoffs", offer).json()["id"]
    for desk in (police, operator):
        seen = desk.get(f"/handoffs/{handoff}").json()
        assert (seen["text_shown"], seen["place"]) == ("redacted", examples.OFFER["place"])
        assert not any(known in str(seen) for known in (NAME, PHONE))


def test_one_hand_off_shows_what_the_list_shows(
    house: House, operator: Desk, police: Desk, clock: SettableClock
) -> None:
    """When it was offered, since when it stands as it does, and why somebody should look, alone as in the list."""
    _, handoff = handed(operator)
    for step_ in range(2):
        (line,) = police.get("/handoffs").json()
        alone = police.get(f"/handoffs/{handoff}").json()
        assert {name: alone[name] for name in line} == line
        assert alone["offered_at"]
        if not step_:
            clock.advance(timedelta(minutes=6))
            ring_all(house)
            house.catch_up()
    assert alone["attention"] == "listed"


def test_what_no_link_carries_is_said_to_be_for_the_telephone(house: House, operator: Desk, police: Desk) -> None:
    """Offered where no link is set up, it stays ours; the desk is warned until somebody has answered the telephone, and the
    citizen never reads that the other side has it.  Where there is a link there is no warning."""
    received = operator.receive().json()
    number = received["number"]
    operator.done(number, "hand-off", **TO_110)
    (line,) = police.get("/handoffs").json()
    assert (line["warning"]["code"], line["holder"]) == ("no_link", house.rules.platforms.own)
    assert "110" in line["warning"]["zh"]
    page = operator.web.get(f"/api/v1/public/tickets/{number}", headers={"Query-Code": received["query_code"]})
    assert page.json()["custody"]["told"]["code"] == "110"
    assert "等待对方确认" in page.text
    assert "已接收" not in page.text
    (known,) = handoffs.listed(house.views)
    linked = house.settings.model_copy(update={"links": "110=http://127.0.0.1/link"})
    assert of_line(replace(house, settings=linked), known).warning is None
    assert step(police, line["id"], "acknowledge").status_code == 200
    assert police.get(f"/handoffs/{line['id']}").json()["warning"] is None


def test_a_matter_from_110_becomes_a_ticket_when_it_is_accepted(house: House, police: Desk, operator: Desk) -> None:
    """Entered twice, it is one; accepted, it is a ticket that came from the police, and it can be given back."""
    first = police.post("/handoffs", examples.OFFER)
    again = police.post("/handoffs", examples.OFFER)
    assert (first.status_code, again.status_code) == (201, 201)
    handoff = first.json()["id"]
    assert again.json()["id"] == handoff
    assert len(police.get("/handoffs", params={"direction": "in"}).json()) == 1
    assert step(police, handoff, "accept").status_code == 200
    number = police.get(f"/handoffs/{handoff}").json()["reference"]
    ticket = operator.ticket(number)
    assert (ticket["channel"], ticket["text"]) == ("police", examples.OFFER["text"])
    assert ticket["place"]["address"] == examples.OFFER["place"]
    assert step(police, handoff, "feedback", **examples.FEEDBACK).status_code == 200
    back = step(police, handoff, "return", **examples.RETURN)
    assert back.status_code == 200, back.text
    shown = police.get(f"/handoffs/{back.json()['id']}").json()
    assert (shown["direction"], shown["returns"]) == ("out", examples.OFFER["handoff_id"])
    assert shown["holder"] == house.rules.platforms.own


def test_what_one_may_not_know_one_may_not_give_back(house: House, police: Desk, desk_of: Callable[..., Desk]) -> None:
    """A supervisor of one district neither reads nor returns a matter of no district; to one of the city it is offered."""
    handoff = police.post("/handoffs", examples.OFFER).json()["id"]
    assert "return" not in police.get(f"/handoffs/{handoff}").json()["allowed"]
    assert step(police, handoff, "accept").status_code == 200
    shown = police.get(f"/handoffs/{handoff}")
    assert "return" in shown.json()["allowed"]
    before = house.hotline.position()
    narrow = desk_of(Role.SUPERVISOR, district=next(iter(house.rules.districts)))
    told = [
        narrow.get(f"/handoffs/{handoff}"),
        narrow.post(f"/handoffs/{handoff}/return", examples.RETURN, If_Match=shown.headers["ETag"]),
    ]
    assert [(a.status_code, a.json()["code"]) for a in told] == [(404, "no_such_handoff")] * 2
    assert house.hotline.position() == before
    wide = desk_of(Role.SUPERVISOR)
    assert step(wide, handoff, "return", **examples.RETURN).status_code == 200
    again = step(wide, handoff, "return", **examples.RETURN)
    assert (again.status_code, again.json()["code"]) == (409, "handed_off_already")
    assert "return" not in wide.get(f"/handoffs/{handoff}").json()["allowed"]


def test_a_refusal_has_its_code_and_changes_nothing(house: House, police: Desk, operator: Desk) -> None:
    """An unknown id, a ticket's id in its place, an old version, an answer that is the other side's to give."""
    number, handoff = handed(operator)
    ticket = str(house.hotline.find(number))
    before = house.hotline.position()
    tag = {"If_Match": police.get(f"/handoffs/{handoff}").headers["ETag"]}
    told = [
        police.post(f"/handoffs/{uuid4()}/accept", **tag),
        police.post(f"/handoffs/{ticket}/accept", If_Match='"1"'),
        police.get(f"/handoffs/{ticket}"),
        police.post(f"/handoffs/{handoff}/accept", **tag),
        police.post(f"/handoffs/{handoff}/accept", If_Match='"9"'),
        police.post(f"/handoffs/{handoff}/accept"),
        police.post(f"/handoffs/{handoff}/feedback", examples.FEEDBACK, **tag),
        police.post(f"/handoffs/{handoff}/return", examples.RETURN, **tag),
        operator.post(f"/handoffs/{handoff}/dispute", examples.NOT_OURS, **tag),
        operator.post("/handoffs", examples.OFFER),
    ]
    assert [(a.status_code, a.json()["code"]) for a in told] == [
        (404, "no_such_handoff"), (404, "no_such_handoff"), (404, "no_such_handoff"), (409, "not_ours_to_accept"),
        (412, "stale"), (428, "if_match_missing"), (409, "not_ours_to_report"), (409, "nothing_to_return"),
        (403, "wrong_role"), (403, "wrong_role"),
    ]  # fmt: skip
    assert house.hotline.position() == before
    assert operator.ticket(number)["state"] == "received", "asking for it by a wrong name has not hidden it"


def test_what_comes_out_of_its_turn_is_refused_by_name(
    house: House, police: Desk, operator: Desk, clock: SettableClock
) -> None:
    """Feedback before our acceptance, a return of what we never took, an acceptance and a dispute of what was recalled, a
    recall of what has passed, an argument nobody asked for: each has its code, and nothing is written."""
    theirs = police.post("/handoffs", examples.OFFER).json()["id"]
    clock.advance(timedelta(seconds=1))
    _, ours = handed(operator)
    clock.advance(timedelta(seconds=1))
    _, passed = handed(operator)
    says(house, police, passed, m.Accept, 1, reference="JJ-1")
    before = house.hotline.position()
    told = [
        step(police, theirs, "feedback", **examples.FEEDBACK),
        step(police, theirs, "return", **examples.RETURN),
        step(police, theirs, "recall", **examples.RECALL),
        step(police, ours, "dispute", **examples.NOT_OURS),
        step(police, passed, "recall", **examples.RECALL),
        step(police, passed, "accept"),
    ]
    assert [(a.status_code, a.json()["code"]) for a in told] == [
        (409, "feedback_before_acceptance"), (409, "nothing_to_return"), (409, "not_ours_to_recall"),
        (409, "nothing_disputed"), (409, "recall_of_accepted"), (409, "not_ours_to_accept"),
    ]  # fmt: skip
    assert house.hotline.position() == before
    says(house, police, theirs, m.Recall, 2, reason="误转")
    before = house.hotline.position()
    told = [step(police, theirs, "accept"), step(police, theirs, "dispute", **examples.NOT_OURS)]
    assert [a.json()["code"] for a in told] == ["accept_of_recalled", "accept_of_recalled"]
    assert house.hotline.position() == before
    assert police.get(f"/handoffs/{theirs}").json()["holder"] == "110"


def test_another_platforms_hand_off_is_unknown(house: House, police: Desk, operator: Desk) -> None:
    """Who has proved to be the water line may speak of its own matters only, also when it knows the id of one of 110's."""
    _, handoff = handed(operator)
    shown = police.get(f"/handoffs/{handoff}").json()
    head = {"handoff_id": shown["handoff_id"], "sender": "water", "to": house.rules.platforms.own, "at": house.now()}
    before = house.hotline.position()
    for said in (m.Accept(**head, seq=1, body=m.AcceptBody(reference="W-1")), m.Received(**head, seq=1)):
        with pytest.raises(Refused, match="unknown_handoff"):
            house.hotline.take(said, platform="water")
    assert house.hotline.position() == before
    assert police.get(f"/handoffs/{handoff}").json() == shown


def test_whose_a_matter_is_is_shown_with_reasons(operator: Desk) -> None:
    """The strictest rule first, each with its source; nothing follows from it by itself."""
    shown = operator.get("/boundary", params={"type": "complaint", "signs": ["instability", "crime"]}).json()
    assert [(row["id"], row["owner"], row["at_once"]) for row in shown] == [
        ("instability", "110", True),
        ("crime", "110", False),
        ("government-services", "12345", False),
    ]
    assert all("国办发〔2022〕12号" in row["source"] for row in shown)
    assert operator.get("/boundary", params={"category": "atlantis"}).json()["code"] == "unknown_category"


def test_who_it_is_about_does_not_see_it_pass(house: House, operator: Desk, desk_of: Callable[..., Desk]) -> None:
    """A complaint about a team is not there for that team, in no list."""
    team = next(iter(house.rules.teams))
    number = operator.receive(about_team=team).json()["number"]
    operator.done(number, "hand-off", **TO_110)
    (line,) = operator.get("/handoffs").json()
    theirs = desk_of(Role.SUPERVISOR, team=team)
    assert theirs.get("/handoffs").json() == []
    assert theirs.get(f"/handoffs/{line['id']}").status_code == 404
    assert desk_of(Role.UNIT_CLERK, unit=next(iter(house.rules.units))).get("/handoffs").status_code == 403


def pages(desk: Desk, **params: Any) -> list[list[str]]:
    """The ids of a list, page by page, as its links lead."""
    answer, told = desk.get("/handoffs", params=params), []
    while True:
        told.append([line["id"] for line in answer.json()])
        if "next" not in answer.links:
            return told
        answer = desk.get(answer.links["next"]["url"].removeprefix(API))


def test_what_has_waited_longest_leads_the_alarms_and_nothing_is_dropped(
    house: House, operator: Desk, police: Desk, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alarms oldest first, the queue newest first, each page by page to its end, and each page a look on record."""
    offered = []
    for _ in range(5):
        offered.append(handed(operator)[1])
        clock.advance(timedelta(seconds=1))
    clock.advance(timedelta(minutes=6))
    ring_all(house)
    house.catch_up()
    looks: list[AccessEntry] = []
    record = house.access.record

    def kept(entries: Iterable[AccessEntry]) -> None:
        some = list(entries)
        looks.extend(some)
        record(some)

    monkeypatch.setattr(house.access, "record", kept)
    assert pages(police, attention="listed", limit=2) == [offered[:2], offered[2:4], offered[4:]]
    assert [(look.what, look.summary) for look in looks] == [("list", {"handoffs": "listed"})] * 3
    newest = offered[::-1]
    assert pages(police, limit=2) == [newest[:2], newest[2:4], newest[4:]]
    assert police.get("/handoffs", params={"after": "x"}).json()["code"] == "bad_cursor"


def test_a_page_is_filled_with_what_lies_in_ones_scope(
    operator: Desk, house: House, desk_of: Callable[..., Desk], clock: SettableClock
) -> None:
    """A district's account finds its own on the first page, whatever other districts have handed over since, and what is
    no ticket yet."""
    first, second, *_ = house.rules.districts
    place = {"address": "样例路 12 号"}
    own = operator.receive(place={**place, "district": first}).json()["number"]
    operator.done(own, "hand-off", **TO_110)
    mine = operator.get("/handoffs").json()[0]["id"]
    clock.advance(timedelta(seconds=1))
    for _ in range(3):
        other = operator.receive(place={**place, "district": second}).json()["number"]
        operator.done(other, "hand-off", **TO_110)
    clock.advance(timedelta(seconds=1))
    new = desk_of(Role.POLICE_DESK).post("/handoffs", examples.OFFER).json()["id"]
    narrow = desk_of(Role.SUPERVISOR, district=first)
    assert pages(narrow, limit=2) == [[new, mine]]
    assert len(pages(operator, limit=5)[0]) == 5


def test_the_same_protocol_serves_the_water_line(house: House, operator: Desk, police: Desk) -> None:
    """One entry of the profile is all it needs."""
    number = operator.receive().json()["number"]
    operator.done(number, "hand-off", **{**TO_110, "to": "water"})
    (line,) = operator.get("/handoffs", params={"platform": "water"}).json()
    message = m.Accept(
        handoff_id=line["handoff_id"],
        sender="water",
        to=house.rules.platforms.own,
        seq=1,
        at=house.now(),
        body=m.AcceptBody(reference="W-1"),
    )
    house.hotline.take(message, platform="water")
    house.catch_up()
    assert operator.get(f"/tickets/{number}/custody").json()["now"]["holder"] == "water"
