"""Rates over the interface: never a number without its proof, and every number down to its tickets."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from hotline.facts import Role
from tests.support.clock import SettableClock
from tests.workers.acting import REVIEWER, SUPERVISOR, act, closed, dispatched, receive, reply, units
from tests.workers.web.desk import API, Desk
from workers.compose import House

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
def analyst(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of(Role.ANALYST)


@pytest.fixture
def tickets(house: House) -> list[UUID]:
    """Three that ended well, and one that is still with its unit."""
    found = [closed(house), closed(house), closed(house), dispatched(house)]
    house.catch_up()
    return found


def number(house: House, ticket: UUID) -> str:
    state = house.hotline.ticket(ticket)
    assert state is not None
    return state.number


def rate(desk: Desk, **query: Any) -> Any:
    answer = desk.get("/rates", params={**MARCH, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()["answers"]


def test_an_answer_carries_its_proof(house: House, analyst: Desk, tickets: list[UUID]) -> None:
    """Value, numerator, denominator, exclusions, coverage, formula with hash, position and moment: two runs are equal in
    everything but when they were computed."""
    [found] = rate(analyst, formula="satisfaction.rated_only", by="month,unit")
    [again] = rate(analyst, formula="satisfaction.rated_only", by="month,unit")
    assert {**found, "computed_at": None} == {**again, "computed_at": None}
    assert found["formula"]["hash"].startswith("sha256:")
    assert (found["position"], found["counted_from"], found["cohort"]) == (house.hotline.position(), "sums", "closed")
    assert found["period"] == MARCH
    unit = units(house)[0]
    [group] = found["groups"]
    assert group["key"] == {"month": "2026-03", "unit": unit}
    assert (group["percent"], group["numerator"], group["denominator"], group["excluded"]) == ("100.00", "3", 3, {})
    assert (group["asked"], group["answered"], group["coverage"], group["population"]) == (3, 3, "1.0000", 3)


def test_all_variants_of_a_rate_stand_side_by_side(analyst: Desk, tickets: list[UUID]) -> None:
    """A rate without a formula gives each of its formulas, counted at one position; an empty one says why."""
    found = rate(analyst, rate="satisfaction")
    assert [answer["formula"]["id"] for answer in found] == [
        "satisfaction.weighted", "satisfaction.positive", "satisfaction.rated_only", "satisfaction.silence_counts",
        "satisfaction.silence_after_10_days",
    ]  # fmt: skip
    assert len({answer["position"] for answer in found}) == 1
    [short] = rate(analyst, rate="satisfaction", formula="rated_only@1")
    assert short["formula"]["id"] == "satisfaction.rated_only"
    [empty] = rate(analyst, formula="connection")
    assert (empty["total"]["value"], empty["total"]["reason"]) == (None, "empty_denominator")


def test_an_exclusion_made_tonight_and_revoked_next_week_leaves_each_moment_its_answer(
    house: House, analyst: Desk, clock: SettableClock, tickets: list[UUID]
) -> None:
    """Given an exclusion that is revoked a week later, when the rate is asked for as of before, between and after, then each
    answer is what it was when it was new, to the byte but for when it was computed."""

    def as_of(moment: datetime) -> Any:
        [found] = rate(analyst, formula="satisfaction.rated_only", by="unit", as_of=moment.isoformat())
        return {**found, "computed_at": None}

    leader = house.accounts.add_user("leader", "correct horse battery", Role.LEADER).id
    moments, answers = [], []
    for step in ("", "exclude", "include"):
        if step:
            why = {"ground": "unreasonable", "reason": "诉求不合理", "approver": leader}
            act(house, tickets[0], step, SUPERVISOR, **why)
            house.catch_up()
        moments.append(house.now())
        clock.advance(days=7)
        answers.append(as_of(moments[-1]))
    assert [answer["total"]["excluded"] for answer in answers] == [{}, {"unreasonable": 1}, {}]
    assert [answer["total"]["denominator"] for answer in answers] == [3, 2, 3]
    closed(house)
    house.catch_up()
    assert [as_of(moment) for moment in moments] == answers
    behind = analyst.get(
        "/rates/tickets",
        params={**MARCH, "formula": "satisfaction.rated_only", "part": "excluded", "as_of": moments[1].isoformat()},
    ).json()
    assert [ticket["number"] for ticket in behind] == [number(house, tickets[0])]
    [exclusion] = behind[0]["exclusions"]
    assert (exclusion["ground"], exclusion["reason"]) == ("unreasonable", "诉求不合理")


def test_the_tickets_behind_a_number_come_page_by_page(house: House, analyst: Desk, tickets: list[UUID]) -> None:
    """Following the links gives each ticket of the numerator once, with its outcome, and the look is recorded."""
    found: list[Any] = []
    path = f"{API}/rates/tickets?from=2026-03-01&to=2026-03-31&formula=contact&part=numerator&limit=2"
    while path:
        answer = analyst.web.get(path, headers=analyst.headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Position"] == str(house.hotline.position())
        found += answer.json()
        path = answer.headers.get("Link", "").partition(">")[0].removeprefix("<")
    [whole] = rate(analyst, formula="contact")
    assert len(found) == int(whole["total"]["numerator"])
    assert {t["number"] for t in found} <= {number(house, ticket) for ticket in tickets[:3]}
    assert len({t["number"] for t in found}) == len(found)
    silent = analyst.get("/rates/tickets", params={**MARCH, "formula": "direct_answer", "part": "not_numerator"}).json()
    assert {t["number"] for t in silent} == {number(house, ticket) for ticket in tickets}
    assert {t["facets"]["ended"] for t in silent} == {"closed", "none"}


def test_two_ways_to_count_differ_in_named_tickets(house: House, analyst: Desk, tickets: list[UUID]) -> None:
    """Both answers, their difference by unit, and the tickets that flip, with how each side counts them."""
    house.catch_up()
    body = {**MARCH, "a": {"formula": "satisfaction.rated_only"}, "b": {"formula": "direct_answer"}, "limit": 2}
    found = analyst.post("/rates/compare", body).json()
    assert (found["a"]["total"]["percent"], found["b"]["total"]["percent"]) == ("100.00", "0.00")
    assert found["total"]["points"] == "-100.00"
    assert (found["flips"]["count"], len(found["flips"]["tickets"])) == (4, 2)
    rest = analyst.post("/rates/compare", {**body, "after": found["flips"]["next"]}).json()["flips"]
    shown = [*found["flips"]["tickets"], *rest["tickets"]]
    assert {flip["number"] for flip in shown} == {number(house, ticket) for ticket in tickets}
    assert rest["next"] is None
    open_one = next(flip for flip in shown if flip["number"] == number(house, tickets[3]))
    assert (open_one["a"]["stands"], open_one["b"]["stands"], open_one["b"]["weight"]) == ("elsewhere", "counted", "0")


def test_two_moments_differ_in_what_happened_between(
    house: House, analyst: Desk, clock: SettableClock, tickets: list[UUID]
) -> None:
    """One formula at two moments: the ticket that ended between them flips, in its unit's name."""
    before = house.now()
    clock.advance(hours=2)
    reply(house, tickets[3])
    act(house, tickets[3], "review", REVIEWER, accept=True, passed=list(house.rules.review_checks))
    state = house.hotline.ticket(tickets[3])
    assert state is not None
    if not state.over:
        unhappy = {"resolution": "unresolved", "satisfaction": "dissatisfied"}
        act(house, tickets[3], "call-back", REVIEWER, way="text", reached=True, **unhappy)
        act(house, tickets[3], "close", REVIEWER)
    house.catch_up()
    sides = (
        {"formula": "satisfaction.silence_counts", "as_of": before.isoformat()},
        {"formula": "satisfaction.silence_counts"},
    )
    found = analyst.post("/rates/compare", {**MARCH, "a": sides[0], "b": sides[1]}).json()
    assert found["flips"]["by_unit"] == {units(house)[0]: 1}
    [flip] = found["flips"]["tickets"]
    assert (flip["number"], flip["a"]["stands"], flip["b"]["stands"]) == (
        number(house, tickets[3]),
        "elsewhere",
        "counted",
    )


