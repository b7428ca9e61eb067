"""An inspection over the API: seen by the staff, by the citizen not at all."""

from collections.abc import Callable

from hotline.facts import Role
from tests.workers.web.desk import Desk
from workers.compose import House

WORDS = "现场查看，烟道仍未改造。"


def test_an_auditor_inspects_and_the_citizen_sees_nothing_of_it(
    house: House, operator: Desk, desk_of: Callable[..., Desk]
) -> None:
    """Offered once there is a result; in the timeline with its words; the citizen's page is what it was."""
    auditor = desk_of(Role.AUDITOR)
    created = operator.receive().json()
    number, proof = created["number"], {"Query-Code": created["query_code"]}
    assert "inspect" not in auditor.ticket(number)["allowed"]
    early = auditor.act(number, "inspect", resolution="unresolved", words=WORDS)
    assert (early.status_code, early.json()["code"]) == (409, "no_result_yet")
    operator.done(number, "answer", answer="请到窗口办理")
    house.catch_up()
    page = operator.web.get(f"/api/v1/public/tickets/{number}", headers=proof).json()
    assert "inspect" in auditor.ticket(number)["allowed"]
    auditor.done(number, "inspect", resolution="unresolved", words=WORDS)
    house.catch_up()
    (entry,) = [e for e in auditor.ticket(number)["timeline"] if e["topic"] == "ticket.inspected"]
    assert (entry["details"]["resolution"], entry["words"]) == ("unresolved", {"words": WORDS})
    now = operator.web.get(f"/api/v1/public/tickets/{number}", headers=proof).json()
    assert now["milestones"] == page["milestones"]
    assert "inspect" not in str(now)
    assert WORDS not in str(now)
