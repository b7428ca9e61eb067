"""Of whom a bulletin is asked for, and who may ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from hotline.command import Refused
from hotline.facts import Actor
from hotline.rates.bulletin import Subject
from hotline.rates.question import Filters
from hotline.rules import Rules
from hotline.texts import LANGUAGES, Language, say


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


def allowed(whose: Whose, actor: Actor, rules: Rules) -> Whose:
    """What somebody gets who asks for this.  An account limited to a district gets that district; one limited to a unit gets
    that unit, or one below it by name.  Raises Refused ``outside_scope``."""
    if actor.district is not None and whose.district not in (None, actor.district):
        raise Refused("outside_scope")
    if actor.unit is not None and whose.unit is not None and not _under(whose.unit, actor.unit, rules):
        raise Refused("outside_scope")
    return replace(whose, district=actor.district or whose.district, unit=whose.unit or actor.unit)


def _under(unit: str, own: str, rules: Rules) -> bool:
    """Whether a unit is one's own or one below it."""
    return unit == own or (unit in rules.units and own in {above.id for above in rules.above(unit)})


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