def test_an_account_of_a_unit_or_district_sees_its_own_only(
    house: House, desk_of: Callable[..., Desk], tickets: list[UUID]
) -> None:
    """What is not one's own is in no number and no list, and cannot be asked for by name."""
    unit, other = units(house)[0], units(house)[-1]
    own, foreign = (desk_of(Role.ANALYST, unit=each) for each in (unit, other))
    assert rate(own, formula="contact")[0]["total"]["population"] == 3
    assert rate(foreign, formula="contact")[0]["total"]["population"] == 0
    assert foreign.get("/rates/tickets", params={**MARCH, "formula": "contact"}).json() == []
    for path in ("/rates", "/rates/tickets"):
        answer = foreign.get(path, params={**MARCH, "formula": "contact", "unit": unit})
        assert (answer.status_code, answer.json()["code"]) == (403, "outside_scope")
    far = desk_of(Role.LEADER, district="nowhere")
    assert rate(far, formula="contact")[0]["total"]["population"] == 0
    body = {**MARCH, "a": {"formula": "contact"}, "b": {"formula": "on_time"}}
    assert far.post("/rates/compare", body).json()["flips"]["count"] == 0


def test_a_complaint_about_a_team_is_counted_but_not_named_to_it(house: House, desk_of: Callable[..., Desk]) -> None:
    """The team it is about sees that there is one more, and not which."""
    team = next(iter(house.rules.teams))
    receive(house, about_team=team)
    house.catch_up()
    query = {**MARCH, "formula": "direct_answer"}
    for scope, named in (({"team": team}, False), ({}, True)):
        [found] = desk_of(Role.SUPERVISOR, **scope).get("/rates/tickets", params=query).json()
        assert (found["number"] is not None, found["ticket_id"] is not None) == (named, named)


