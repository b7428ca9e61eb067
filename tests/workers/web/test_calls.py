"""The connection rate over the interface."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hotline.facts import Role
from tests.workers.web.desk import Desk
from workers.compose import House


def test_who_may_count_reads_what_the_exchange_told(operator: Desk, desk_of: Callable[..., Desk], house: House) -> None:
    """Given a call answered in time and one missed, when an analyst asks, then the rate stands there with what it was made of
    and the profile's seconds; others are turned away."""
    for call, event, seconds in (("a", "offered", 0), ("a", "answered", 4), ("b", "offered", 1), ("b", "missed", 30)):
        at = (house.now() + timedelta(seconds=seconds)).isoformat()
        told = operator.post("/calls", {"event": event, "call_id": call, "at": at})
        assert told.status_code == 200
    found = desk_of(Role.ANALYST).get(f"/calls/figures?after_position={told.json()['position']}").json()
    rate = found["total"]["rates"]["connection_in_time"]
    assert (rate["numerator"], rate["denominator"], rate["share"], rate["reason"]) == (1, 2, 0.5, None)
    assert found["within_seconds"] == house.rules.telephone.answered_within
    assert found["position"] >= told.json()["position"]
    assert [hour["offered"] for hour in found["hours"]] == [2]
    assert operator.get("/calls/figures").status_code == 403


def test_a_period_without_calls_has_no_rate(desk_of: Callable[..., Desk]) -> None:
    """Given no call, when a supervisor asks, then every share is null with its reason."""
    rates = desk_of(Role.SUPERVISOR).get("/calls/figures").json()["total"]["rates"]
    assert {(rate["share"], rate["reason"]) for rate in rates.values()} == {
        (None, "nothing_offered"),
        (None, "nothing_missed"),
    }


@pytest.mark.parametrize(
    "named",
    [
        {"call_id": "13800138000"},
        {"call_id": "8613800138000"},
        {"call_id": "02885550000"},
        {"queue": "02885550000"},
        {"party": "PJSIP-13800138000-00000012"},
        {"recording": "rec-20260302-13800138000.wav"},
    ],
)
def test_no_number_is_taken_for_a_name(operator: Desk, house: House, named: dict[str, str]) -> None:
    """Given a telephone number where the exchange's own name belongs, then the field is refused without the number being
    repeated, and nothing is noted."""
    before = house.hotline.position()
    told = {"event": "ended", "call_id": "c-1", "at": house.now().isoformat(), **named}
    refused = operator.post("/calls", told)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert next(iter(named)) in refused.text
    assert not [value for value in named.values() if value in refused.text]
    assert house.hotline.position() == before


@pytest.mark.parametrize(
    "name", ["1867197872.8", "1780000000123", "6d92c73e-3339-45b8-9270-057471542327", "rec-20260302-1530"]
)
def test_an_exchanges_own_names_are_taken(operator: Desk, house: House, name: str) -> None:
    """Given a call's name as exchanges make them, of digits that are no number, then it is noted."""
    told = {"event": "ended", "call_id": name, "recording": name, "at": house.now().isoformat()}
    assert operator.post("/calls", told).status_code == 200
