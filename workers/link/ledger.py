"""How far each matter's other side has acknowledged us. Losing it costs nothing but sending again: what is to be said
follows from the log alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, insert, select, update

from hotline.databases import looking
from workers.outbox import Outbox
from workers.outbox_tables import links, positions

_UNCOUNTED = 2**31 - 1
"""Stands in the table for a number of messages that nobody could count yet: more than were ever acknowledged."""


class Noted(NamedTuple):
    """What our log says in one matter: `said` messages, None when they could not be counted; `again` says all anew."""

    stream: UUID
    danger: bool
    said: int | None
    again: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """One hand-off: of the `said` messages of ours so many are `acknowledged`. `since` is when the first of those
    still waiting was said, as far as we know."""

    stream: UUID
    platform: str
    danger: bool
    said: int
    acknowledged: int
    since: datetime


class Ledger:
    """The matters of one platform."""

    def __init__(self, outbox: Outbox, platform: str) -> None:
        self._engine, self._platform = outbox.errands.engine, platform
        self.name = f"link {platform}"

    def position(self) -> int:
        """How far the log has been looked through."""
        with looking(self._engine) as connection:
            return connection.scalar(select(positions.c.position).where(positions.c.name == self.name)) or 0

    def note(self, matters: Sequence[Noted], position: int | None, at: datetime) -> None:
        """Note what the log has said, up to `position` where one is given."""
        with self._engine.begin() as connection:
            for stream, danger, counted, again in matters:
                mine = self._row(stream)
                said = _UNCOUNTED if counted is None else counted
                row = connection.execute(select(links).where(*mine)).first()
                if row is None:
                    values = {"stream": stream, "platform": self._platform, "danger": danger, "since": at}
                    connection.execute(insert(links).values(**values, said=said, acknowledged=0))
                    continue
                changed: dict[str, object] = {"said": said, "danger": danger}
                if again:
                    changed["acknowledged"] = 0
                if again or row.said <= row.acknowledged:
                    changed["since"] = at
                connection.execute(update(links).where(*mine).values(**changed))
            if position is not None:
                connection.execute(delete(positions).where(positions.c.name == self.name))
                connection.execute(insert(positions).values(name=self.name, position=position))

    def uncounted(self) -> list[UUID]:
        """Matters whose messages could not be counted.  They wait, and nothing of them is sent until they are."""
        query = select(links.c.stream).where(links.c.platform == self._platform, links.c.said == _UNCOUNTED)
        with looking(self._engine) as connection:
            return list(connection.scalars(query))

    def waiting(self, limit: int = 500) -> list[Matter]:
        """Matters of which the other side has not acknowledged all, dangers first, then the longest waiting."""
        unheard = (links.c.acknowledged < links.c.said, links.c.said != _UNCOUNTED)
        query = (
            select(links)
            .where(links.c.platform == self._platform, *unheard)
            .order_by(links.c.danger.desc(), links.c.since, links.c.stream)
        )
        with looking(self._engine) as connection:
            return [Matter(**row._mapping) for row in connection.execute(query.limit(limit))]

    def acknowledged(self, stream: UUID, number: int) -> None:
        """The other side has so many. Fewer than before: it has forgotten, and is told again."""
        with self._engine.begin() as connection:
            connection.execute(update(links).where(*self._row(stream)).values(acknowledged=number))

    def standing(self) -> tuple[int, datetime | None]:
        """How many matters wait, and since when the first of them."""
        unheard = (links.c.platform == self._platform, links.c.acknowledged < links.c.said)
        with looking(self._engine) as connection:
            number, since = connection.execute(select(func.count(), func.min(links.c.since)).where(*unheard)).one()
        return number, since

    def _row(self, stream: UUID) -> tuple[ColumnElement[bool], ...]:
        return links.c.stream == stream, links.c.platform == self._platform


def forget(outbox: Outbox) -> None:
    """After a restore: look through the log anew and say everything again; the other side knows what it has heard."""
    with outbox.errands.engine.begin() as connection:
        connection.execute(delete(links))
        connection.execute(delete(positions).where(positions.c.name.like("link %")))
