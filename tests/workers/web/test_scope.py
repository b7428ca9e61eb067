"""What lies outside one's scope is not there, by whatever route one asks; what lies inside is covered as the rules say."""

from collections.abc import Callable
from typing import Any

import pytest

from hotline.facts import Role
from hotline.seeing import EVERYWHERE
from hotline.ticket.number import is_number
from tests.workers.web.desk import API, NAME, PHONE, TEXT, Desk, district_units, leaf
from workers.compose import House
from workers.web.api import examples
from workers.web.api.actions import STAFF_ACTIONS

OTHER_TEXT = f"请打{PHONE}找{NAME}"


def ghost() -> str:
    """A number that is well formed and nobody's."""
    return next(n for n in (f"2603020000000{d}" for d in range(10)) if is_number(n))


@pytest.fixture
def number(operator: Desk, house: House) -> str:
    """A report that accuses the first unit, in the hands of the second; about team-less, in no district."""
    accused = district_units(house)[0]
    found: str = operator.receive(text=OTHER_TEXT, accused_unit=accused).json()["number"]
    operator.done(found, "classify", type="report", category=leaf(house), accused_unit=accused)
    return found


def outsiders(desk_of: Callable[..., Desk], house: House) -> list[Desk]:
    accused, _, other, *_ = district_units(house)
    team = next(iter(house.rules.teams))
    return [
        desk_of(Role.UNIT_CLERK, unit=other),
        desk_of(Role.UNIT_CLERK, unit=accused),
        desk_of(Role.OPERATOR, district=next(iter(house.rules.districts))),
        desk_of(Role.EXPERT),
        desk_of(Role.POLICE_DESK),
        desk_of(Role.AUDITOR, district=next(iter(house.rules.districts))),
        desk_of(Role.LEADER, district=next(iter(house.rules.districts)), team=team),
    ]


def without_instance(answer: Any) -> tuple[int, dict[str, Any]]:
    return answer.status_code, {k: v for k, v in answer.json().items() if k != "instance"}


def test_out_of_scope_is_not_there(number: str, desk_of: Callable[..., Desk], house: House) -> None:
    """By number, history, access log, list and every action, a ticket out of scope answers as one that does not exist."""
    lead = district_units(house)[1]
    desk_of(Role.DISPATCHER).done(number, "dispatch", lead=lead)
    bodies = examples.of_actions(house.rules)
    for somebody in outsiders(desk_of, house):
        for path in ("", "/history?as_of=2026-03-02T09:00:00%2B08:00", "/access-log"):
            there, nowhere = (somebody.get(f"/tickets/{n}{path}") for n in (number, ghost()))
            assert without_instance(there) == without_instance(nowhere)
            assert there.status_code in (403, 404)
        assert somebody.get("/tickets").json() == []
        for name in STAFF_ACTIONS:
            tries = (somebody.post(f"/tickets/{n}/{name}", bodies[name], If_Match='"1"') for n in (number, ghost()))
            there, nowhere = tries
            assert without_instance(there) == without_instance(nowhere), name
            assert there.status_code == 404
    version = house.hotline.ticket(house.hotline.find(number)).version  # type: ignore[arg-type, union-attr]
    assert version == 4


def test_a_lost_part_takes_the_ticket_away(
    operator: Desk, dispatcher: Desk, desk_of: Callable[..., Desk], house: House
) -> None:
    """A unit that gave its part back no longer sees the ticket; the unit that has it does."""
    first, second, *_ = district_units(house)
    old, new = desk_of(Role.UNIT_CLERK, unit=first), desk_of(Role.UNIT_CLERK, unit=second)
    number = operator.receive().json()["number"]
    operator.done(number, "classify", type="complaint", category=leaf(house))
    dispatcher.done(number, "dispatch", lead=first)
    assert old.get(f"/tickets/{number}").status_code == 200
    assert new.get(f"/tickets/{number}").status_code == 404

    dispatcher.done(number, "redispatch", lead=second, note="改派")

    assert old.get(f"/tickets/{number}").status_code == 404
    assert [row["number"] for row in new.get("/tickets").json()] == [number]
    assert old.get("/tickets").json() == []


