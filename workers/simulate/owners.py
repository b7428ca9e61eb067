"""Whose matter it is: which unit of a profile's organisation a category in a district belongs to."""

from __future__ import annotations

from random import Random

from hotline.rules import Rules
from hotline.rules.parts import Unit

_OFFICES = {
    "market": "market", "property": "housing", "housing": "housing", "municipal": "city-management",
    "transport": "transport", "traffic": "police", "city_management": "city-management", "environment": "environment",
    "labour": "hrss", "social_insurance": "hrss", "medical_insurance": "medical-insurance", "health": "health",
    "education": "education", "civil_affairs": "civil-affairs", "police": "police", "finance": "tax",
    "utilities.water": "water", "utilities.power": "power", "utilities.gas": "gas",
    "housing.provident_fund": "provident-fund",
}  # fmt: skip
"""Category to the last words of a unit's id; what stands nowhere here goes to the government of the district."""

TERRITORIAL = 0.3
"""Share of matters that go by place rather than by trade (ours)."""


def owner_of(rules: Rules, category: str, district: str | None, accused: str | None, rng: Random) -> str:
    """The unit that should handle it; never one that a report accuses, nor one below that."""
    office = _OFFICES.get(category) or _OFFICES.get(category.partition(".")[0])
    by_place = rng.random() < TERRITORIAL
    fit = [u for u in rules.units.values() if may_have(rules, u.id, accused)]
    for wanted in (None if by_place else office, "government"):
        for where in (district, None):
            found = [u.id for u in fit if wanted and u.district == where and _is(u, wanted)]
            if found:
                return found[0]
    return fit[0].id


def another(rules: Rules, than: str, district: str | None, accused: str | None, rng: Random) -> str:
    """A unit that a dispatcher might take for the right one; `than` itself where there is no other."""
    tiers = ("city", "district")
    near = [
        u.id
        for u in rules.units.values()
        if u.tier in tiers and u.district in (district, None) and u.id != than and may_have(rules, u.id, accused)
    ]
    return rng.choice(near) if near else than


def may_have(rules: Rules, unit: str, accused: str | None) -> bool:
    """Whether a report that accuses a unit may go there."""
    return accused is None or (unit != accused and not rules.is_below(unit, accused))


def just_below(rules: Rules, unit: str, accused: str | None) -> list[str]:
    """Units one step down, to which a government or a street office passes work."""
    return [
        u.id
        for u in rules.units.values()
        if u.parent == unit and u.tier in ("street", "section") and may_have(rules, u.id, accused)
    ]


def _is(unit: Unit, wanted: str) -> bool:
    return unit.government if wanted == "government" else unit.id.endswith(f"-{wanted}") and unit.tier != "section"
