"""Dead letters that will never be handled: taken off the bus by a person, who says why, and written down here for ever.

So dead, done and dropped are always all there is: a letter is recorded as dropped before it leaves the bus.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime

import structlog
from nats.js.errors import NotFoundError
from sqlalchemy import Engine, delete, func, select

from hotline.command import public
from hotline.databases import insert_new, looking
from hotline.reading.personal import find
from workers.bus import DEAD_STREAM, Bus
from workers.dead import Letter, letter_at, stream_of_letters
from workers.outbox_tables import dropped

log = structlog.get_logger()


@dataclass(frozen=True)
class Dropped:
    """A letter somebody gave up: the account (or the command's user), the reason, and when; ``mark`` is one letter's alone."""

    mark: str
    letter: Letter
    by: str
    why: str
    at: datetime


def drop(bus: Bus, engine: Engine, number: int, *, by: str, why: str, at: datetime) -> Dropped | None:
    """Give a dead letter up; None when there is none of that number.  Repeated after a crash it is finished, not doubled.

    Raises BusAway, and Refused ``personal_data_in_public_text``: the reason is kept in the clear.
    """
    public(why, "reason", find)
    return asyncio.run(_drop(bus, engine, number, by, why, at))


async def _drop(bus: Bus, engine: Engine, number: int, by: str, why: str, at: datetime) -> Dropped | None:
    async with stream_of_letters(bus) as js:
        letter = await letter_at(js, number)
        if letter is None:
            return None
        mark = _mark(letter)
        row = {
            "mark": mark,
            "letter": letter.id,
            **{name: getattr(letter, name)[:200] for name in ("consumer", "reason", "fact", "type")},
            "buried_at": letter.buried_at,
            "by": by,
            "why": why,
            "at": at,
        }
        with engine.begin() as connection:
            insert_new(connection, dropped, [row], dropped.c.mark)
        try:
            await js.delete_msg(DEAD_STREAM, number)
        except NotFoundError:  # somebody else had it handled meanwhile: it is done, and not dropped
            with engine.begin() as connection:
                connection.execute(delete(dropped).where(dropped.c.mark == mark))
            return None
    log.warning("dead_letter_dropped", letter=letter.id, consumer=letter.consumer, fact=letter.fact, by=by)
    with looking(engine) as connection:
        found = connection.execute(select(dropped).where(dropped.c.mark == mark)).one()
    return _read(found)


def all_dropped(engine: Engine, *, limit: int = 500, after: str = "") -> list[Dropped]:
    """What was ever given up, in the order of their numbers; ``after`` is the mark of the last one already seen."""
    query = select(dropped).where(dropped.c.mark > after).order_by(dropped.c.mark).limit(limit)
    with looking(engine) as connection:
        return [_read(row) for row in connection.execute(query)]


def count_dropped(engine: Engine) -> int:
    """How many letters were ever given up."""
    with looking(engine) as connection:
        return int(connection.scalar(select(func.count()).select_from(dropped)) or 0)


def _mark(letter: Letter) -> str:
    """Its number may be another letter's where the stream was made anew; number and moment together are one letter's."""
    at = letter.buried_at.isoformat() if letter.buried_at is not None else ""
    return f"{letter.id:016}:{at}"


def _read(row: object) -> Dropped:
    told = {name: getattr(row, name) for name in ("consumer", "reason", "fact", "type", "buried_at")}
    return Dropped(row.mark, Letter(id=row.letter, **told), by=row.by, why=row.why, at=row.at)  # type: ignore[attr-defined]