def test_words_are_covered_and_the_place_is_not(
    operator: Desk, dispatcher: Desk, desk_of: Callable[..., Desk], house: House
) -> None:
    """A handler reads the text without person and number, and always the place; the caller only after unmasking, for a
    while; an analyst reads no word."""
    lead = district_units(house)[0]
    clerk = desk_of(Role.UNIT_CLERK, unit=lead)
    number = operator.receive(text=OTHER_TEXT).json()["number"]
    operator.done(number, "classify", type="complaint", category=leaf(house))
    dispatcher.done(number, "dispatch", lead=lead)

    seen = clerk.ticket(number)
    assert seen["text_shown"] == "redacted"
    assert NAME not in str(seen)
    assert PHONE not in str(seen)
    assert seen["place"]["address"] == "样例路 12 号 3 单元"
    assert seen["caller"] == {**seen["caller"], "shown": "hidden", "name": None, "phone": None}
    assert operator.ticket(number)["caller"]["phone"] == "****5678"
    analyst = desk_of(Role.ANALYST).ticket(number)
    assert (analyst["text"], analyst["place"]) == (None, None)

    assert clerk.post(f"/tickets/{number}/unmask", {"fields": ["caller"], "reason": "核对地点"}).status_code == 200
    unmasked = clerk.ticket(number)
    assert (unmasked["caller"]["name"], unmasked["caller"]["phone"]) == (NAME, PHONE)
    assert unmasked["text_shown"] == "redacted"
    house.now.advance(days=30)  # type: ignore[attr-defined]
    assert clerk.ticket(number)["caller"]["phone"] is None
    looks = desk_of(Role.AUDITOR).get(f"/tickets/{number}/access-log").json()
    assert [look["who"] for look in looks if look["role"] == "unit_clerk"].__len__() == 3


def test_a_report_hides_its_caller(operator: Desk, number: str) -> None:
    """The caller of a report is not shown, not even masked."""
    assert operator.ticket(number)["caller"]["shown"] == "hidden"


def test_how_it_was(operator: Desk, dispatcher: Desk, house: House) -> None:
    """History shows the ticket as it was known then; nothing is allowed in the past."""
    lead = district_units(house)[0]
    number = operator.receive().json()["number"]
    then = house.now()
    house.now.advance(hours=1)  # type: ignore[attr-defined]
    operator.done(number, "classify", type="complaint", category=leaf(house))
    dispatcher.done(number, "dispatch", lead=lead)

    was = operator.get(f"/tickets/{number}/history", params={"as_of": then.isoformat()}).json()

    assert (was["state"], was["version"], was["parts"], was["allowed"]) == ("received", 2, [], [])
    assert was["text"] == TEXT
    now = operator.get(f"/tickets/{number}/history", params={"happened_by": house.now().isoformat()}).json()
    assert now["state"] == "in_progress"


def test_every_look_is_recorded_and_the_chain_holds(operator: Desk, desk_of: Callable[..., Desk], house: House) -> None:
    """Ticket, history and the access log itself leave a trace with the account and the request's id; lists are one."""
    created = operator.receive().json()
    number = created["number"]
    operator.get("/tickets", params={"type": "help"})
    operator.ticket(number)
    operator.get(f"/tickets/{number}/history", params={"as_of": house.now().isoformat()})
    operator.web.get(f"{API}/public/tickets/{number}", headers={"Query-Code": created["query_code"]})

    looks = desk_of(Role.AUDITOR).get(f"/tickets/{number}/access-log").json()

    assert [look["what"] for look in looks] == ["ticket", "history", "progress", "access_log"]
    assert house.access.verify() is None


