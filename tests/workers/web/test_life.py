"""A request goes through its whole life over the API alone."""

from collections.abc import Callable

import pytest

from hotline.facts import Role
from tests.workers.web.desk import TEXT, Desk, district_units, leaf
from workers.compose import House

Open = Callable[..., House]


@pytest.fixture(params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, open_house: Open) -> House:
    """The journey is made on both stores."""
    if request.param == "sqlite":
        return open_house()
    return open_house(store=request.getfixturevalue("postgres_url"))


def test_from_the_call_to_the_rated_close(
    house: House, operator: Desk, dispatcher: Desk, reviewer: Desk, desk_of: Callable[..., Desk]
) -> None:
    """One request is taken down, returned, adjudicated, extended, replied, reworked, rated and closed, as §3 has it."""
    lead, co, *_ = district_units(house)
    leading, helping = desk_of(Role.UNIT_CLERK, unit=lead), desk_of(Role.UNIT_CLERK, unit=co)
    created = operator.receive()
    assert created.status_code == 201, created.text
    number, code = created.json()["number"], created.json()["query_code"]
    assert created.headers["Location"] == f"/api/v1/tickets/{number}"
    assert created.headers["ETag"] == f'"{created.json()["version"]}"'

    operator.done(number, "classify", type="complaint", category=leaf(house))
    dispatcher.done(number, "dispatch", lead=lead, co=[co])
    leading.done(number, "request-return", reason="不属本单位", legal_basis="职责清单")
    dispatcher.done(number, "dispute", assignment="a1", reason="职责有争议")
    dispatcher.done(number, "adjudicate", assignment="a1", unit=lead, reason="依清单", hearing="双方已陈述")
    helping.done(number, "sign")
    leading.done(number, "sign")
    leading.done(number, "request-extension", days=3, reason="需要检测")
    dispatcher.done(number, "grant-extension", told_reason="需要检测")

    def answered() -> None:
        leading.done(number, "contact", way="text")
        leading.done(number, "reply", internal_result="已查", public_reply="已整改", claimed="resolved")
        reviewer.done(number, "review", accept=True, passed=list(house.rules.review_checks))

    answered()
    reviewer.done(number, "call-back", way="text", reached=True, resolution="unresolved")
    reviewer.done(number, "rework", reason="仍有烟")
    answered()

    rated = operator.web.post(
        f"/api/v1/public/tickets/{number}/rate",
        json={"resolution": "resolved", "satisfaction": "satisfied"},
        headers={"Query-Code": code},
    )
    house.catch_up()

    assert rated.status_code == 200, rated.text
    assert operator.ticket(number)["state"] == "closed"
    assert operator.ticket(number)["text"] == TEXT
    seen = operator.web.get(f"/api/v1/public/tickets/{number}", headers={"Query-Code": code}).json()
    assert seen["verdict"]["satisfaction"] == "satisfied"
    assert {"received", "dispatched", "signed", "extended", "replied", "rework", "closed"} <= {
        step["code"] for step in seen["milestones"]
    }
