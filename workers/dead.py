"""Dead letters: messages a handler failed on to the last step of the ladder, to be looked at and handled once more.

One that is handled now leaves the bus; one that fails again stays, until somebody gives it up (`dead_dropping`). So what is
dead, done and dropped are always all there is. Handling twice tells nobody twice: the consumer's inbox knows what it has dealt with.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

import structlog
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from workers.bus import DEAD, DEAD_STREAM, Bus, connected, declare
from workers.wire import read

if TYPE_CHECKING:
    from workers.broker import Reader

log = structlog.get_logger()


class BusAway(Exception):
    """The bus cannot be reached."""


@dataclass(frozen=True)
class Letter:
    """One dead letter: whose it is, which fact it carries, why it was given up, when. Nothing personal."""

    id: int
    consumer: str
    reason: str
    fact: str
    type: str
    buried_at: datetime | None


@dataclass(frozen=True)
class Replayed:
    """What came of handling a dead letter again: `fault` names the error, None when it is done and gone."""

    letter: Letter
    fault: str | None


def letters(bus: Bus, *, after: int = 0, limit: int = 500) -> list[Letter]:
    """Dead letters, oldest first; `after` is the id of the last one already seen. Raises BusAway."""
    return asyncio.run(_letters(bus, after, limit))


def replay(bus: Bus, readers: Mapping[str, Reader], ids: Sequence[int] | None = None) -> list[Replayed]:
    """Handle these dead letters, or all there are, once more, here and now; those that are gone are left out.
    Raises BusAway."""
    return asyncio.run(_replay(bus, readers, ids))


async def _letters(bus: Bus, after: int, limit: int) -> list[Letter]:
    found: list[Letter] = []
    async with stream_of_letters(bus) as js:
        while len(found) < limit and (message := await _next(js, after + 1)) is not None:
            found.append(_letter(message))
            after = found[-1].id
    return found


async def _replay(bus: Bus, readers: Mapping[str, Reader], ids: Sequence[int] | None) -> list[Replayed]:
    outcomes, last = [], 0
    async with stream_of_letters(bus) as js:
        end = (await js.stream_info(DEAD_STREAM)).state.last_seq if ids is None else 0
        if ids is None:  # what is buried meanwhile is for the next time: we would never end
            while last < end and (message := await _next(js, last + 1)) is not None and (message.seq or 0) <= end:
                last = message.seq or 0
                outcomes.append(await _again(js, readers, message))
        for number in ids or ():
            message = await _next(js, number)
            if message is not None and message.seq == number:
                outcomes.append(await _again(js, readers, message))
    return outcomes


async def _again(js: JetStreamContext, readers: Mapping[str, Reader], message: RawStreamMsg) -> Replayed:
    letter = _letter(message)
    about = {"letter": letter.id, "consumer": letter.consumer, "fact": letter.fact}
    try:
        recorded = read(message.headers or {}, message.data or b"")
        await asyncio.to_thread(readers[letter.consumer].handler, recorded)
    except Exception as fault:  # noqa: BLE001  # what may go wrong in a handler is not known here
        log.warning("dead_letter_fails_again", **about, error=type(fault).__name__)
        return Replayed(letter, type(fault).__name__)
    with suppress(NotFoundError):  # somebody else was handling it too
        await js.delete_msg(DEAD_STREAM, letter.id)
    log.info("dead_letter_done", **about)
    return Replayed(letter, None)


async def _next(js: JetStreamContext, number: int) -> RawStreamMsg | None:
    """The dead letter of this number, or the next there is."""
    try:
        return await js.get_msg(DEAD_STREAM, number, subject=f"{DEAD}.>", next=True)
    except NotFoundError:
        return None


async def letter_at(js: JetStreamContext, number: int) -> Letter | None:
    """The dead letter of this number; None when it is gone."""
    message = await _next(js, number)
    return _letter(message) if message is not None and message.seq == number else None


def _letter(message: RawStreamMsg) -> Letter:
    told = {name: unquote(str(value)) for name, value in (message.headers or {}).items()}
    return Letter(
        id=message.seq or 0,
        consumer=told.get("hotline-consumer", ""),
        reason=told.get("hotline-reason", ""),
        fact=told.get("ce-id", ""),
        type=told.get("ce-type", ""),
        buried_at=message.time,
    )


@asynccontextmanager
async def stream_of_letters(bus: Bus) -> AsyncIterator[JetStreamContext]:
    """The bus, asked about a stream that is there. Raises BusAway."""
    try:
        async with connected(bus, "hotline-dead") as client:
            js = client.jetstream(timeout=5)
            await declare(js, bus.replicas)
            yield js
    except (NatsError, OSError, TimeoutError) as trouble:
        raise BusAway(type(trouble).__name__) from None