def test_an_account_of_a_unit_ends_there_in_tickets_as_in_figures(
    operator: Desk, dispatcher: Desk, desk_of: Callable[..., Desk], house: House
) -> None:
    """Given a leader of one unit, a ticket of his unit and others that are nobody's or another's, then list, ticket, rate and
    bulletin know the first alone; so it is for every role that sees the whole city without such a limit."""
    own, other, *_ = district_units(house)
    mine, theirs, nobodys = (operator.receive().json()["number"] for _ in range(3))
    for number, unit in ((mine, own), (theirs, other)):
        operator.done(number, "classify", type="complaint", category=leaf(house))
        dispatcher.done(number, "dispatch", lead=unit)
    for role in EVERYWHERE - {Role.SYSTEM}:
        somebody = desk_of(role, unit=own)
        assert [row["number"] for row in somebody.get("/tickets").json()] == [mine], role
        assert somebody.get(f"/tickets/{mine}").status_code == 200
        assert [somebody.get(f"/tickets/{n}").status_code for n in (theirs, nobodys)] == [404, 404], role
    leader = desk_of(Role.LEADER, unit=own)
    march = {"from": "2026-03-01", "to": "2026-03-31", "formula": "direct_answer"}
    assert leader.get("/rates", params=march).json()["answers"][0]["total"]["population"] == 1
    for path, asked in (("/rates", march), ("/bulletins/2026-03", {})):
        answer = leader.get(path, params={**asked, "unit": other})
        assert (answer.status_code, answer.json()["code"]) == (403, "outside_scope"), path


def test_nobody_of_the_accused_unit_knows_of_the_report(
    number: str, desk_of: Callable[..., Desk], house: House
) -> None:
    """Given a report against a unit in the hands of another, then neither a leader, supervisor nor auditor of
    the accused unit finds it; those of the unit that has it do."""
    accused, lead, *_ = district_units(house)
    desk_of(Role.DISPATCHER).done(number, "dispatch", lead=lead)
    for role in (Role.LEADER, Role.SUPERVISOR, Role.AUDITOR):
        assert desk_of(role, unit=lead).get(f"/tickets/{number}").status_code == 200
        assert desk_of(role, unit=accused).get(f"/tickets/{number}").status_code == 404
        assert desk_of(role, unit=accused).get("/tickets").json() == []


@pytest.mark.parametrize("protected", [{"confidential": True}, {"type": "report"}])
def test_a_protected_callers_words_are_whole_for_the_operator_who_took_them_down(
    operator: Desk, desk_of: Callable[..., Desk], protected: dict[str, Any]
) -> None:
    """Given a ticket of a protected caller, then another operator reads it covered, in the ticket and in a question about it, until
    he says why; of any other ticket every operator reads the whole, for its caller may ring again."""
    another, supervisor = desk_of(Role.OPERATOR), desk_of(Role.SUPERVISOR)
    plain = operator.receive(text=OTHER_TEXT).json()["number"]
    number = operator.receive(text=OTHER_TEXT, **protected).json()["number"]
    asked = {"skill": "tax", "way": "written", "summary": OTHER_TEXT}
    assert operator.act(number, "consult-expert", **asked).status_code == 200
    question = f"/consultations/{operator.get('/consultations').json()[0]['id']}"

    assert [desk.ticket(plain)["text"] for desk in (operator, another)] == [OTHER_TEXT, OTHER_TEXT]
    assert operator.ticket(number)["text"] == operator.get(question).json()["text"] == OTHER_TEXT
    assert another.ticket(number)["text_shown"] == "redacted"
    for somebody in (another, supervisor):
        for seen in (somebody.ticket(number), somebody.get(question).json()):
            assert seen["text"]
            assert NAME not in str(seen)
            assert PHONE not in str(seen)

    assert (
        another.post(f"/tickets/{number}/unmask", {"fields": ["text"], "reason": "来电人再次来电"}).status_code == 200
    )
    assert another.ticket(number)["text"] == OTHER_TEXT
