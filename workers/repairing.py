"""`hotline repair`: everything that follows the log, brought back to the log that is there.

Safe to run at any time nobody else works in the house, and to run again: it only takes away what can be made of the log,
and what belongs to facts that are lost. Nobody is told twice: which facts have been dealt with stays known, so the bus can
be filled again from the beginning.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from hotline.ticket.facts import TicketReceived
from projections.anew import begin_anew
from projections.rebuild import rebuild
from projections.registry import VIEWS
from workers.backup import both
from workers.behind import ask_bus, bus_mismatches
from workers.bus import DEAD_STREAM, STREAM, Bus, connected
from workers.compose import House
from workers.directory import CannotStart
from workers.eraser import NAME as ERASER
from workers.link.ledger import forget as forget_said
from workers.outbox_lost import forget_lost
from workers.wire import position_of

PAGE = 1_000

Out = Callable[[str], None]


def repair(house: House, bus: Bus | None, out: Out, *, give_up_keys: bool = False) -> None:
    """Mend views, outbox, vault and bus. Raises CannotStart when the vault lacks keys: a newer copy of it helps, or, with
    `give_up_keys`, these tickets count as erased."""
    if lacking := house.vault.never_heard_of(keyed_tickets(house)):
        if not give_up_keys:
            raise CannotStart(both("no_keys_for", tickets=len(lacking)))
        house.vault.erase(*lacking)
    again = house.vault.reapply_register()
    house.outbox.move(ERASER, 0)  # what the log decided about personal data is made true once more
    forget_said(house.outbox)
    lost = forget_lost(house.outbox, house.hotline, house.now())
    out(both("outbox_mended", lost=lost, again=again))
    for name, view in VIEWS.items():
        begin_anew(house.views, view)
        report = rebuild(house.views, view, house.hotline)
        out(both("view_mended", view=name, facts=report.facts))
    if bus is not None:
        _mend_bus(house, bus, out)


def keyed_tickets(house: House) -> list[UUID]:
    """Every ticket of the log for which the vault has something to keep."""
    found: list[UUID] = []
    position = 0
    while page := house.hotline.facts_after(position, PAGE):
        found += [r.originator_id for r in page if isinstance(r.fact, TicketReceived) and r.fact.keyed]
        position = page[-1].position
    return found


def _mend_bus(house: House, bus: Bus, out: Out) -> None:
    if list(bus_mismatches(house.hotline, ask_bus(bus))):
        asyncio.run(_empty(bus, house.hotline.position()))
        out(both("bus_mended"))


async def _empty(bus: Bus, end: int) -> None:
    """Take the copy of the log off the bus, and dead letters of facts that are lost; the relay fills it again.

    The stream goes as a whole: with it go what it remembers of message ids and how far its consumers were."""
    async with connected(bus, "hotline-repair") as client:
        js = client.jetstream(timeout=30)
        await _without_lost(js, end)
        with suppress(NotFoundError):
            await js.delete_stream(STREAM)


async def _without_lost(js: JetStreamContext, end: int) -> None:
    try:
        state = (await js.stream_info(DEAD_STREAM)).state
    except NotFoundError:
        return
    for number in range(max(1, state.first_seq), state.last_seq + 1):
        with suppress(NotFoundError, KeyError, ValueError):
            letter = await js.get_msg(DEAD_STREAM, number)
            if position_of(letter.headers or {}) > end:
                await js.delete_msg(DEAD_STREAM, number)
