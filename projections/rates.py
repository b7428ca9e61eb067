"""Answers about rates, counted from the scoreboard, each with the proof that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from hotline.calendar import SHANGHAI
from hotline.rates.answer import Answer, CountedFrom, Figure, Group, groups, period, scored_groups, shown
from hotline.rates.catalogue import Catalogue, Rate
from hotline.rates.counts import Counts, Key
from hotline.rates.fields import day_number
from hotline.rates.formula import Formula
from hotline.rates.question import Asked
from projections import scoreboard_tables as kept
from projections.database import reading
from projections.rates_count import count
from projections.rates_moment import Held, Log, held
from projections.rates_sources import best, select_from
from projections.view import Views, mark_of

_ORDER: tuple[CountedFrom, ...] = ("sums", "rows", "versions")


def answer(
    views: Views,
    log: Log,
    catalogue: Catalogue,
    rate: Rate,
    asked: Asked,
    now: datetime,
    *,
    use: CountedFrom | None = None,
) -> Answer:
    """One formula's answer, from the quickest source that can give it (or from the one to ``use``).

    ``asked`` has been checked.  Raises Refused ``view_behind``.
    """
    with reading(views.engine) as connection:
        at = held(log, asked, mark_of(connection, kept.table.name).position)
        parts = (rate,) if isinstance(rate, Formula) else catalogue.parts(rate)
        found = [_counted(connection, part, asked, at, use) for part in parts]
    each, whole = _figures(rate, parts, asked, [counts for _, counts in found])
    return Answer(
        formula=shown(rate, catalogue.hash_of(rate)),
        cohort=rate.cohort if isinstance(rate, Formula) else None,
        period=period(asked),
        as_of=_local(asked.as_of),
        happened_by=_local(asked.happened_by),
        by=list(asked.by),
        filters={name: sorted(values) for name, values in sorted(asked.filters.items())},
        groups=each,
        total=whole,
        position=at.position,
        moment=_local(at.moment),
        counted_from=max((where for where, _ in found), key=_ORDER.index),
        computed_at=now.astimezone(SHANGHAI),
    )


def today_of(at: Held, asked: Asked) -> int:
    """The local day of an answer's moment, from which ages are counted; on an empty log there is nothing of any age."""
    return day_number(at.moment.astimezone(SHANGHAI).date() if at.moment is not None else asked.end)


def _counted(
    connection: Connection, formula: Formula, asked: Asked, at: Held, use: CountedFrom | None
) -> tuple[CountedFrom, Mapping[Key, Counts]]:
    where, today = use or best(formula, asked), today_of(at, asked)
    return where, count(connection, formula, asked, select_from(where, formula, asked, today), today)


def _figures(
    rate: Rate, parts: tuple[Formula, ...], asked: Asked, found: list[Mapping[Key, Counts]]
) -> tuple[list[Group], Figure]:
    if isinstance(rate, Formula):
        return groups(asked.by, rate, found[0])
    return scored_groups(asked.by, rate, parts, found)


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(SHANGHAI) if moment is not None else None
