"""The dispatch catalogue (派单目录): which unit a matter is proposed to, by category and place, and why.

It proposes, a person decides; what must never be is decided here as well: a report of misconduct is proposed to neither the
accused unit nor one below it (信访工作条例 第四十六条). An ordinary complaint about a unit goes to that unit as it should.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from hotline.rules.parts import Match
from hotline.rules.written import TYPES, Part, Slug, Tier

if TYPE_CHECKING:
    from hotline.rules.rules import Rules

UnitPattern = Annotated[str, StringConstraints(pattern=r"^(?:[a-z0-9_.-]|\{district\}|\{street\})+$", max_length=80)]
"""A unit's id with places to put in: "{district}-market"."""
_PLACE = re.compile(r"\{(district|street)\}")
Reason = Literal["rule", "exception", "not_accused", "no_place", "accused_unnamed", "nobody", "no_rule"]
"""Why a unit is proposed, or why none is; the words are `why.*` of the catalogue."""


class DispatchException(Match):
    """Where a rule's own units do not hold: for the matters it fits, in `districts` (all where none is named)."""

    districts: tuple[Slug, ...] = ()
    lead: tuple[UnitPattern, ...]
    co: tuple[UnitPattern, ...] = ()


class DispatchRule(Match):
    """One rule of the catalogue; it must name categories. What the keys mean stands at the head of `dispatch.toml`."""

    categories: tuple[Slug, ...] = Field(min_length=1)
    districts: tuple[Slug, ...] = ()
    tier: Tier
    lead: tuple[UnitPattern, ...]
    co: tuple[UnitPattern, ...] = ()
    since: date | None = None
    until: date | None = None
    exceptions: tuple[DispatchException, ...] = ()
    misconduct: bool = False

    def in_force(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)

    def holds(self, matter: Matter, on: date) -> bool:
        in_place = not self.districts or matter.district in self.districts
        return in_place and self.in_force(on) and self.fits(matter.type, matter.urgency, matter.category)

    def special(self, category: tuple[str, ...]) -> tuple[int, bool, bool]:
        """How special the rule is for a category; of two that hold, the greater decides."""
        level = max((n for n, code in enumerate(category, 1) if code in self.categories), default=0)
        return level, bool(self.districts), self.types != TYPES


@dataclass(frozen=True, slots=True)
class Matter:
    """What of a request decides where it goes. `accused` is the unit a report names."""

    type: str | None
    category: tuple[str, ...]
    urgency: str = "normal"
    district: str | None = None
    street: str | None = None
    accused: str | None = None


class Destination(Part):
    """Where a matter is proposed to go: `unit` is None where nobody can be proposed, and `reason` says why. `rule` is the
    rule's id, `catalogue` the version of the whole catalogue by content."""

    unit: str | None
    co: tuple[str, ...] = ()
    rule: str | None
    catalogue: str
    reason: Reason


def destination(rules: Rules, matter: Matter, on: date) -> Destination:
    """Where the catalogue in force on a day sends a matter."""
    found = applicable(rules.profile.dispatch, matter, on)
    if not found:
        return Destination(unit=None, rule=None, catalogue=rules.profile.catalogue, reason="no_rule")
    name, rule = found[0]
    if rule.misconduct and matter.type == "report" and matter.accused is None:
        return Destination(unit=None, rule=name, catalogue=rules.profile.catalogue, reason="accused_unnamed")
    exception = _exception(rule, matter)
    lead, co = (exception.lead, exception.co) if exception else (rule.lead, rule.co)
    known = list(_units(rules, lead, matter))
    fit = [unit for unit in known if _may_have(rules, unit, matter)]
    reason: Reason = "exception" if exception else "rule"
    unit = fit[0] if fit else None
    if known and unit != known[0]:
        reason = "not_accused"
        unit = unit or _over_accused(rules, matter)
    elif unit is None:
        reason = "no_place" if lead else "nobody"
    beside = [u for u in dict.fromkeys(_units(rules, co, matter)) if u != unit and _may_have(rules, u, matter)]
    return Destination(
        unit=unit, co=tuple(beside) if unit else (), rule=name, catalogue=rules.profile.catalogue, reason=reason
    )


def applicable(catalogue: Mapping[str, DispatchRule], matter: Matter, on: date) -> list[tuple[str, DispatchRule]]:
    """The rules that hold for a matter, the most special first, then by name."""
    found = [(name, rule) for name, rule in catalogue.items() if rule.holds(matter, on)]
    found.sort(key=lambda one: one[0])
    return sorted(found, key=lambda one: one[1].special(matter.category), reverse=True)


def _exception(rule: DispatchRule, matter: Matter) -> DispatchException | None:
    for one in rule.exceptions:
        in_place = not one.districts or matter.district in one.districts
        if in_place and one.fits(matter.type, matter.urgency, matter.category):
            return one
    return None


def _units(rules: Rules, patterns: tuple[str, ...], matter: Matter) -> Iterator[str]:
    """The units of a list that there are; one whose place is not known is passed over."""
    places = {"district": matter.district, "street": matter.street}
    for pattern in patterns:
        if all(places[name] for name in _PLACE.findall(pattern)):
            unit = _PLACE.sub(lambda found: places[found[1]] or "", pattern)
            if unit in rules.units:
                yield unit


def _may_have(rules: Rules, unit: str, matter: Matter) -> bool:
    accused = matter.accused
    if matter.type != "report" or accused is None or accused not in rules.units:
        return True
    return unit != accused and not rules.is_below(unit, accused)


def _over_accused(rules: Rules, matter: Matter) -> str | None:
    """The unit that stands over the accused one."""
    return next((unit.id for unit in rules.above(matter.accused or "")), None)
