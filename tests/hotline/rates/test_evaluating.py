"""A rate is what its published rule says it is, to the last ticket, and never without its proof."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from hotline.command import Refused
from hotline.rates.answer import groups
from hotline.rates.catalogue import load
from hotline.rates.counts import Counts, points, score, written
from hotline.rates.evaluating import count
from hotline.rates.fields import day_number
from hotline.rates.formula import Composite, Formula
from hotline.rates.outcome import OutcomeRow
from hotline.rates.question import Asked
from hotline.rules import load as load_rules
from tests.hotline.rates.outcomes import outcome

JANUARY = Asked(date(2026, 1, 1), date(2026, 1, 31))
DAY = day_number(date(2026, 1, 15))
TODAY = day_number(date(2026, 1, 31))


def formula(id: str) -> Formula:
    found = load().find(id, JANUARY.start)
    assert isinstance(found, Formula)
    return found


def closed(**given: object) -> OutcomeRow:
    return outcome(ended="closed", closed_day=DAY, **given)


def counted(id: str, *rows: OutcomeRow, asked: Asked = JANUARY, today: int = TODAY) -> Counts:
    found = count(formula(id), rows, asked, today)
    assert len(found) == 1
    return found[()]


def exactly(counts: Counts) -> Fraction:
    assert counts.value is not None
    return Fraction(*counts.value)


def test_what_the_caller_says_counts_as_each_variant_has_it() -> None:
    """The five ways to count satisfaction give five values of the same tickets, with the same coverage."""
    rows = [
        *(closed(satisfied="satisfied") for _ in range(4)),
        *(closed(satisfied="basically") for _ in range(2)),
        closed(satisfied="neutral"),
        *(closed(satisfied="dissatisfied") for _ in range(3)),
        *(closed(satisfied="silent") for _ in range(8)),
        *(closed() for _ in range(2)),
    ]
    expected = {
        "satisfaction.weighted": Fraction(62, 100),
        "satisfaction.positive": Fraction(6, 10),
        "satisfaction.rated_only": Fraction(7, 10),
        "satisfaction.silence_counts": Fraction(17, 20),
        "satisfaction.silence_after_10_days": Fraction(17, 20),
    }
    for id, value in expected.items():
        found = counted(id, *rows)
        assert (exactly(found), found.asked, found.answered, found.population) == (value, 18, 10, 20), id
    early = counted("satisfaction.silence_after_10_days", *rows, today=DAY + 9)
    assert (exactly(early), early.denominator) == (Fraction(7, 10), 10)


def test_each_ground_a_formula_honours_leaves_a_ticket_out_once() -> None:
    """An excluded ticket is in no denominator, counts under the first ground honoured, and still among those asked."""
    rows = [
        closed(satisfied="satisfied"),
        closed(satisfied="silent", excluded=frozenset({"unreachable", "unreasonable"})),
        closed(satisfied="dissatisfied", excluded=frozenset({"unanswered"})),
    ]
    found = count(formula("satisfaction.rated_only"), rows, JANUARY, TODAY)
    [group], total = groups((), formula("satisfaction.rated_only"), found)
    assert total.excluded == {"unreasonable": 1, "unanswered": 1}
    assert (total.denominator, total.numerator, total.percent) == (1, "1", "100.00")
    assert (total.asked, total.answered, total.coverage, total.population) == (3, 2, "0.6667", 3)
    assert group.key == {}
    heard = counted("satisfaction.silence_counts", *rows)
    assert (heard.denominator, heard.numerator) == (2, 10_000)  # where silence counts, an unanswered one does not leave


def test_an_empty_denominator_gives_no_value() -> None:
    """Nothing to divide by is said so: neither 0 nor 100."""
    found = count(formula("resolution"), [closed(resolved="unresolved")], JANUARY, TODAY)
    _, total = groups((), formula("resolution"), found)
    assert (total.value, total.percent, total.reason, total.denominator) == (None, None, "empty_denominator", 0)
    _, nobody = groups((), formula("resolution"), {})
    assert (nobody.value, nobody.reason, nobody.population) == (None, "empty_denominator", 0)


def test_what_nobody_has_replied_to_is_late_from_the_day_after_its_due() -> None:
    """An unanswered ticket cannot stay out of the rate by nobody noticing."""
    row = outcome(on_time="pending", due_day=DAY)
    assert counted("on_time", row, today=DAY).denominator == 0
    assert counted("on_time", row, today=DAY + 1).value == (0, 10_000)
    assert counted("overdue", row, today=DAY + 1).value == (10_000, 10_000)


def test_cohorts_are_by_the_formulas_own_date() -> None:
    """Received in December, closed in January: among January's outcomes, not among January's volume."""
    row = closed(direct="yes", satisfied="satisfied", received_day=day_number(date(2025, 12, 30)))
    assert counted("satisfaction.positive", row).population == 1
    assert count(formula("direct_answer"), [row], JANUARY, TODAY) == {}


def test_a_composite_is_its_points_times_its_parts() -> None:
    """30/35/35 of three rates; without one of them there is no score."""
    found = load().find("score.junggar", JANUARY.start)
    assert isinstance(found, Composite)
    value = score(points(found), [(3, 3), (1, 2), (4, 5)])
    assert value is not None
    assert written(value, 2, times=100) == "75.50"
    assert score(points(found), [(1, 1), None, (1, 1)]) is None


@pytest.mark.parametrize(
    ("exact", "places", "text"),
    [
        (Fraction(17770, 21979) * 100, 2, "80.85"),
        (Fraction(1, 200), 2, "0.01"),
        (Fraction(-1, 200), 2, "-0.01"),
        (Fraction(0), 2, "0.00"),
        (Fraction(1, 3), 6, "0.333333"),
        (Fraction(9999995, 10000000), 6, "1.000000"),
    ],
)
def test_percents_are_half_up(exact: Fraction, places: int, text: str) -> None:
    """What bulletins print is rounded half up, exactly, whatever a binary fraction would say."""
    assert written(exact.as_integer_ratio(), places) == text
    assert written((exact.numerator * 77, exact.denominator * 77), places) == text


def test_a_question_that_cannot_be_answered_is_refused_by_name() -> None:
    """Reversed, in the future, unknown or too much: each has its own refusal."""
    zone, now = load_rules("sichuan-2025").calendar.zone, datetime(2026, 2, 1, 4, tzinfo=UTC)
    good = Asked(date(2026, 1, 1), date(2026, 2, 28), ("month", "unit"), {"channel": ("phone", "")})
    assert good.checked(now, zone) is good
    later = datetime(2026, 2, 1, 5, tzinfo=UTC)
    early = datetime(2025, 12, 31, 15, 59, tzinfo=UTC)
    refused = {
        "period_reversed": Asked(date(2026, 1, 2), date(2026, 1, 1)),
        "period_in_future": Asked(date(2026, 2, 2), date(2026, 2, 28)),
        "period_too_long": Asked(date(1900, 1, 1), date(2026, 1, 1)),
        "moment_in_future": Asked(date(2026, 1, 1), date(2026, 1, 1), as_of=later),
        "unknown_dimension": Asked(date(2026, 1, 1), date(2026, 1, 1), ("colour",)),
        "too_many_dimensions": Asked(date(2026, 1, 1), date(2026, 1, 1), ("unit", "type", "channel")),
        "unknown_filter_value": Asked(date(2026, 1, 1), date(2026, 1, 1), filters={"channel": ("smoke",)}),
    }
    for code, asked in refused.items():
        with pytest.raises(Refused, match=code):
            asked.checked(now, zone)
    with pytest.raises(Refused, match="period_in_future"):
        Asked(date(2026, 1, 1), date(2026, 1, 1), happened_by=early).checked(now, zone)
    with pytest.raises(Refused, match="unknown_dimension"):
        Asked(date(2026, 1, 1), date(2026, 1, 1), filters={"month": ("2026-01",)}).checked(now, zone)
