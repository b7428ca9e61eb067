"""Two profiles compared over the API: both answers with their proof, the tickets that flip, and only as much as one request may."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hotline.command import Refused
from hotline.facts import Role
from hotline.rules import load
from tests import tickets as t
from tests.other_rules import own
from tests.projections.lives import write_down
from tests.support.clock import SettableClock
from tests.workers.web.desk import Desk
from workers.compose import House
from workers.rates import profile
from workers.web.api import rates as routes

MARCH: dict[str, Any] = {"from": "2026-03-01", "to": "2026-03-31", "by": ["unit"]}
SHANDONG = load("shandong-2020")


@pytest.fixture
def analyst(house: House, clock: SettableClock, desk_of: Callable[..., Desk]) -> Desk:
    """Somebody who counts, over two answered tickets: one after three hours, one after nine days."""
    facts = [
        replace(r, originator_id=UUID(int=nth))
        for nth, after in enumerate((timedelta(hours=3), timedelta(days=9)), 1)
        for r in own(t.a_contacted_ticket().do(t.ENVIRONMENT, t.the_reply(), days=after.days, seconds=after.seconds))
    ]
    write_down(house.hotline, sorted(facts, key=lambda r: r.recorded_at))
    house.catch_up()
    clock.advance(days=60)
    return desk_of(Role.ANALYST)


def body(*profiles: str | None, formula: str = "on_time", **changes: Any) -> dict[str, Any]:
    a, b = ({"formula": formula, "profile": profile} for profile in profiles)
    return {"a": a, "b": b, **MARCH, **changes}


def test_a_profile_stands_beside_what_was_recorded(analyst: Desk) -> None:
    """Given a ticket answered in nine days, when five working days are tried instead of fifteen, then it flips, with both dues;
    both answers have formula, hash, profile and position, and the difference stands by unit."""
    found = analyst.post("/rates/compare", body(None, "shandong-2020")).json()
    assert [found[side]["total"]["percent"] for side in "ab"] == ["100.00", "50.00"]
    assert found["a"]["formula"]["hash"] == found["b"]["formula"]["hash"]
    assert (found["a"]["profile"], found["b"]["profile"]["version"]) == (None, SHANDONG.version)
    assert [found[side]["counted_from"] for side in "ab"] == ["retold", "retold"]
    assert found["a"]["position"] == found["b"]["position"] == analyst.house.hotline.position()
    assert found["difference"] == [
        {"key": {"unit": t.ENV}, "a": "100.00", "b": "50.00", "points": "-50.00", "reason": None}
    ]
    assert (found["flips"]["count"], found["flips"]["by_unit"], found["flips"]["next"]) == (1, {t.ENV: 1}, None)
    (flip,) = found["flips"]["tickets"]
    assert (flip["ticket_id"], flip["a"]["due_at"][:10], flip["b"]["due_at"][:10]) == (
        str(UUID(int=2)), "2026-03-24", "2026-03-10",
    )  # fmt: skip


def test_the_recorded_side_is_what_the_scoreboard_answers(analyst: Desk) -> None:
    """Given recorded tickets, when a profile is tried, then the other side is the answer that ``GET /rates`` gives."""
    found = analyst.post("/rates/compare", body(None, "shandong-2020")).json()["a"]
    period = {"formula": "on_time", "from": MARCH["from"], "to": MARCH["to"], "by": "unit"}
    (answer,) = analyst.get("/rates", params=period).json()["answers"]
    for name in ("groups", "total", "position", "moment", "formula"):
        assert found[name] == answer[name]


def test_formulas_are_compared_as_before(analyst: Desk) -> None:
    """Given no profile on either side, when formulas are compared, then the scoreboard counts and no due is told."""
    both = {"a": {"formula": "on_time"}, "b": {"formula": "overdue"}, **MARCH}
    found = analyst.post("/rates/compare", both).json()
    assert found["a"]["counted_from"] != "retold"
    assert {flip[side]["due_at"] for flip in found["flips"]["tickets"] for side in "ab"} == {None}


def test_nothing_is_written_by_asking(analyst: Desk) -> None:
    """Given a log, when a profile is tried, then the log ends where it ended, and all views stand there."""
    house = analyst.house
    before = (house.hotline.position(), {name: house.views.position(name) for name in house.views.known})
    assert analyst.post("/rates/compare", body("beijing", "shandong-2020")).status_code == 200
    assert (house.hotline.position(), {name: house.views.position(name) for name in house.views.known}) == before


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (body(None, "nowhere"), "unknown_profile"),
        (body(None, "/etc/passwd"), "unknown_profile"),
        (body(None, "../profiles/beijing.toml"), "unknown_profile"),
        (body(None, "beijing", formula="connection"), "what_if_no_calls"),
        (body(None, "beijing", **{"from": "2026-03-31", "to": "2026-03-01"}), "period_reversed"),
        (body(None, "beijing", **{"from": "2126-03-01", "to": "2126-03-31"}), "period_in_future"),
        (body(None, "beijing", **{"from": "2025-03-01", "to": "2025-03-31"}), "what_if_nothing"),
        (body(None, "beijing", by=["weather"]), "unknown_dimension"),
        ({**body(None, "beijing"), "a": {"formula": "score.town"}}, "what_if_two_rates"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_by_name(analyst: Desk, asked: dict[str, Any], code: str) -> None:
    """Given any question that makes no sense, when it is asked, then the refusal has its name and a sentence."""
    answer = analyst.post("/rates/compare", asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["detail"]


def test_more_than_one_request_may_is_sent_to_the_command_line(analyst: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given two tickets where one may be told again, when a profile is tried, then it is refused, with how many there are and
    what to do."""
    monkeypatch.setattr(routes, "MOST_RETOLD", 1)
    answer = analyst.post("/rates/compare", body(None, "beijing"))
    assert (answer.status_code, answer.json()["code"]) == (422, "what_if_too_many")
    assert "hotline rates what-if" in answer.json()["detail"]


def test_a_profile_that_fails_its_check_is_refused_with_its_findings(
    open_house: Callable[..., House], tmp_path: Path
) -> None:
    """Given calendar tables that were broken since the start, when a profile is named, then the refusal says what is wrong and
    where."""
    table = tmp_path / "2027.toml"
    table.write_text('[[calendar]]\nyear = 2027\nholidays = []\nworkdays = []\nsource = "试"\n', encoding="utf-8")
    house = open_house(calendar_tables=table)
    table.write_text('[[calendar]]\nyear = "soon"\n', encoding="utf-8")
    with pytest.raises(Refused, match="profile_unsound") as refused:
        profile(house, "beijing")
    assert "calendar" in refused.value.details["findings"]
