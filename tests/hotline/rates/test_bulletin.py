"""What a bulletin says of a month against the one before."""

from datetime import date
from typing import Any

import pytest

from hotline.command import Refused
from hotline.facts import Actor, Role
from hotline.rates import handling
from hotline.rates.answer import Figure
from hotline.rates.bulletin_making import change_of_count, change_of_rate
from hotline.rates.month import Month
from hotline.rates.subject import Whose, allowed
from hotline.rules import load

RULES = load("sichuan-2025")
UNIT, BELOW, OTHER = "jinjiang", "jinjiang-market", "wuhou-market"


SHIPPED = {
    "rework@1": "sha256:4d3a017f9c2ce9f24e7e284ef5c08b0fc8c81338e2a7144da9b7a2f4fea99edc",
    "returned@1": "sha256:586ae4cefb67c6c4fc0f0f143eced8bacdf1a9ef5b3f0bdc246258058de18f93",
    "extended@1": "sha256:0e599c3c3458a6d20699bb043f8e29e5893d89af766cf24ffbf4eddd28a87285",
}


def percent(shown: str | None) -> Figure:
    return Figure(value=None, percent=shown)


def test_a_formula_of_bulletins_never_changes_its_content() -> None:
    """Those of reworks, return requests and extensions are what they were when they were shipped."""
    assert {name: formula.hash for name, formula in handling.formulas().items()} == SHIPPED


def test_january_comes_after_december_of_the_year_before() -> None:
    """A month knows its days and its neighbours across New Year and in a leap year."""
    january = Month.read("2026-01")
    assert (str(january.before), january.before.first, january.before.last) == (
        "2025-12",
        date(2025, 12, 1),
        date(2025, 12, 31),
    )
    assert Month.read("2025-12").after == january.first
    assert Month.read("2028-02").last == date(2028, 2, 29)
    assert january.begins.isoformat() == "2026-01-01T00:00:00+08:00"


@pytest.mark.parametrize(
    "written", ["", "2026", "2026-13", "2026-00", "2026-1", "1999-12", "2026-01-01", "２０２６-01", "jan"]
)
def test_what_is_no_month_is_refused_by_name(written: str) -> None:
    """A month is four digits, a dash and two digits from 01 to 12."""
    with pytest.raises(Refused, match="unknown_month"):
        Month.read(written)


@pytest.mark.parametrize(
    ("now", "before", "value"), [(150, 100, "50.00"), (2, 3, "-33.33"), (0, 7, "-100.00"), (5, 5, "0.00"), (201, 200, "0.50")]
)  # fmt: skip
def test_counts_change_in_percent(now: int, before: int, value: str) -> None:
    """Of the month before, half away from zero."""
    assert change_of_count(now, before, unfinished=False).value == value


def test_a_count_without_a_month_to_compare_with_says_so() -> None:
    """Nothing before, or a month that is not over: null with the reason, never infinity or a fall that is none."""
    none, unfinished = change_of_count(4, 0, unfinished=False), change_of_count(4, 9, unfinished=True)
    assert (none.value, none.reason) == (None, "none_before")
    assert (unfinished.value, unfinished.reason) == (None, "unfinished")


@pytest.mark.parametrize(
    ("now", "before", "value", "reason"),
    [
        ("80.85", "94.00", "-13.15", None), ("94.00", "94.00", "0.00", None), (None, "94.00", None, "no_value"),
        ("80.85", None, None, "none_before"), (None, None, None, "no_value"),
    ],
)  # fmt: skip
def test_rates_change_in_points_between_what_is_shown(now: Any, before: Any, value: Any, reason: Any) -> None:
    """Whoever subtracts the two printed numbers gets the third; without one of them there is none, and it says why."""
    change = change_of_rate(percent(now), percent(before))
    assert (change.value, change.unit, change.reason) == (value, "points", reason)


@pytest.mark.parametrize(
    ("scope", "asked", "gets"),
    [
        ({}, Whose(), Whose()), ({}, Whose("wuhou", OTHER), Whose("wuhou", OTHER)),
        ({"district": "jinjiang"}, Whose(), Whose("jinjiang")), ({"district": "jinjiang"}, Whose(unit=OTHER), Whose("jinjiang", OTHER)),
        ({"district": "jinjiang"}, Whose("wuhou"), None), ({"unit": UNIT}, Whose(), Whose(unit=UNIT)),
        ({"unit": UNIT}, Whose(unit=BELOW), Whose(unit=BELOW)), ({"unit": BELOW}, Whose(unit=UNIT), None),
        ({"unit": UNIT}, Whose(unit=OTHER), None), ({"unit": UNIT}, Whose(unit="nobody"), None),
        ({"unit": "gone"}, Whose(unit="gone"), Whose(unit="gone")), ({"unit": "gone"}, Whose(unit=UNIT), None),
    ],
)  # fmt: skip
def test_an_account_gets_its_own_and_no_other(scope: dict[str, str], asked: Whose, gets: Whose | None) -> None:
    """Limited to a district or a unit, it gets that where it names nothing, a unit below its own by name, and is refused the
    rest."""
    actor = Actor(id="an1", role=Role.ANALYST, **scope)
    if gets is None:
        with pytest.raises(Refused, match="outside_scope"):
            allowed(asked, actor, RULES)
    else:
        assert allowed(asked, actor, RULES) == gets
