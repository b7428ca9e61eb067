"""The form of a profile: every key a profile may have, and nothing else."""

import json
from functools import cached_property
from hashlib import sha256
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from hotline.rules.bulletin_rule import BulletinRule
from hotline.rules.dispatching import DispatchRule
from hotline.rules.experts import ExpertRule
from hotline.rules.gazetteer import Gazetteer
from hotline.rules.meaning import Meaning
from hotline.rules.parts import (
    Alarms,
    CalendarYear,
    CallBackRule,
    CategoryHead,
    ContactRule,
    ExtensionRule,
    NuisanceRule,
    ProblemRule,
    PublicRule,
    ReplyTemplate,
    RetentionRule,
    Route,
    Rows,
    StatutoryLimit,
    Team,
    TelephoneRule,
    Unit,
    Words,
)
from hotline.rules.platforms import BoundaryRule, PlatformRule
from hotline.rules.reading_rule import ReadingRule
from hotline.rules.written import Count, Part, ReviewCheck, Slug, SmallName, Text


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise PydanticCustomError("zone", "unknown time zone")
    return name


class Limits(Part):
    """All limits. In each list the first row that fits decides, so the rows for special matters stand first."""

    policy: Rows
    unit: Rows = ()
    small: dict[SmallName, Rows]


class Profile(Part):
    """One city's rules of one year as written down, the shared parts it extends already put in."""

    id: Slug
    name: Words
    note: Words
    """How far the numbers are published and how far they are ours."""
    sources: tuple[Text, ...]
    timezone: Annotated[str, AfterValidator(_zone)]
    text_max: Count
    contact_before_reply: bool
    returns_before_dispute: Count
    review_checks: tuple[ReviewCheck, ...]
    limits: Limits
    alarms: dict[Slug, Alarms]
    extension: ExtensionRule
    call_back: tuple[CallBackRule, ...]
    nuisance: NuisanceRule
    problem: ProblemRule
    retention: tuple[RetentionRule, ...]
    contact: ContactRule
    public: PublicRule
    telephone: TelephoneRule
    experts: ExpertRule
    platforms: PlatformRule
    boundary: tuple[BoundaryRule, ...]
    reading: ReadingRule
    bulletin: BulletinRule
    statutory: tuple[StatutoryLimit, ...]
    routes: dict[Slug, Route]
    templates: tuple[ReplyTemplate, ...]
    districts: dict[Slug, Words]
    units: tuple[Unit, ...]
    teams: tuple[Team, ...]
    categories: dict[Slug, CategoryHead]
    calendar: tuple[CalendarYear, ...] = Field(default=())
    taxonomy: dict[Slug, Meaning] = Field(default_factory=dict)
    """The city's own words on categories, laid over the shipped table."""
    gazetteer: Gazetteer = Gazetteer()
    dispatch: dict[Slug, DispatchRule] = Field(default_factory=dict)
    """The dispatch catalogue, the shared one with the city's own rules laid over it."""

    @cached_property
    def catalogue(self) -> str:
        """The version of the dispatch catalogue, by content."""
        rules = {name: rule.model_dump(mode="json") for name, rule in self.dispatch.items()}
        content = json.dumps(rules, sort_keys=True, ensure_ascii=False)
        return f"dispatch@{sha256(content.encode()).hexdigest()[:12]}"

    @property
    def zone(self) -> ZoneInfo:
        """The zone of all day arithmetic."""
        return ZoneInfo(self.timezone)
