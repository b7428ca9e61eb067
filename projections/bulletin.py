"""Bulletins: a month's report counted from the scoreboard, as of one moment in the log, so that it can be had again for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, select

from hotline.calendar import SHANGHAI
from hotline.command import Refused
from hotline.rates.bulletin import Bulletin
from hotline.rates.bulletin_making import When, made
from hotline.rates.catalogue import Catalogue
from hotline.rates.fields import day_number
from hotline.rates.month import Month
from hotline.rates.question import Asked
from hotline.rates.subject import Whose
from hotline.rules import Rules
from projections import scoreboard_tables as kept
from projections.bulletin_counts import Counting, Split
from projections.bulletin_states import set_aside
from projections.database import reading
from projections.marks import mark_of
from projections.rates_moment import Log, held
from projections.view import Views


@dataclass(frozen=True)
class Desk:
    """What bulletins are made with."""

    views: Views
    log: Log
    catalogue: Catalogue
    rules: Rules


@dataclass(frozen=True)
class _Opened:
    """One state of the scoreboard, and the moment it is looked at for."""

    connection: Connection
    when: When
    present: bool
    """The scoreboard stands just where the log stood then."""


def bulletin(desk: Desk, month: Month, whose: Whose, as_of: datetime | None, now: datetime) -> Bulletin:
    """One bulletin, as of a moment or as things stand.

    Raises Refused ``moment_in_future``, ``period_in_future``, ``unknown_district``, ``unknown_unit``, ``view_behind``.
    """
    with _opened(desk, month, as_of, now) as opened:
        _known(opened.connection, desk.rules, whose)
        return made(_counting(desk, opened, month, whose, None).numbers(), whose, opened.when, desk.rules)


def bulletins(desk: Desk, month: Month, split: Split, as_of: datetime | None, now: datetime) -> Iterator[Bulletin]:
    """Those of every district or unit of which there is anything in the month.  Raises Refused as ``bulletin`` does."""
    with _opened(desk, month, as_of, now) as opened:
        counting = _counting(desk, opened, month, Whose(), split)
        for value in counting.subjects():
            whose = Whose(unit=value) if split == "unit" else Whose(district=value)
            yield made(counting.numbers(value), whose, opened.when, desk.rules)


@contextmanager
def _opened(desk: Desk, month: Month, as_of: datetime | None, now: datetime) -> Iterator[_Opened]:
    asked = Asked(month.first, month.last, as_of=as_of).checked(now, SHANGHAI)
    with reading(desk.views.engine) as connection:
        reached = mark_of(connection, kept.table.name).position
        moment = as_of or _present(desk.log, asked, reached, month, now)
        at = held(desk.log, replace(asked, as_of=moment), reached)
        when = When(
            month=str(month),
            before=str(month.before),
            unfinished=moment < month.ends,
            as_of=moment.astimezone(SHANGHAI),
            position=at.position,
            computed_at=now.astimezone(SHANGHAI),
        )
        yield _Opened(connection, when, present=at.position == reached)


def _present(log: Log, asked: Asked, reached: int, month: Month, now: datetime) -> datetime:
    """The moment of a bulletin that is asked for as things stand: when the last fact was recorded.  The begin and the end of
    the month are moments too, though nothing may have been recorded since: without them a month would not end on a quiet
    night."""
    last = held(log, asked, reached).moment
    passed = [moment for moment in (month.begins, month.ends) if moment <= now]
    return max(moment for moment in (last, *passed) if moment is not None)


def _counting(desk: Desk, opened: _Opened, month: Month, whose: Whose, split: Split | None) -> Counting:
    as_of = opened.when.as_of
    states = None if opened.present else set_aside(opened.connection, as_of, month.before.first, month.last)
    today = day_number(as_of.date())
    return Counting(opened.connection, desk.catalogue, month, whose.filters, split, today, states)


def _known(connection: Connection, rules: Rules, whose: Whose) -> None:
    for by, value, known in (("district", whose.district, rules.districts), ("unit", whose.unit, rules.units)):
        if value is not None and value not in known and not _named(connection, by, value):
            raise Refused(f"unknown_{by}", **{by: value[:40]})


def _named(connection: Connection, by: str, value: str) -> bool:
    """Whether tickets name it: an earlier profile may have had what this one has no longer."""
    s = kept.sums.c
    keys = (s.aspect == "intake", s.grain == "month", s.by == by, s.value == value)
    sane = bool(value) and value.isprintable()
    return sane and connection.execute(select(s.n).where(*keys).limit(1)).first() is not None
