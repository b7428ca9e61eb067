"""What the form of a profile cannot see: rows that miss or cover each other, units without parents, days named twice."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from pathlib import Path

from pydantic import ValidationError

from hotline.rules import bulletin_rule, catalogue, experts, platforms, reading_rule, sources
from hotline.rules.findings import Finding, ProfileError, finding, like, of_form
from hotline.rules.organisation import units
from hotline.rules.parts import CalendarYear, Match, StatutoryLimit
from hotline.rules.profile import Profile
from hotline.rules.written import SMALL_NAMES, TYPES, URGENCIES

OPTIONAL_SMALL = frozenset({"rework_contact", "urge_interval", "unmask"})
"""Small limits a profile may do without; without the others a ticket would wait for ever without anybody being told."""
CLOCKS = ("default", "citizen", "unit", "statutory", "instruction", *SMALL_NAMES)


def check(name_or_path: str | Path, *, calendar_tables: Path | None = None) -> list[Finding]:
    """Everything wrong with a profile; an empty list for a good one."""
    try:
        return examine(sources.merged(sources.find(name_or_path, calendar_tables)))[1]
    except ProfileError as error:
        return list(error.findings)


def examine(data: sources.Data) -> tuple[Profile | None, list[Finding]]:
    """The profile, and everything wrong with it. None if its form is wrong."""
    try:
        profile = Profile.model_validate(data)
    except ValidationError as error:
        return None, of_form(error, data)
    return profile, [
        *_limits(profile),
        *_other(profile),
        *units(profile),
        *_statutory(profile),
        *_calendar(profile),
        *catalogue.mistakes(profile),
    ]


def _limits(profile: Profile) -> Iterator[Finding]:
    limits = profile.limits
    for name in SMALL_NAMES:
        if name not in limits.small and name not in OPTIONAL_SMALL:
            yield finding("missing", f"limits.small.{name}", name=name)
    tables: dict[str, Sequence[Match]] = {
        "limits.policy": limits.policy,
        **{f"limits.small.{name}": rows for name, rows in limits.small.items()},
        "call_back": profile.call_back,
        "retention": profile.retention,
    }
    for where, rows in tables.items():
        yield from _not_covered(where, rows)
    for where, rows in {**tables, "limits.unit": limits.unit}.items():
        yield from _never_reached(where, rows)
    codes = {entry.code for code, head in profile.categories.items() for entry in head.entries(code)}
    for where, rows in {**tables, "limits.unit": limits.unit, "statutory": profile.statutory}.items():
        for number, row in enumerate(rows, 1):
            for code in row.categories:
                if code not in codes:
                    here = f"{where}[#{number}].categories"
                    yield finding("unknown_category", here, code=code, like=like(code, codes))


def _not_covered(where: str, rows: Sequence[Match]) -> Iterator[Finding]:
    general = [row for row in rows if not row.categories]
    for type_, urgency in product(TYPES, URGENCIES):
        if not any(row.fits(type_, urgency, ()) for row in general):
            yield finding("not_covered", where, what=f"{type_} · {urgency}")


def _never_reached(where: str, rows: Sequence[Match]) -> Iterator[Finding]:
    for (early, first), (late, second) in combinations(enumerate(rows, 1), 2):
        wider = set(first.types) >= set(second.types) and set(first.urgencies) >= set(second.urgencies)
        same_categories = bool(second.categories) and set(first.categories) >= set(second.categories)
        if wider and second.types and (not first.categories or same_categories):
            yield finding("never_reached", f"{where}[#{late}]", earlier=early)


def _other(profile: Profile) -> Iterator[Finding]:
    if "default" not in profile.alarms:
        yield finding("no_default_alarm", "alarms.default")
    for kind in profile.alarms:
        if kind not in CLOCKS:
            yield finding("unknown_clock", f"alarms.{kind}", name=kind, known=" ".join(CLOCKS))
    n = profile.nuisance
    if not n.warn_at <= n.restrict_at <= n.police_at:
        yield finding("ladder_order", "nuisance", warn=n.warn_at, restrict=n.restrict_at, police=n.police_at)
    codes = {entry.code for code, head in profile.categories.items() for entry in head.entries(code)}
    for code, where, details in (
        *experts.mistakes(profile.experts, codes),
        *platforms.mistakes(profile.platforms, profile.boundary, codes),
        *reading_rule.mistakes(profile.reading, codes),
        *bulletin_rule.mistakes(profile.bulletin),
    ):
        yield finding(code, where, **details)
    yield from _twice("boundary", (row.id for row in profile.boundary))
    yield from _twice("review_checks", profile.review_checks)
    yield from _twice("units", (unit.id for unit in profile.units))
    yield from _twice("teams", (team.id for team in profile.teams))
    yield from _twice("templates", (template.id for template in profile.templates))


def _twice(where: str, ids: Iterable[str]) -> Iterator[Finding]:
    for what, times in Counter(ids).items():
        if times > 1:
            yield finding("twice", f"{where}[{what}]", what=what)


def _statutory(profile: Profile) -> Iterator[Finding]:
    for row in profile.statutory:
        if row.until is not None and row.until < row.since:
            yield finding("dates_reversed", f"statutory[{row.id}]", since=row.since, until=row.until)
    for first, second in combinations(profile.statutory, 2):
        if first.id == second.id and _overlap(first, second):
            one, other = (f"{row.since} – {row.until or '…'}" for row in (first, second))
            yield finding("versions_overlap", f"statutory[{first.id}]", first=one, second=other)


def _overlap(first: StatutoryLimit, second: StatutoryLimit) -> bool:
    return first.in_force(second.since) or second.in_force(first.since)


def _calendar(profile: Profile) -> Iterator[Finding]:
    for year, times in Counter(table.year for table in profile.calendar).items():
        if times > 1:
            yield finding("year_twice", f"calendar[{year}]", year=year)
    for day, times in Counter(day for t in profile.calendar for day in (*t.holidays, *t.workdays)).items():
        if times > 1:
            yield finding("day_twice", f"calendar[{day.year}]", day=day)
    for table in profile.calendar:
        yield from _days(table)


def _days(table: CalendarYear) -> Iterator[Finding]:
    where = f"calendar[{table.year}]"
    for day in (*table.holidays, *table.workdays):
        if day.year != table.year and (day.year, day.month) != (table.year - 1, 12):
            yield finding("day_outside", where, day=day, year=table.year)
    for day in table.workdays:
        if day.weekday() < 5:
            yield finding("workday_in_week", f"{where}.workdays", day=day)
