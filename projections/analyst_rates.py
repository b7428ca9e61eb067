"""Every shipped formula by month and lead as one SELECT, made by the compiler that answers are counted with.

A formula that asks how long ago something was is counted as of today by the clock of the database; answers of the API hold for
the last fact instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import BigInteger, and_, literal_column, or_
from sqlalchemy.dialects import postgresql

from hotline.calendar import SHANGHAI
from hotline.rates.catalogue import load
from hotline.rates.fields import NUMBERS, WORDS, Cohort
from hotline.rates.formula import WHOLE, Formula
from hotline.rates.question import Asked
from projections.rates_count import statement
from projections.rates_sources import Selected, aspect_in, best, cuts
from projections.rates_sql import Bool, Number, Source, number
from projections.scoreboard_sums import FirstOfMonth
from projections.scoreboard_tables import rows, sums

_BY = Asked(date(1970, 1, 1), date(1970, 1, 1), by=("day", "unit"))
"""Of this only how to split is used: by the day that sums stand under, and by lead."""
_TODAY = f"(SELECT (now() AT TIME ZONE '{SHANGHAI.key}')::date)"
_EPOCH = "date '1970-01-01'"


def select_all(names: Mapping[str, str]) -> str:
    """One SELECT for each formula, put together; ``names`` says under which name each table stands."""
    each = "\nUNION ALL\n".join(_told(formula) for formula in load().page.formula)
    # The compiler knows the tables by their usual names, which here may stand for other ones.
    tables = (f"{name} AS NOT MATERIALIZED (SELECT * FROM {names[name]})" for name in (sums.name, rows.name))
    return f"WITH {', '.join(tables)}\n{each}"


def _told(formula: Formula) -> str:
    counted = statement((formula,), _BY, _selected(formula), 0)
    inner = counted.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})  # type: ignore[no-untyped-call]
    population, denominator, numerator, asked, answered = (f"sum(n{nth})" for nth in range(5))
    said = f"{asked}::bigint", f"{answered}::bigint"
    excluded = "".join(
        f", '{ground}', nullif(sum(n{5 + nth}), 0)::bigint" for nth, ground in enumerate(formula.leave_out)
    )
    share = f"{numerator} / ({WHOLE} * nullif({denominator}, 0))"
    columns = {
        "formula": _text(formula.id), "version": str(formula.version), "rate": _text(formula.rate),
        "title": _text(f"{formula.title.zh} / {formula.title.en}"), "hash": _text(formula.hash),
        "cohort": _text(formula.cohort), "month": f"to_char({_month(formula)}, 'YYYY-MM')", "unit": "coalesce(key1, '')",
        "value": f"round({share}, 6)", "percent": f"round(100 * {share}, 2)",
        "numerator": f"round({numerator} / {WHOLE}.0, 4)", "denominator": f"{denominator}::bigint",
        "population": f"{population}::bigint", "excluded": f"jsonb_strip_nulls(jsonb_build_object({excluded[2:]}))",
        "asked": said[0] if formula.question else "NULL::bigint",
        "answered": said[1] if formula.question else "NULL::bigint",
    }  # fmt: skip
    listed = ", ".join(f'{told} AS "{name}"' for name, told in columns.items())
    return f"SELECT {listed}\nFROM (\n{inner}\n) AS counted GROUP BY {_month(formula)}, coalesce(key1, '')"


def _month(formula: Formula) -> str:
    """The month of a group: of the day it stands under, which for formulas of age is counted from today."""
    day = f"{_TODAY} + key0::int" if list(cuts(formula, 0)) else f"{_EPOCH} + key0::int"
    return f"date_trunc('month', {day})"


def _selected(formula: Formula) -> Selected:
    return _from_sums(formula) if best(formula, _BY) == "sums" else _from_rows(formula)


def _from_sums(formula: Formula) -> Selected:
    """The sums by lead: whole months, and single days from the month on in which the answer to a question of age changes."""
    s, changes = sums.c, list(cuts(formula, 0))
    wanted: Bool = s.grain == "month"
    day: Number = s.start
    if changes:
        edge: Number = literal_column(
            f"(date_trunc('month', {_TODAY} + ({min(changes)}))::date - {_EPOCH})", BigInteger
        )
        wanted = or_(and_(s.grain == "month", s.start < edge), and_(s.grain == "day", s.start >= edge))
        day = _from_today(s.start)
    kind = and_(s.aspect == aspect_in(formula), s.by == "unit")
    return Selected("sums", sums, Source(s.facets, {formula.cohort: day}, {}), and_(kind, wanted), s.n, "unit")


def _from_rows(formula: Formula) -> Selected:
    """Every row, for what sums do not know; its month at once, or its day where ages are asked for."""
    days: dict[Cohort, Number] = {
        "received": rows.c.received_day, "closed": rows.c.closed_day, "due": rows.c.due_day,
    }  # fmt: skip
    there = days[formula.cohort].is_not(None)
    told = {cohort: _from_today(day) for cohort, day in days.items()}
    if not list(cuts(formula, 0)):
        told = {**told, formula.cohort: FirstOfMonth(days[formula.cohort])}
    others = {name: rows.c[name] for name in (*WORDS, *NUMBERS)}
    wanted = and_(rows.c.kind == formula.of, there)
    return Selected("rows", rows, Source(rows.c.facets, told, others), wanted, number(1))


def _from_today(day: Number) -> Number:
    return day - literal_column(f"({_TODAY} - {_EPOCH})", BigInteger)


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
