"""The connection rate over the interface."""

from collections.abc import Callable
from datetime import timedelta

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
