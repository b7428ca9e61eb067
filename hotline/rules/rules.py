"""What one profile says, asked by name: the rules a decision looks at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar

from hotline.calendar import Calendar
from hotline.clocks import AlarmPlan
from hotline.counting import Limit
from hotline.rules.bulletin_rule import BulletinRule
from hotline.rules.dispatching import Destination, Matter, destination
from hotline.rules.experts import ExpertRule
from hotline.rules.parts import (
    CallBackRule,
    Category,
    ContactRule,
    ExtensionRule,
    Match,
    NuisanceRule,
    ProblemRule,
    PublicRule,
    ReplyTemplate,
    RetentionRule,
    Route,
    StatutoryLimit,
    Team,
    TelephoneRule,
    Unit,
    Words,
)
from hotline.rules.platforms import BoundaryRule, PlatformRule
from hotline.rules.profile import Profile
from hotline.rules.written import SMALL_NAMES

Row = TypeVar("Row", bound=Match)


@dataclass(frozen=True, eq=False)
class Rules:
    """One profile in force. `version` names its exact content and is recorded with every fact.

    `type` may be None everywhere: a matter nobody has classified counts as "other". A category is its path of codes from
    the top down, such as ("market", "market.food_safety").
    """

    profile: Profile
    version: str

    # -- what stands in the profile as it is ------------------------------------------------------------------------
    @property
    def id(self) -> str:
        """The profile's name, as in the settings."""
        return self.profile.id

    @property
    def name(self) -> Words:
        """The profile's name for people."""
        return self.profile.name

    @property
    def note(self) -> Words:
        """How far the numbers are published and how far they are ours."""
        return self.profile.note

    @property
    def sources(self) -> tuple[str, ...]:
        """Where the published numbers come from."""
        return self.profile.sources

    @property
    def timezone(self) -> str:
        """The zone of all day arithmetic, by name."""
        return self.profile.timezone

    @cached_property
    def calendar(self) -> Calendar:
        """Working days, the profile's and the operator's own tables first."""
        return Calendar(self.profile.zone, tuple(year.table() for year in self.profile.calendar))

    @property
    def text_max(self) -> int:
        """The most characters of one request."""
        return self.profile.text_max

    @property
    def contact_before_reply(self) -> bool:
        """Whether a unit must have reached the caller before it replies."""
        return self.profile.contact_before_reply

    @property
    def returns_before_dispute(self) -> int:
        """How many return requests a ticket stands before the next one is a dispute."""
        return self.profile.returns_before_dispute

    @property
    def review_checks(self) -> tuple[str, ...]:
        """What a reviewer answers about a reply."""
        return self.profile.review_checks

    @property
    def extension(self) -> ExtensionRule:
        """How much longer a unit may be given."""
        return self.profile.extension

    @property
    def nuisance(self) -> NuisanceRule:
        """The ladder for nuisance callers."""
        return self.profile.nuisance

    @property
    def problem(self) -> ProblemRule:
        """When a ticket becomes a problem ticket."""
        return self.profile.problem

    @property
    def contact(self) -> ContactRule:
        """When and how often people are called."""
        return self.profile.contact

    @property
    def public(self) -> PublicRule:
        """What the public page puts up with."""
        return self.profile.public

    @property
    def telephone(self) -> TelephoneRule:
        """How soon calls are to be answered."""
        return self.profile.telephone

    @property
    def experts(self) -> ExpertRule:
        """Expert seats: skills, ladder, waits."""
        return self.profile.experts

    @property
    def platforms(self) -> PlatformRule:
        """Other platforms: how they are told, and how long is waited."""
        return self.profile.platforms

    @property
    def bulletin(self) -> BulletinRule:
        """The monthly bulletin: grades, and from how many tickets on."""
        return self.profile.bulletin

    def boundary(
        self,
        type: str | None,
        *,
        urgency: str = "normal",
        category: tuple[str, ...] = (),
        signs: frozenset[str] = frozenset(),
    ) -> tuple[BoundaryRule, ...]:
        """Whose such a matter is by every rule that holds, the strictest first; shown with reasons, decides nothing."""
        return tuple(row for row in self.profile.boundary if row.holds(type, urgency, category, signs))

    # -- limits -----------------------------------------------------------------------------------------------------
    def policy_limit(self, type: str | None, *, urgency: str = "normal", category: tuple[str, ...] = ()) -> Limit:
        """The citizen's limit. Every profile has a row for every type and urgency; the validator sees to that."""
        return _first(self.profile.limits.policy, type, urgency, category).limit

    def unit_limit(self, type: str | None, *, urgency: str = "normal", category: tuple[str, ...] = ()) -> Limit:
        """A unit's limit for its assignment: its own row if the profile has one, else the citizen's."""
        rows = self.profile.limits.unit + self.profile.limits.policy
        return _first(rows, type, urgency, category).limit

    def small_limit(
        self, name: str, *, urgency: str = "normal", category: tuple[str, ...] = (), type: str | None = None
    ) -> Limit | None:
        """One of the small limits (`parts.SMALL_NAMES`), None where the profile sets none. Raises KeyError for another name."""
        if name not in SMALL_NAMES:
            raise KeyError(name)
        rows = self.profile.limits.small.get(name, ())
        return next((row.limit for row in rows if row.fits(type, urgency, category)), None)

    def statutory(self, type: str | None, category: tuple[str, ...], on: date) -> tuple[StatutoryLimit, ...]:
        """The limits laws set for such a matter received on that date, by the versions in force then."""
        rows = self.profile.statutory
        return tuple(row for row in rows if row.in_force(on) and row.fits(type, "normal", category))

    def alarms(self, clock_kind: str) -> AlarmPlan:
        """When clocks of this kind make themselves heard; kinds the profile does not name follow its "default"."""
        alarms = self.profile.alarms
        return alarms.get(clock_kind, alarms["default"]).plan()

    # -- what follows from type and urgency ---------------------------------------------------------------------------
    def call_back(self, type: str | None, urgency: str = "normal") -> CallBackRule:
        """Whether and how the caller of such a ticket is asked afterwards."""
        return _first(self.profile.call_back, type, urgency, ())

    def retention(self, type: str | None) -> RetentionRule:
        """Into which class such a ticket falls when it is taken down or classified."""
        return _first(self.profile.retention, type, "normal", ())

    def retention_years(self, code: str) -> int | None:
        """For how long a class is kept, the longest where it stands more than once; None for a class the profile does not name."""
        return max((row.years for row in self.profile.retention if row.code == code), default=None)

    # -- who and what there is ------------------------------------------------------------------------------------------
    @cached_property
    def units(self) -> Mapping[str, Unit]:
        """All handling units by id."""
        return MappingProxyType({unit.id: unit for unit in self.profile.units})

    def unit(self, id: str) -> Unit:
        """One handling unit. Raises KeyError."""
        return self.units[id]

    def above(self, unit_id: str) -> Iterator[Unit]:
        """The units over this one, nearest first."""
        parent = self.units[unit_id].parent
        while parent is not None:
            yield self.units[parent]
            parent = self.units[parent].parent

    def is_below(self, unit_id: str, of_unit_id: str) -> bool:
        """Whether a unit is subordinate to another, at any depth; nobody is below himself. Raises KeyError."""
        return any(unit is self.units[of_unit_id] for unit in self.above(unit_id))

    @property
    def districts(self) -> Mapping[str, Words]:
        """The districts by id."""
        return MappingProxyType(self.profile.districts)

    def destination(self, matter: Matter, on: date) -> Destination:  # which unit, by which rule
        return destination(self, matter, on)

    @cached_property
    def teams(self) -> Mapping[str, Team]:
        """The hotline's own teams by id."""
        return MappingProxyType({team.id: team for team in self.profile.teams})

    @cached_property
    def categories(self) -> Mapping[str, Category]:
        """The category tree by code."""
        heads = self.profile.categories.items()
        return MappingProxyType({entry.code: entry for code, head in heads for entry in head.entries(code)})

    def category_path(self, code: str) -> tuple[str, ...]:
        """The path of a code from the top down. Raises KeyError."""
        parent = self.categories[code].parent
        return (code,) if parent is None else (*self.category_path(parent), code)

    def valid_category(self, path: tuple[str, ...]) -> bool:
        """Whether a path stands in the tree, from the top down and without a gap."""
        return bool(path) and path[-1] in self.categories and self.category_path(path[-1]) == tuple(path)

    @cached_property
    def templates(self) -> Mapping[str, ReplyTemplate]:
        """Texts to start a reply from, by id."""
        return MappingProxyType({template.id: template for template in self.profile.templates})

    @property
    def routes(self) -> Mapping[str, Route]:
        """The statutory routes the hotline points to."""
        return MappingProxyType(self.profile.routes)


def _first(rows: tuple[Row, ...], type_: str | None, urgency: str, category: tuple[str, ...]) -> Row:
    return next(row for row in rows if row.fits(type_, urgency, category))
