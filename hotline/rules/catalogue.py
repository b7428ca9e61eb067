"""What is wrong with a dispatch catalogue: rules that overlap, codes that do not exist, matters that go to nobody."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations

from hotline.rules.dispatching import DispatchException, DispatchRule, Matter, destination
from hotline.rules.findings import Finding, finding, like
from hotline.rules.profile import Profile
from hotline.rules.rules import Rules

_EVER = date(2000, 1, 1)
TOLD = 6
"""Places named in one finding; the rest is counted."""


def mistakes(profile: Profile) -> Iterator[Finding]:
    """What makes a catalogue unusable: unknown codes, dates that end before they begin, two rules equally special."""
    codes = {entry.code for code, head in profile.categories.items() for entry in head.entries(code)}
    for name, rule in profile.dispatch.items():
        where = f"dispatch.{name}"
        if rule.since and rule.until and rule.until < rule.since:
            yield finding("dates_reversed", where, since=rule.since, until=rule.until)
        parts: tuple[DispatchRule | DispatchException, ...] = (rule, *rule.exceptions)
        for part in parts:
            for code in part.categories:
                if code not in codes:
                    yield finding("unknown_category", f"{where}.categories", code=code, like=like(code, codes))
            for code in part.districts:
                if code not in profile.districts:
                    near = like(code, profile.districts)
                    yield finding("unknown_district", f"{where}.districts", district=code, like=near)
    for code in profile.gazetteer.districts:
        if code not in profile.districts:
            near = like(code, profile.districts)
            yield finding("unknown_district", f"gazetteer.districts.{code}", district=code, like=near)
    for (first, one), (second, other) in combinations(profile.dispatch.items(), 2):
        if (shared := _shared(one, other)) is not None:
            yield finding("dispatch_overlap", f"dispatch.{second}", other=first, code=shared)


def gaps(rules: Rules) -> Iterator[Finding]:
    """Matters the catalogue has no unit for, on every day from which something changes. A profile with gaps can be used:
    such a matter is proposed to nobody, and a dispatcher decides."""
    places = [*rules.districts, None]
    for day in _days(rules.profile):
        for code, entry in rules.categories.items():
            if entry.parent is None:
                continue
            path = rules.category_path(code)
            found = [destination(rules, Matter("complaint", path, district=place), day) for place in places]
            missed = [
                str(place or "-")
                for place, one in zip(places, found, strict=True)
                if one.unit is None and one.reason != "nobody"
            ]
            if missed:
                more = f" …+{len(missed) - TOLD}" if len(missed) > TOLD else ""
                yield finding("dispatch_gap", "dispatch", code=code, day=day, places=" ".join(missed[:TOLD]) + more)


def _days(profile: Profile) -> list[date]:
    changes = {rule.since for rule in profile.dispatch.values() if rule.since}
    changes |= {rule.until + timedelta(days=1) for rule in profile.dispatch.values() if rule.until}
    return sorted({_EVER, *changes})


def _shared(one: DispatchRule, other: DispatchRule) -> str | None:
    """A category both rules decide with equal right on some day at some place, if there is one."""
    shared = sorted(set(one.categories) & set(other.categories))
    ranked = bool(one.districts) == bool(other.districts) and _typed(one) == _typed(other)
    at_once = (one.since is None or other.until is None or one.since <= other.until) and (
        other.since is None or one.until is None or other.since <= one.until
    )
    place = not one.districts or set(one.districts) & set(other.districts)
    types = set(one.types) & set(other.types)
    urgencies = set(one.urgencies) & set(other.urgencies)
    return shared[0] if shared and ranked and at_once and place and types and urgencies else None


def _typed(rule: DispatchRule) -> bool:
    return rule.special(())[2]
