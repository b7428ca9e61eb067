"""Figures and lists that the database counts: the same as counted by hand, and no more is read than is shown."""

from collections import Counter
from datetime import timedelta
from itertools import count
from math import ceil
from random import Random
from typing import Any
from uuid import UUID

import pytest
from pydantic_core import to_json
from sqlalchemy import insert

from hotline.seeing import Scope, sees
from projections import consultations, expert_figures, readings
from projections.corrections import corrections
from projections.moments import from_micros, micros
from projections.reading_figures import figures
from projections.readings import WHAT, Line
from projections.view import Views
from tests.spec import MONDAY

NO = frozenset[str]()
SCOPES = [
    Scope(units=None, district=None, not_about=None, never_accused=NO),
    Scope(units=None, district="a", not_about=None, never_accused=NO),
    Scope(units=None, district=None, not_about="a", never_accused=NO),
    Scope(units=frozenset({"a", "c"}), district=None, not_about=None, never_accused=frozenset({"a"})),
    Scope(units=frozenset({"b"}), district="b", not_about="b", never_accused=frozenset({"b", "c"})),
]
SINCE, UNTIL = MONDAY + timedelta(hours=20), MONDAY + timedelta(hours=200)


def a_doc(draw: Random, nth: int) -> dict[str, Any]:
    """A ticket of which anything may be missing."""
    some = ("a", "b", "c", None)
    decided = draw.random() < 0.9
    doc: dict[str, Any] = {
        "number": f"{nth:014}",
        "received_at": MONDAY.isoformat(),
        "district": draw.choice(some),
        "about_team": draw.choice(some),
        "accused_unit": draw.choice(some),
        "confidential": False,
        "type": draw.choice(("report", "help", None)),
        "decided": {what: draw.choice(some) for what in WHAT if draw.random() < 0.8} if decided else {},
        "decided_at": (MONDAY + timedelta(minutes=draw.randrange(20_000))).isoformat() if decided else None,
        "by": "operator" if decided else None,
    }
    if draw.random() < 0.9:
        proposed = {what: draw.choice(some) for what in WHAT if draw.random() < 0.9}
        doc |= {"model": draw.choice("mn"), "rules": "r", "probability": 0.5, "proposed": proposed}
    return doc | ({"confirmed": True} if draw.random() < 0.3 else {})


@pytest.fixture
def lines(views: Views) -> list[Line]:
    """What stands in the view, by hand."""
    draw = Random(7)
    docs = [a_doc(draw, nth) for nth in range(400)]
    rows = [
        {"ticket_id": UUID(int=nth), "doc": to_json(doc).decode(), **readings.columns(doc)}
        for nth, doc in enumerate(docs)
    ]
    with views.writing() as connection:
        connection.execute(insert(readings.table), rows)
    return [Line.model_validate(doc) for doc in docs]


def decided(lines: list[Line], scope: Scope) -> list[Line]:
    return [
        line
        for line in lines
        if line.model is not None
        and line.decided_at is not None
        and SINCE <= line.decided_at < UNTIL
        and sees(scope, line)
    ]