WRONG = [
    ({"formula": "nothing"}, "unknown_formula"),
    ({"formula": "contact@9"}, "unknown_formula"),
    ({"rate": "nothing"}, "unknown_rate"),
    ({}, "no_formula_named"),
    ({"rate": "contact", "formula": "resolution"}, "formula_of_another_rate"),
    ({"formula": "contact", "from": "1999-01-01", "to": "1999-01-31"}, "formula_not_in_force"),
    ({"formula": "contact", "from": "2026-04-01"}, "period_reversed"),
    ({"formula": "contact", "from": "2026-03-03"}, "period_in_future"),
    ({"formula": "contact", "from": "1900-01-01"}, "period_too_long"),
    ({"formula": "contact", "as_of": "2026-03-03T00:00:00+08:00"}, "moment_in_future"),
    ({"formula": "contact", "by": "colour"}, "unknown_dimension"),
    ({"formula": "contact", "by": "unit,type,month"}, "too_many_dimensions"),
    ({"formula": "contact", "by": "month,day"}, "too_many_dimensions"),
    ({"formula": "contact", "channel": "smoke"}, "unknown_filter_value"),
    ({"formula": "contact", "from": "1767200000"}, "invalid"),
    ({"formula": "contact", "to": "soon"}, "invalid"),
    ({"formula": "contact", "colour": "red"}, "invalid"),
    ({"formula": "contact", "as_of": "yesterday"}, "invalid"),
]


@pytest.mark.parametrize(("query", "code"), WRONG)
def test_a_question_without_an_answer_is_refused_by_name(analyst: Desk, query: dict[str, str], code: str) -> None:
    """Each has its own code, in two languages."""
    answer = analyst.get("/rates", params={**MARCH, **query})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["detail"] != answer.json()["detail_en"]


def test_what_goes_with_a_list_alone_is_refused_by_name(analyst: Desk) -> None:
    """A ground without exclusions, a composite, and a cursor that was never given."""
    for query, status, code in (
        ({"formula": "contact", "ground": "withdrawn"}, 422, "ground_without_excluded"),
        ({"formula": "score.town"}, 422, "not_of_a_composite"),
        ({"formula": "contact", "after": "x"}, 400, "bad_cursor"),
        ({"formula": "contact", "part": "everything"}, 422, "invalid"),
    ):
        answer = analyst.get("/rates/tickets", params={**MARCH, **query})
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_who_does_not_count_is_turned_away(desk_of: Callable[..., Desk]) -> None:
    """Operators and clerks have no business here."""
    for role, scope in ((Role.OPERATOR, {}), (Role.UNIT_CLERK, {"unit": "wuhou-housing"}), (Role.ADMIN, {})):
        for path in ("/formulas", "/rates", "/rates/tickets"):
            assert desk_of(role, **scope).get(path, params={**MARCH, "formula": "contact"}).status_code == 403


def test_every_formula_is_shown_with_what_decides_it(house: House, analyst: Desk) -> None:
    """The list holds each with its source, hash and content, as it stands in its file."""
    found = {formula["name"]: formula for formula in analyst.get("/formulas").json()}
    assert len(found) == len(house.formulas.all)
    shown = found["satisfaction.weighted@1"]
    assert shown["content"]["terms"][1] == {"when": [{"satisfied": {"any_of": ["basically"]}}], "weight": "0.8"}
    assert (shown["from"], shown["kind"], found["score.town@1"]["kind"]) == ("2000-01-01", "formula", "composite")
