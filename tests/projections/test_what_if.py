"""A past period told under another profile: the same count where the rules are the same, and nothing live is touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import MetaData, select

from hotline.application import Hotline
from hotline.command import Refused
from hotline.facts import Recorded
from hotline.rates import catalogue
from hotline.rates.catalogue import Rate
from hotline.rates.question import Asked
from hotline.rules import Rules, load
from hotline.ticket.supervising import Note
from projections.follow import keep_up
from projections.moments import from_micros
from projections.rates import snapshot
from projections.rates_compare import Flips
from projections.registry import VIEWS
from projections.view import Views
from projections.what_if import Retold, Side, compare
from tests import tickets as t
from tests.other_rules import DAY, HARDER, SHORT, own
from tests.projections.lives import life, write_down
from tests.spec import MONDAY, Story, rules_with

NOW = datetime(2026, 12, 31, tzinfo=UTC)
YEAR = Asked(date(2026, 1, 1), date(2026, 12, 31))
RULES = load("sichuan-2025")
LONG = rules_with(
    limits=RULES.profile.limits.model_copy(update={"policy": (DAY.model_validate({"limit": "30 days"}),)})
)


def rate(name: str) -> Rate:
    return catalogue.load().find(name, date(2026, 1, 1))


def kept(hotline: Hotline, views: Views, histories: Iterable[Iterable[Recorded]]) -> None:
    """Histories written into the log in the order of their times, and all views after it."""
    facts = sorted((r for history in histories for r in history), key=lambda r: r.recorded_at)
    write_down(hotline, facts)
    keep_up(views, tuple(VIEWS.values()), hotline.facts_after)


def told(
    hotline: Hotline, views: Views, one: Rate, rules: Rules, asked: Asked = YEAR, *, most: int | None = None
) -> Retold:
    """The facts as they were recorded beside what a profile makes of them."""
    pair = Side(one, asked), Side(one, asked, rules)
    return compare(views, hotline, catalogue.load(), [pair], NOW, most=most)[0]


def flips_of(found: Retold) -> Flips:
    assert found.flips is not None, "there are none of a composite"
    return found.flips


def named(nth: int, story: Story) -> list[Recorded]:
    """A ticket of its own."""
    return [replace(r, originator_id=UUID(int=nth)) for r in own(story)]


def replied(**after: float) -> Story:
    """A ticket answered so long after it was contacted."""
    return t.a_contacted_ticket().do(t.ENVIRONMENT, t.the_reply(), **after)


def waiting(until: timedelta) -> Story:
    """A ticket not answered by then, on which somebody wrote a note."""
    story = t.a_contacted_ticket()
    story.now += until
    return story.do(t.ENVIRONMENT, Note(text="仍在办理"))


# -- the same rules ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("moments", [{}, {"as_of": timedelta(days=9)}, {"happened_by": timedelta(days=9)}])
def test_under_its_own_profile_a_period_is_counted_as_the_scoreboard_counts_it(
    hotline: Hotline, views: Views, moments: dict[str, timedelta]
) -> None:
    """Given any lives, when they are told under the profile they were lived by, then a rate of each cohort, and a score, is on
    both sides and group by group what the scoreboard answers, and no ticket flips."""
    kept(hotline, views, [life(seed) for seed in range(700, 720)])
    asked = replace(YEAR, by=("unit",), **{name: MONDAY + after for name, after in moments.items()})
    for one in map(rate, ("on_time", "satisfaction.rated_only", "direct_answer", "score.town")):
        with snapshot(views, hotline, catalogue.load()) as look:
            straight = look.answer(one, asked, NOW)
        found = told(hotline, views, one, RULES, asked)
        for side in (found.a, found.b):
            assert (side.groups, side.total, side.position) == (straight.groups, straight.total, straight.position)
        assert found.flips is None or found.flips.count == 0


# -- other rules ---------------------------------------------------------------------------------------------------
def test_tickets_that_other_limits_make_late_are_named_with_both_dues(hotline: Hotline, views: Views) -> None:
    """Given tickets answered on the first day and on the fourth, and one not answered by the fifth, when fifteen working days
    are told as one, then two of three are late: those two flip, by unit and with both dues."""
    kept(hotline, views, [named(1, replied(hours=3)), named(2, replied(days=3)), named(3, waiting(timedelta(days=4)))])
    found = told(hotline, views, rate("overdue"), SHORT, replace(YEAR, by=("unit",)))
    before, after = found.a, found.b
    assert (before.total.numerator, before.total.denominator) == ("0", 2)
    assert (after.total.numerator, after.total.denominator, after.total.percent) == ("2", 3, "66.67")
    assert (after.counted_from, after.profile is not None and after.profile.version) == ("retold", SHORT.version)
    assert before.profile is None
    flips = flips_of(found)
    assert (flips.count, flips.by_unit, flips.next) == (2, {t.ENV: 2}, None)
    dues = [tuple(f"{from_micros(side.due_at or 0):%m-%d}" for side in (one.a, one.b)) for one in flips.some]
    assert dues == [("03-24", "03-04")] * 2
    went = [(one.a.stands, one.a.weight, one.b.stands, one.b.weight) for one in flips.some]
    assert sorted(went) == [("counted", 0, "counted", 10_000), ("not_counted", 0, "counted", 10_000)]


def test_a_due_that_leaves_the_period_takes_its_ticket_along(hotline: Hotline, views: Views) -> None:
    """Given a ticket due in March, when its limit is told as thirty days, then March has lost it and April has won it."""
    kept(hotline, views, [named(1, replied(hours=3))])
    march = replace(YEAR, start=date(2026, 3, 1), end=date(2026, 3, 31), by=("month",))
    lost = told(hotline, views, rate("on_time"), LONG, march)
    assert (lost.a.total.denominator, lost.b.total.denominator) == (1, 0)
    assert (lost.b.total.value, lost.b.total.reason) == (None, "empty_denominator")
    april = replace(march, start=date(2026, 4, 1), end=date(2026, 4, 30))
    won = told(hotline, views, rate("on_time"), LONG, april)
    assert [(one.a.stands, one.b.stands) for one in flips_of(won).some] == [("elsewhere", "counted")]


def test_two_profiles_stand_side_by_side(hotline: Hotline, views: Views) -> None:
    """Given answered tickets, when both sides are told under profiles, then each names its own, and the change is what lies
    between them."""
    kept(hotline, views, [named(1, replied(days=3))])
    one = rate("on_time")
    found = compare(views, hotline, catalogue.load(), [(Side(one, YEAR, SHORT), Side(one, YEAR, HARDER))], NOW)[0]
    assert [side.profile.version for side in (found.a, found.b) if side.profile] == [SHORT.version, HARDER.version]
    assert [side.total.percent for side in (found.a, found.b)] == ["0.00", "100.00"]


def test_two_runs_are_equal_but_for_when(hotline: Hotline, views: Views) -> None:
    """Given any lives, when a profile is tried twice, then all but ``computed_at`` is equal."""
    kept(hotline, views, [life(seed) for seed in range(730, 740)])
    one = told(hotline, views, rate("on_time"), HARDER)
    again = told(hotline, views, rate("on_time"), HARDER)
    assert one == again


# -- nothing is touched --------------------------------------------------------------------------------------------
def test_nothing_live_is_touched(hotline: Hotline, views: Views, tmp_path: Path) -> None:
    """Given a log with views, due list among them, when a profile is tried, then every row of every table and every position is
    what it was, and nothing was written to the log that anybody could be sent."""
    kept(hotline, views, [life(seed) for seed in range(740, 750)])
    before = (digest(views), digest_of_log(tmp_path), hotline.position(), hotline.written)
    found = told(hotline, views, rate("on_time"), HARDER, replace(YEAR, by=("month", "unit")))
    assert flips_of(found).count > 0
    assert (digest(views), digest_of_log(tmp_path), hotline.position(), hotline.written) == before


def digest(views: Views) -> dict[str, str]:
    """Every table there is, the positions among them, to what stands in it."""
    tables = MetaData()
    tables.reflect(views.engine)
    with views.engine.connect() as connection:
        rows = {name: sorted(map(repr, connection.execute(select(table)))) for name, table in tables.tables.items()}
    assert sum(map(len, rows.values())) > 100
    return {name: sha256("\n".join(each).encode()).hexdigest() for name, each in rows.items()}


def digest_of_log(folder: Path) -> dict[str, str]:
    return {
        path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("log.db*") if "shm" not in path.name
    }


# -- refused -------------------------------------------------------------------------------------------------------
def test_what_cannot_be_told_is_refused_by_name(hotline: Hotline, views: Views) -> None:
    """Given two tickets, when calls, two unlike rates, an empty period or more tickets than allowed are asked for, then each is
    refused by its name."""
    kept(hotline, views, [named(1, replied(hours=3)), named(2, replied(days=3))])

    def refused(
        code: str, one: Rate, *, asked: Asked = YEAR, other: Rate | None = None, most: int | None = None
    ) -> None:
        sides = (Side(one, asked), Side(other or one, asked, SHORT))
        with pytest.raises(Refused, match=code):
            compare(views, hotline, catalogue.load(), [sides], NOW, most=most)

    refused("what_if_no_calls", rate("connection"))
    refused("what_if_two_rates", rate("on_time"), other=rate("score.town"))
    refused("what_if_nothing", rate("on_time"), asked=replace(YEAR, start=date(2025, 1, 1), end=date(2025, 1, 31)))
    refused("what_if_too_many", rate("on_time"), most=1)
    told(hotline, views, rate("on_time"), SHORT, most=2)


def test_flips_come_a_page_at_a_time(hotline: Hotline, views: Views) -> None:
    """Given five tickets that flip, when two at a time are asked for, then three pages have each of them once, and each page
    says of how many."""
    kept(hotline, views, [named(nth, replied(days=3)) for nth in range(1, 6)])
    one, seen, after = rate("on_time"), list[int](), None
    sides = Side(one, YEAR), Side(one, YEAR, SHORT)
    while True:
        (page,) = compare(views, hotline, catalogue.load(), [sides], NOW, after=after, limit=2)
        seen += [flip.ticket_id.int for flip in flips_of(page).some]
        assert flips_of(page).count == 5
        after = flips_of(page).next
        if after is None:
            break
    assert seen == [1, 2, 3, 4, 5]


def test_an_empty_log_has_nothing(hotline: Hotline, views: Views) -> None:
    """Given an empty log, when a profile is tried, then it is refused by name."""
    with pytest.raises(Refused, match="what_if_nothing"):
        told(hotline, views, rate("on_time"), SHORT)
