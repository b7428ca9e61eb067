"""Whether the log is the one the other stores and the bus have followed.

After a restore, ours or anybody's, the log may end before what was made of it: a view would then wait for facts it
believes it has, the bus would leave out as many, and a consumer would take a new fact for one it has dealt with. Going on
would make it worse, so every process looks before it begins and `hotline repair` puts it right.

Whatever follows is read before the log, so that a hotline at work never looks as if it were behind itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.persistence import Notification
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from hotline.application import Hotline
from hotline.store import stamp_of
from hotline.ticket.facts import TicketReceived
from projections.registry import VIEWS
from workers import backup_sqlite
from workers.backup import both
from workers.bus import STREAM, Bus, connected
from workers.compose import House
from workers.directory import CannotStart
from workers.eraser import NAME as ERASER
from workers.outbox_lost import newest_told
from workers.settings import Settings
from workers.wire import position_of

LOOK_BACK = 2_000
"""The last facts whose tickets must be known to the vault; `hotline check` asks for all."""
ASK_WITHIN = 3.0  # seconds; a bus that is away is looked at by the relay when it is back


@dataclass(frozen=True)
class OnTheBus:
    """The last fact the bus has."""

    position: int
    fact_id: str
    state: bytes


def must_fit(house: House, bus: Bus | None = None) -> None:
    """Raises CannotStart, with what is wrong and the one command that mends it."""
    wrong = [*mismatches(house), *(bus_mismatches(house.hotline, ask_bus(bus)) if bus else ())]
    if wrong:
        raise CannotStart("\n".join((*wrong, both("repair"))))


def must_be_finished(settings: Settings) -> None:
    """Raises CannotStart when a restore was interrupted: stores of two times may stand side by side."""
    if settings.embedded and backup_sqlite.unfinished(settings.data):
        raise CannotStart("\n".join((both("unfinished"), both("repair"))))


def mismatches(house: House) -> Iterator[str]:
    """A sentence for each store that knows more than the log, or less than it needs."""
    views = {name: house.views.position(name) for name in VIEWS}
    erased_to = house.outbox.position(ERASER)
    told = newest_told(house.outbox)
    end = house.hotline.position()
    for name, position in views.items():
        if position > end:
            yield both("view_ahead", view=name, position=position, end=end)
    if erased_to > end or (told is not None and not in_log(house, told)):
        yield both("outbox_ahead", end=end)
    if house.vault.never_heard_of(_newest_tickets(house, end)):
        yield both("keys_missing")


def bus_mismatches(hotline: Hotline, last: OnTheBus | None) -> Iterator[str]:
    """A sentence when the bus has what the log has not."""
    if last is None:
        return
    end = hotline.position()
    if last.position > end:
        yield both("bus_ahead", position=last.position, end=end)
    elif not any(_same(stored, last) for stored in hotline.store.select_notifications(last.position, 1)):
        yield both("bus_other", position=last.position)


def in_log(house: House, fact_id: str) -> bool:
    stream, _, version = fact_id.rpartition(":")
    return house.hotline.store.position_of(UUID(stream), int(version)) is not None


def ask_bus(bus: Bus) -> OnTheBus | None:
    """The last fact on the bus; None when there is none, or no bus."""

    async def ask() -> OnTheBus | None:
        async with connected(bus, "hotline-look") as client:
            return await last_fact(client.jetstream(timeout=ASK_WITHIN))

    try:
        return asyncio.run(asyncio.wait_for(ask(), ASK_WITHIN))
    except (NatsError, OSError, TimeoutError):
        return None


async def last_fact(js: JetStreamContext) -> OnTheBus | None:
    """The last fact of the stream, whatever a stranger put behind it; None when it holds none or is not there."""
    try:
        state = (await js.stream_info(STREAM)).state
    except NotFoundError:
        return None
    for sequence in range(state.last_seq, state.first_seq - 1, -1) if state.messages else ():
        with suppress(NotFoundError, ValueError, LookupError, TypeError):
            last = await js.get_msg(STREAM, sequence)
            headers, body = last.headers or {}, last.data or b""
            stamp_of(body)  # not whether we can read it: a newer version may have written it
            return OnTheBus(position_of(headers), headers["ce-id"], body)
    return None


def _same(stored: Notification, last: OnTheBus) -> bool:
    fact_id = f"{stored.originator_id}:{stored.originator_version}"
    return (stored.id, fact_id, bytes(stored.state)) == (last.position, last.fact_id, last.state)


def _newest_tickets(house: House, end: int) -> list[UUID]:
    """The newest tickets for which the vault must have something: of a state secret it never had."""
    found = house.hotline.store.select_notifications(max(0, end - LOOK_BACK), LOOK_BACK, inclusive_of_start=False)
    return [UUID(str(n.originator_id)) for n in found if n.topic == TicketReceived.TOPIC and _keyed(house, n)]


def _keyed(house: House, stored: Notification) -> bool:
    try:
        return bool(house.hotline.facts.to_domain_event(stored).fact.keyed)
    except Exception:  # noqa: BLE001  # a fact that cannot be read is another finding; that it had words is all we need
        return True
