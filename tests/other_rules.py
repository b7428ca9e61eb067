"""Other rules for lives that were lived by the shipped ones, and a ticket's facts told under them."""

from __future__ import annotations

from datetime import date

from hotline.clocks import Reading
from hotline.facts import Recorded
from hotline.rates.rewriting import rewritten
from hotline.rules import Rules, load
from hotline.rules.parts import CalendarYear, LimitRow
from hotline.ticket import facts as f
from tests.spec import Story, rules_with

BEIJING = load("beijing").profile
HARDER = rules_with(limits=BEIJING.limits, alarms=BEIJING.alarms, statutory=())
"""Sichuan's house with Beijing's limits, which are in natural days, and no law's."""
DAYS, DAY = (LimitRow.model_validate({"limit": f"{n} working_days"}) for n in (5, 1))
SHORT = rules_with(limits=rules_with().profile.limits.model_copy(update={"policy": (DAY,)}))
OF_2027 = CalendarYear(year=2027, holidays=(date(2027, 1, 4), date(2027, 1, 5)), workdays=(), source="test")


def own(story: Story) -> list[Recorded]:
    """The ticket's facts."""
    return [r for r in story.log if r.originator_id == story.id and isinstance(r.fact, f.TicketFact)]


def under(story: Story, rules: Rules) -> list[Recorded]:
    return list(rewritten(own(story), lambda _: rules, story.now))


def rings(facts: list[Recorded], clock: str = "citizen") -> list[tuple[str, str]]:
    found = [r for r in facts if isinstance(r.fact, f.ClockRang) and r.fact.clock == clock]
    return [(r.fact.level, f"{r.recorded_at:%m-%d %H:%M}") for r in found if isinstance(r.fact, f.ClockRang)]


def citizens(facts: list[Recorded]) -> Reading:
    """How the citizen's clock stands at the end."""
    return next(
        c for r in reversed(facts) if isinstance(r.fact, f.TicketFact) for c in r.fact.clocks if c.clock == "citizen"
    )