@pytest.mark.parametrize("scope", SCOPES)
def test_figures_are_those_counted_by_hand(
    views: Views, lines: list[Line], scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every scope, of one period, and no ticket is read for it."""
    own = decided(lines, scope)
    assert own
    monkeypatch.setattr(Line, "model_validate", None)

    found = figures(views, scope, SINCE, UNTIL)

    assert (found.decided, found.confirmed) == (len(own), sum(line.confirmed for line in own))
    for accepted in found.accepted:
        pairs = [(getattr(line.proposed, accepted.what), getattr(line.decided, accepted.what)) for line in own]
        said = [pair for pair in pairs if pair[1] is not None]
        assert (accepted.numerator, accepted.denominator) == (sum(a == b for a, b in said), len(said))
    of = [line for line in own if line.proposed.category is not None and line.decided.category is not None]
    by = Counter((line.model, line.proposed.category) for line in of)
    right = Counter(
        (line.model, line.proposed.category) for line in of if line.proposed.category == line.decided.category
    )
    counted = [((one.model, one.category), one.numerator, one.denominator) for one in found.by_category]
    assert counted == [(key, right[key], by[key]) for key in sorted(by)]


@pytest.mark.parametrize("scope", SCOPES)
def test_no_more_corrections_are_read_than_are_asked_for(
    views: Views, lines: list[Line], scope: Scope, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The latest first; with a limit just these are read."""
    own = [line for line in decided(lines, scope) if line.differs]
    found = corrections(views, scope, SINCE, UNTIL)
    assert {one.number for one in found} == {line.number for line in own}
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
    read, validate = count(), Line.model_validate
    monkeypatch.setattr(Line, "model_validate", lambda doc: (next(read), validate(doc))[1])
    assert corrections(views, scope, SINCE, UNTIL, limit=3) == found[:3]
    assert next(read) == min(3, len(found))


def test_figures_of_experts_are_those_counted_by_hand(views: Views) -> None:
    """Phases, waits by their rank, steps of the ladder, call-backs, and hours at which nobody was to be had."""
    draw, nobody = Random(8), Counter[tuple[str, int, str]]()
    phases = ("answered", "cancelled", "ticket", "offered")
    rows: list[dict[str, Any]] = [
        {
            "ticket_id": UUID(int=nth), "ticket": str(nth), "phase": draw.choice(phases), "open": draw.randrange(2), "skill": "tax",
            "seat": None, "urgency": 2, "asked_at": micros(MONDAY) + draw.randrange(10**12), "not_before": 0,
            "picked_after": draw.choice((None, draw.randrange(10**8))), "offers": draw.randrange(3), "depth": draw.randrange(1, 5),
            "call_back": draw.choice((None, "booked", "kept", "missed")), "doc": "{}",
        }
        for nth in range(300)
    ]  # fmt: skip
    missed: list[dict[str, Any]] = [
        {"ticket_id": UUID(int=nth), "nth": 0, "skill": draw.choice("tk"), "rank": "duty", "reason": draw.choice("ab"),
         "at": micros(MONDAY) + draw.randrange(10**12)}
        for nth in range(200)
    ]  # fmt: skip
    with views.writing() as connection:
        connection.execute(insert(consultations.table), rows)
        connection.execute(insert(consultations.failures), missed)
    until = MONDAY + timedelta(days=6)
    rows = [row for row in rows if row["asked_at"] < micros(until)]
    for row in missed:
        if row["at"] < micros(until):
            nobody[row["skill"], from_micros(row["at"]).hour, row["reason"]] += 1

    found = expert_figures.figures(views, MONDAY, until)

    times = Counter(row["phase"] for row in rows)
    waits = sorted(row["picked_after"] for row in rows if row["picked_after"] is not None)
    instantly = [row for row in rows if (row["phase"], row["offers"], row["call_back"]) == ("answered", 1, None)]
    assert (found.asked, found.open, found.turned_into_tickets) == (
        len(rows),
        sum(r["open"] for r in rows),
        times["ticket"],
    )
    share = found.answered_instantly
    counts = (len(instantly), len(rows) - times["cancelled"], times["cancelled"])
    assert (share.numerator, share.denominator, share.excluded) == counts
    for told, rank in ((found.pick_up_p50_seconds, 0.5), (found.pick_up_p90_seconds, 0.9)):
        assert told == waits[ceil(rank * len(waits)) - 1] / 1_000_000
    steps = dict(enumerate(("duty", "backup", "call_back", "ticket"), 1))
    assert found.depth == Counter(steps[row["depth"]] for row in rows)
    assert found.call_backs == Counter(row["call_back"] for row in rows if row["call_back"] is not None)
    assert {(f.skill, f.hour, f.reason): f.times for f in found.unavailable} == nobody
    assert expert_figures.figures(views, until + timedelta(days=30)).pick_up_p50_seconds is None
