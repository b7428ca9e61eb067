"""Answers about rates, counted from the scoreboard, each with the proof that belongs to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hotline.calendar import SHANGHAI
from hotline.rates.answer import Answer, CountedFrom
from hotline.rates.answering import Counted, answered
from hotline.rates.catalogue import Catalogue, Rate
from hotline.rates.counts import Counts, Key
from hotline.rates.fields import day_number
from hotline.rates.formula import Formula
from hotline.rates.question import Asked
from projections import scoreboard_tables as kept
from projections.database import reading
from projections.marks import mark_of
from projections.rates_count import count_all
from projections.rates_moment import Held, Log, held
from projections.rates_sources import alike, best, select_from
from projections.view import Views

_ORDER: tuple[CountedFrom, ...] = ("sums", "rows", "versions")


@dataclass(frozen=True)
class Snapshot:
    """One state of the scoreboard, from which any number of answers are counted."""

    connection: Connection
    log: Log
    catalogue: Catalogue
    position: int
    """How far the view had come."""

    def held(self, asked: Asked) -> Held:
        """An answer's place in time.  Raises Refused ``view_behind``."""
        return held(self.log, asked, self.position)

    def answer(self, rate: Rate, asked: Asked, now: datetime, *, use: CountedFrom | None = None) -> Answer:
        """One formula's answer to a question that has been checked, from the quickest source that can give it (or from
        the one to ``use``).  Raises Refused ``view_behind``."""
        at = self.held(asked)
        parts = (rate,) if isinstance(rate, Formula) else self.catalogue.parts(rate)
        sources = [use or best(part, asked) for part in parts]
        found = self._counted(parts, sources, asked, today_of(at, asked))
        counted = Counted(at.position, at.moment, max(sources, key=_ORDER.index), found)
        return answered(self.catalogue, rate, asked, counted, now)

    def _counted(
        self, parts: Sequence[Formula], sources: Sequence[CountedFrom], asked: Asked, today: int
    ) -> list[Mapping[Key, Counts]]:
        """The groups of each part, in the order of the parts; those that look at the same outcomes are counted together."""
        found: dict[str, Mapping[Key, Counts]] = {}
        for where, together in alike(parts, sources, today):
            selected = select_from(where, together[0], asked, today)
            counts = count_all(self.connection, together, asked, selected, today)
            found.update((part.name, each) for part, each in zip(together, counts, strict=True))
        return [found[part.name] for part in parts]


@contextmanager
def snapshot(views: Views, log: Log, catalogue: Catalogue) -> Iterator[Snapshot]:
    """The scoreboard as it stands now, and stays while it is looked at."""
    with reading(views.engine) as connection:
        yield Snapshot(connection, log, catalogue, mark_of(connection, kept.table.name).position)


def today_of(at: Held, asked: Asked) -> int:
    """The local day of an answer's moment, from which ages are counted; on an empty log there is nothing of any age."""
    return day_number(at.moment.astimezone(SHANGHAI).date() if at.moment is not None else asked.end)
