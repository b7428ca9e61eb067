"""What a profile says of expert seats: skills, the ladder a question climbs, its waits, and what goes there by itself.

No published rule fixes any of these numbers; they are ours and stand in the profiles as such.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import time
from typing import Annotated, Any, Literal

from pydantic import Field

from hotline.rules.parts import Match, Words
from hotline.rules.written import Count, Part, Slug, WrittenLimit

Rank = Literal["duty", "backup", "call_back", "ticket"]
"""The steps a ladder may have: duty experts, backups too, a booked call-back, an ordinary ticket."""
ON_SHIFT = ("duty", "backup")
"""The ranks a shift can have."""


class Skill(Words):
    """What an expert knows about. Its first category is that of a question that becomes an ordinary ticket."""

    categories: Annotated[tuple[Slug, ...], Field(min_length=1)]


class Rung(Part):
    """One step of the ladder: how long a caller on the line waits there, and how long a question in writing may.

    On the step `call_back` the wait is the time within which somebody must have called. A step without a wait in writing
    is left out for such questions; the last step, `ticket`, has no wait.
    """

    rank: Rank
    wait: WrittenLimit | None = None
    written: WrittenLimit | None = None


class ByItself(Match):
    """Requests that go to the seats by themselves when nobody takes them within the wait."""

    skill: Slug
    wait: WrittenLimit


class Hours(Part):
    """When a seat without a shift of its own is on duty; only on working days unless said."""

    since: time
    until: time
    working_days: bool = True


class ExpertRule(Part):
    """Expert seats, as one profile has them."""

    skills: dict[Slug, Skill]
    offer: WrittenLimit
    """How long an offer waits for the seat to pick up."""
    wrap_up: WrittenLimit
    """How long a seat may write up what it has answered before it is free again."""
    ladder: tuple[Rung, ...]
    call_back_days: Count
    """Days within which an expert who promises to call must do so."""
    hours: Hours
    by_itself: tuple[ByItself, ...] = ()
    knowledge_valid: Count
    """Days an entry of the knowledge base holds at the most."""
    knowledge_review: Count
    """Days after which an entry is looked at again, unless its author says sooner."""

    def by_itself_row(self, type_: str | None, urgency: str, category: tuple[str, ...]) -> ByItself | None:
        """The row for a request, if there is one; the first that fits decides."""
        return next((row for row in self.by_itself if row.fits(type_, urgency, category)), None)


def mistakes(rule: ExpertRule, categories: set[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What the form cannot see, as (code of the finding, where, details)."""
    ranks = [rung.rank for rung in rule.ladder]
    if not ranks or ranks[-1] != "ticket":
        yield "ladder_end", "experts.ladder", {}
    for rank, times in Counter(ranks).items():
        if times > 1:
            yield "twice", f"experts.ladder[{rank}]", {"what": rank}
    for number, rung in enumerate(rule.ladder, 1):
        if rung.rank != "ticket" and rung.wait is None:
            yield "rung_without_wait", f"experts.ladder[#{number}]", {"rank": rung.rank}
    if rule.hours.until <= rule.hours.since:
        yield "hours_reversed", "experts.hours", {"since": rule.hours.since, "until": rule.hours.until}
    for code, skill in rule.skills.items():
        for category in skill.categories:
            if category not in categories:
                yield "unknown_category", f"experts.skills.{code}.categories", {"code": category}
    for number, row in enumerate(rule.by_itself, 1):
        if row.skill not in rule.skills:
            here = f"experts.by_itself[#{number}].skill"
            yield "unknown_skill", here, {"skill": row.skill, "known": " ".join(rule.skills)}
        for category in row.categories:
            if category not in categories:
                yield "unknown_category", f"experts.by_itself[#{number}].categories", {"code": category}
