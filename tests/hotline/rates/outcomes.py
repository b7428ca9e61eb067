"""Outcomes for tests: any that can be thought of, and those a test names."""

from __future__ import annotations

from random import Random
from typing import Any

from hotline.rates.outcome import FACETS, OutcomeRow, pack

UNITS = ("roads", "water", "housing", None)
CATEGORIES = ("municipal.drainage", "municipal.lamps", "housing.repairs", None)
DISTRICTS = ("wuhou", "jinjiang", None)


def outcome(**given: Any) -> OutcomeRow:
    """A ticket received on day 100; facets by name, the rest by field."""
    facets = {name: given.pop(name) for name in tuple(given) if name in FACETS}
    category = given.get("category")
    fields: dict[str, Any] = {
        "kind": "ticket", "number": "26010100000001", "unit": None, "tier": None, "co_units": (), "category": None,
        "head": category.partition(".")[0] if category else None, "district": None, "received_at": 100 * 86_400_000_000,
        "dispatched_at": None, "contacted_at": None, "replied_at": None, "closed_at": None, "due_at": None,
        "received_day": 100, "closed_day": None, "due_day": None, "reworks": 0, "returns": 0, "extensions": 0, "urges": 0,
        "answers": 0,
    }  # fmt: skip
    return OutcomeRow(**{**fields, **given, "facets": pack(facets)})


def any_outcome(random: Random, *, first: int = 17_500, days: int = 120) -> OutcomeRow:
    """An outcome with every field drawn, also those that no ticket would have together."""
    facets: dict[str, str | frozenset[str]] = {}
    for name, facet in FACETS.items():
        if facet.mask:
            some = random.sample(facet.values, k=random.choice((0, 0, 0, 1, 2)))
            facets[name] = frozenset(some)
        else:
            facets[name] = random.choice(facet.values)
    facets["ended"] = random.choice(("none", "closed", "closed", "closed", "withdrawn", "voided"))
    day = first + random.randrange(days)
    category = random.choice(CATEGORIES)
    return outcome(
        **facets,
        kind=random.choice(("ticket", "ticket", "ticket", "ticket", "call")),
        number=f"26{random.randrange(10**12):012}",
        unit=random.choice(UNITS),
        tier=random.choice(("city", "district", "street", None)),
        category=category,
        district=random.choice(DISTRICTS),
        received_at=day * 86_400_000_000,
        received_day=day,
        closed_day=random.choice((None, day + random.randrange(20))),
        due_day=random.choice((None, day + random.randrange(20))),
        **{name: random.randrange(4) for name in ("reworks", "returns", "extensions", "urges", "answers")},
    )
