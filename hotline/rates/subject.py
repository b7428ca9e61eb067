"""Of whom rates and bulletins are asked for, and of whom somebody may ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from hotline.command import Refused
from hotline.facts import Actor, Role
from hotline.rates.bulletin import Subject
from hotline.rates.question import Asked, Filters
from hotline.rules import Rules
from hotline.seeing import limits_of
from hotline.texts import LANGUAGES, Language, say

READERS = frozenset({Role.ANALYST, Role.SUPERVISOR, Role.LEADER, Role.AUDITOR})
"""Who may read rates and bulletins, over the interface and on pages."""


@dataclass(frozen=True, slots=True)
class Whose:
    """The city, where neither is named; a unit's tickets in one district where both are.  A ticket is its lead's."""

    district: str | None = None
    unit: str | None = None

    @property
    def city(self) -> bool:
        return self.district is None and self.unit is None

    @property
    def filters(self) -> Filters:
        """What it lets through."""
        named = (("district", self.district), ("unit", self.unit))
        return {name: (value,) for name, value in named if value is not None}


def within_scope(asked: Asked, actor: Actor, rules: Rules) -> Asked:
    """The question as this actor may ask it: his limits are filters where he names none.  Raises Refused ``outside_scope`` where
    he asks for others by name."""
    limits, filters = limits_of(actor, rules), dict(asked.filters)
    own = {"district": None if limits.district is None else {limits.district}, "unit": limits.units}
    for name, within in own.items():
        if within is None:
            continue
        if not {*filters.get(name, ())} <= within:
            raise Refused("outside_scope")
        filters.setdefault(name, tuple(sorted(within)))
    return replace(asked, filters=MappingProxyType(filters))


def allowed(whose: Whose, actor: Actor, rules: Rules) -> Whose:
    """The bulletin somebody gets who asks for this one.  An account limited to a district gets that district; one limited to a
    unit gets that unit, or one below it by name.  Raises Refused ``outside_scope``."""
    limits = limits_of(actor, rules)
    if limits.district is not None and whose.district not in (None, limits.district):
        raise Refused("outside_scope")
    if limits.units is not None and whose.unit is not None and whose.unit not in limits.units:
        raise Refused("outside_scope")
    return replace(whose, district=limits.district or whose.district, unit=whose.unit or actor.unit)


def subject(whose: Whose, rules: Rules) -> Subject:
    """Its names; what the profile in force no longer knows goes by its id."""
    zh, en = (_name(whose, rules, language) for language in LANGUAGES)
    kind: Literal["city", "district", "unit"] = "unit" if whose.unit else "district" if whose.district else "city"
    return Subject(kind=kind, district=whose.district, unit=whose.unit, name=zh, name_en=en)


def _name(whose: Whose, rules: Rules, language: Language) -> str:
    if whose.city:
        return say("bulletin.city", language)
    words, unit = rules.districts.get(whose.district or ""), rules.units.get(whose.unit or "")
    district = getattr(words, language) if words is not None else whose.district
    if whose.unit is None:
        return str(district)
    name = whose.unit if unit is None else unit.name if language == "zh" else unit.name_en
    return name if district is None else say("bulletin.unit_within", language, unit=name, district=district)
