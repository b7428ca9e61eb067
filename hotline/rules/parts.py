"""The parts a profile is made of, each as frozen as the profile itself."""

from collections.abc import Iterator
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from hotline.calendar import CalendarTable
from hotline.clocks import AlarmPlan
from hotline.rules.written import (
    TYPES,
    URGENCIES,
    Count,
    Part,
    Share,
    Slug,
    Text,
    TicketType,
    Tier,
    Urgency,
    WrittenLimit,
    known_placeholders,
)


class Words(Part):
    """A name in both languages."""

    zh: Text
    en: Text


class Match(Part):
    """For which matters a row holds; what is left out holds for all. `categories` are codes of either level."""

    types: tuple[TicketType, ...] = TYPES
    urgencies: tuple[Urgency, ...] = URGENCIES
    categories: tuple[Slug, ...] = ()

    def fits(self, type_: str | None, urgency: str, category: tuple[str, ...]) -> bool:
        """Whether the row holds; a ticket nobody has classified yet counts as "other"."""
        in_category = not self.categories or any(code in self.categories for code in category)
        return (type_ or "other") in self.types and urgency in self.urgencies and in_category


class LimitRow(Match):
    """A limit for the matters it fits."""

    limit: WrittenLimit


def _rows(written: Any) -> Any:
    return [{"limit": written}] if isinstance(written, str) else written


Rows = Annotated[tuple[LimitRow, ...], BeforeValidator(_rows)]
"""Limits by matter, the first row that fits decides; a single limit for all may be written alone."""


class CallBackRule(Match):
    """Who is called back: how, what share of them (0 to 1), how many attempts, and who comes first (1 before 2)."""

    mode: Literal["voice", "text", "none"]
    sample: Share
    attempts: Count = 2
    priority: Count = 2


class Alarms(Part):
    """When one kind of clock makes itself heard."""

    yellow: Share | None = None
    red: bool = True
    after: dict[Slug, WrittenLimit] = Field(default_factory=dict)

    def plan(self) -> AlarmPlan:
        """The same for the clocks."""
        return AlarmPlan(yellow_share=self.yellow, red=self.red, after=self.after)


class ExtensionRule(Part):
    """How much longer a unit may be given, in days of the limit's own kind, and how often in one assignment."""

    max_times: Count
    days: dict[TicketType, Annotated[int, Field(ge=0, le=1_000, strict=True)]]

    def max_days(self, type_: str | None) -> int:
        """The most days one ticket of this type may be extended by; 0 means never."""
        return {str(t): n for t, n in self.days.items()}.get(type_ or "other", 0)


class NuisanceRule(Part):
    """After how many nuisance calls within the window a caller is warned, restricted, told to the police."""

    warn_at: Count
    restrict_at: Count
    police_at: Count
    window_days: Count
    restrict_days: Count


class ProblemRule(Part):
    """From how many reworks, or lead units tried, a ticket is a problem ticket."""

    reworks: Count
    leads: Count


class RetentionRule(Match):
    """How long a ticket is kept: the class of the file plan and its years.  ``types = []`` names a class into which nothing falls
    any more and which older tickets have."""

    code: Slug
    years: Count


class StatutoryLimit(Match):
    """A limit a law sets, in force from a date until a date (both included); our pauses do not stop its clock."""

    id: Slug
    law: Text
    limit: WrittenLimit
    since: date
    until: date | None = None

    def in_force(self, on: date) -> bool:
        """Whether this version held on that date."""
        return self.since <= on and (self.until is None or on <= self.until)


class Unit(Part):
    """A handling unit. `government` marks the government of its tier, which stands over the departments of that tier."""

    id: Slug
    name: Text
    name_en: Text
    tier: Tier
    parent: Slug | None = None
    district: Slug | None = None
    government: bool = False


class Team(Part):
    """A team of the hotline itself; a complaint about it bypasses it."""

    id: Slug
    name: Text
    name_en: Text


class Category(Part):
    """One entry of the shared tree; `code` of level 2 is the parent's code, a dot and its own word."""

    code: Slug
    zh: Text
    en: Text
    level: int
    parent: Slug | None = None


class CategoryHead(Words):
    """A category of level 1 as a profile writes it, with the words below it."""

    below: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+$")], Words] = Field(default_factory=dict)

    def entries(self, code: str) -> Iterator[Category]:
        """The head and everything below it as entries of the tree."""
        yield Category(code=code, zh=self.zh, en=self.en, level=1)
        for word, name in self.below.items():
            yield Category(code=f"{code}.{word}", zh=name.zh, en=name.en, level=2, parent=code)


class ReplyTemplate(Part):
    """A text a unit or operator starts a reply from."""

    id: Slug
    title: Text
    text: Annotated[Text, AfterValidator(known_placeholders)]


class Route(Part):
    """A statutory route the hotline points to instead of handling the matter."""

    name: Words
    text: Words


class ContactRule(Part):
    """When people may be called, how often it is tried, and how long between tries. An emergency ignores the quiet hours."""

    quiet_from: time
    quiet_until: time
    attempts: Count
    retry_after: WrittenLimit

    def quiet(self, local: time) -> bool:
        """Whether people are left alone at that hour of the profile's zone; the hours may go over midnight."""
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= local < self.quiet_until
        return local >= self.quiet_from or local < self.quiet_until


class PublicRule(Part):
    """What the public page puts up with: wrong codes per ticket and address within the window, looser per address alone;
    what a caller may add to and rate a ticket of his within 24 hours, ``words_a_day`` in all."""

    tries: Count
    window: WrittenLimit
    tries_per_address: Count
    words_a_day: Count


class TelephoneRule(Part):
    """How soon a ringing call is to be answered, in seconds, and the share of calls that is to be answered at all."""

    answered_within: Count
    connection_target: Share


class CalendarYear(Part):
    """A year's holidays and make-up workdays, as the State Council's notice has them."""

    year: Annotated[int, Field(ge=2004, le=2100, strict=True)]
    holidays: tuple[date, ...]
    workdays: tuple[date, ...]
    source: Text

    def table(self) -> CalendarTable:
        """The same for the calendar."""
        return CalendarTable(self.year, frozenset(self.holidays), frozenset(self.workdays), self.source)
