"""Holding readings against what is right."""

import json

import pytest

from hotline.reading import evaluating, outside
from hotline.reading.evaluating import Labelled
from hotline.reading.reading import Guess, Reading
from hotline.rules import load

RULES = load("sichuan-2025")


def _reading(*codes: str, **told: object) -> Reading:
    categories = tuple(Guess(category=(code.split(".")[0], code), probability=0.3) for code in codes)
    heads = tuple(Guess(category=(head,), probability=0.4) for head in dict.fromkeys(c.split(".")[0] for c in codes))
    return Reading(model="m", rules="r", categories=categories, heads=heads, **told)  # type: ignore[arg-type]


WANTED = [
    Labelled("1", "a", "market.prices", ("complaint",), "12345", "normal"),
    Labelled("2", "b", "utilities.water", ("help", "complaint"), "12345", "urgent"),
    Labelled("3", "c", "safety.fire_explosion", ("help",), "119", "emergency"),
    Labelled("4", "d", "market.prices", ("consult",), "12345", "normal"),
]
READ = {
    "a": _reading("market.prices", "utilities.water", type="complaint"),
    "b": _reading("market.prices", "utilities.water", type="help"),
    "c": _reading("utilities.water", type="help", owner="119", urgency="emergency"),
    "d": _reading("utilities.gas", type="complaint", owner="110", urgency="emergency"),
}


def test_the_figures_are_shares() -> None:
    """Given four requests and what was read in them, when they are judged, then each figure is the share that is right."""
    ticks = iter(range(100))
    judged = evaluating.judge(WANTED, READ.__getitem__, lambda: next(ticks) / 1000)
    assert evaluating.figures(judged) == {
        "level1_top1": 0.25,
        "level1_top3": 0.5,
        "level2_top3": 0.5,
        "type": 0.75,
        "owner": 0.75,
        "emergency_recall": 1.0,
        "emergency_false_alarms": 0.3333,
        "pairs_f1": None,
        "p99_ms": 1.0,
    }
    assert evaluating.details(judged)["requests"] == 4
    assert evaluating.owners(judged)["12345", "110"] == 1


def test_the_gravest_stand_first() -> None:
    """Given an emergency missed and smaller mistakes, when the worst are asked for, then the missed one stands first."""
    read = READ | {"c": _reading("utilities.water", type="help", owner="119")}
    judged = evaluating.judge(WANTED, read.__getitem__, lambda: 0.0)
    assert evaluating.worst(judged, 1)[0].wanted.id == "3"
    assert evaluating.worst(judged, 1)[0].mistakes[0] == "missed_emergency"


def test_nothing_to_count_is_null() -> None:
    """Given no requests, when they are judged, then the figures are null and not zero."""
    assert set(evaluating.figures(()).values()) == {None}


def test_outside_requests_name_categories_in_chinese() -> None:
    """Given a line as others write it, when it is read, then it has our codes; a line that cannot be used is named."""
    line = {"id": "x", "text": "停水", "type": "求助", "type_alt": "投诉", "category": {"l1": "公用事业", "l2": "供水"}}
    (only,) = outside.labelled([json.dumps(line), ""], RULES)
    assert (only.category, only.types, only.owner) == ("utilities.water", ("help", "complaint"), None)
    with pytest.raises(ValueError, match="line 2"):
        list(outside.labelled([json.dumps(line), "{}"], RULES))
