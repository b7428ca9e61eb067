"""What the analysts' form asks for, how it is written in an address, and what there is to choose from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from types import MappingProxyType
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from hotline.facts import Actor
from hotline.rates.catalogue import Catalogue, Rate
from hotline.rates.fields import DIMENSIONS, TIMES
from workers.compose import House
from workers.web.api.custody_shown import Named
from workers.web.pages import labels

FILTERS = tuple(name for name in DIMENSIONS if name not in TIMES)
CHOSEN = ("unit", "head", "district")
"""Filters the form offers; an address may carry the others as well."""
USUAL = "satisfaction"
"""The rate that is shown when none was chosen: the one most asked for.  (ours)"""
MONTHS_BACK = 5
"""How many earlier months have a shortcut.  (ours)"""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Form:
    """What was chosen, as it was written.  Nothing here is checked: that is for whoever answers."""

    rate: str | None
    formula: str | None
    start: str
    end: str
    by: tuple[str, ...]
    filters: Mapping[str, str]
    as_of: str
    happened_by: str
    sort: str = ""
    """The formula whose rate orders the groups."""

    def pairs(self) -> Pairs:
        """As the page's own addresses carry it."""
        what = f"formula:{self.formula}" if self.formula else f"rate:{self.rate}"
        times = [(name, at) for name, at in (("as_of", self.as_of), ("happened_by", self.happened_by)) if at]
        sort = [("sort", self.sort)] if self.sort else []
        splits = [("by", name) for name in self.by]
        return [("what", what), ("from", self.start), ("to", self.end), *splits, *self.filters.items(), *times, *sort]

    def address(self, path: str = "/analyst", **other: str) -> str:
        return f"{path}?{urlencode([*self.pairs(), *other.items()])}"

    def moment(self, name: str, zone: tzinfo) -> str | None:
        """A moment as the interface wants it: what is written without a zone is local time."""
        return with_zone(getattr(self, name), zone)


def with_zone(written: str, zone: tzinfo) -> str | None:
    """RFC 3339 from what a form sends; whatever else it is stays as it is, to be refused by name."""
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return written
    return at.replace(tzinfo=zone).isoformat() if at.tzinfo is None else written


def read(given: QueryParams, today: date) -> Form:
    """The form from an address; the usual rate of this month where nothing was chosen."""
    kind, _, name = given.get("what", "").partition(":")
    formula = name if kind == "formula" else given.get("formula") or None
    rate = name if kind == "rate" else given.get("rate") or None
    return Form(
        rate=None if formula else rate or USUAL,
        formula=formula,
        start=given.get("from") or today.replace(day=1).isoformat(),
        end=given.get("to") or today.isoformat(),
        by=tuple(name for name in given.getlist("by") if name),
        filters=MappingProxyType({name: given[name] for name in FILTERS if given.get(name)}),
        as_of=given.get("as_of", ""),
        happened_by=given.get("happened_by", ""),
        sort=given.get("sort", ""),
    )


@dataclass(frozen=True)
class Shortcut:
    """A period one click away."""

    name: Named
    href: str
    current: bool


def shortcuts(form: Form, today: date) -> Iterator[Shortcut]:
    """This month and the ones before, then this year and the last."""
    first = today.replace(day=1)
    months = [first]
    for _ in range(MONTHS_BACK):
        months.insert(0, (months[0] - timedelta(days=1)).replace(day=1))
    for month in months:
        last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        yield _shortcut(form, "month", month.isoformat()[:7], month, min(last, today))
    for year in (today.year - 1, today.year):
        yield _shortcut(form, "year", str(year), date(year, 1, 1), min(date(year, 12, 31), today))


def _shortcut(form: Form, kind: str, code: str, start: date, end: date) -> Shortcut:
    there = replace(form, start=start.isoformat(), end=end.isoformat())
    return Shortcut(labels.period(kind, code), there.address(), there == form)


def by_rate_of(form: Form, formula: str) -> Form:
    """The same with its groups in the order of that formula's rate; in their own order where they are so already."""
    return replace(form, sort="" if form.sort == formula else formula)


def only(form: Form, formula: str) -> Form:
    """The same question of one formula alone."""
    return replace(form, rate=None, formula=formula)


@dataclass(frozen=True)
class Choice:
    """One entry of a list to choose from."""

    value: str
    name: Named
    chosen: bool


def rates(catalogue: Catalogue, form: Form) -> list[tuple[Choice, list[Choice]]]:
    """Every rate with all its variants together, and each formula by itself."""
    by_rate: dict[str, dict[str, Rate]] = {}
    for one in catalogue.all:
        by_rate.setdefault(one.rate, {})[one.id] = one
    found = []
    for code, variants in by_rate.items():
        first = next(iter(variants.values()))
        name = labels.rate(code, (first.title.zh, first.title.en))
        each = [
            Choice(
                f"formula:{id}", Named(code=id, zh=v.title.zh, en=v.title.en), (form.formula or "").split("@")[0] == id
            )
            for id, v in variants.items()
        ]
        found.append((Choice(f"rate:{code}", name, form.formula is None and form.rate == code), each))
    return found


def splits(form: Form, place: int) -> list[Choice]:
    """What an answer may be split by, first or second."""
    chosen = form.by[place] if len(form.by) > place else ""
    return [Choice(name, labels.dimension(name), name == chosen) for name in DIMENSIONS]


def filters(house: House, form: Form, actor: Actor) -> dict[str, list[Choice]]:
    """The units, category heads and districts to choose from; for an account that is limited only its own."""
    rules, own = house.rules, actor.unit
    units = [unit for unit in rules.units if own is None or unit == own or rules.is_below(unit, own)]
    heads = [code for code, category in rules.categories.items() if category.parent is None]
    districts = [d for d in rules.districts if actor.district in (None, d)]
    codes: Mapping[str, Sequence[str]] = {"unit": units, "head": heads, "district": districts}
    return {
        name: [Choice(c, labels.value(rules, name, c), form.filters.get(name) == c) for c in codes[name]]
        for name in CHOSEN
    }
