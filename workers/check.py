"""`hotline check`: what must always hold of the log, the vault, the outbox and the views, looked at from outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from hotline.application import Hotline
from hotline.facts import Recorded
from hotline.handoff.facts import HandOffForgotten
from hotline.handoff.handoff import HandOff, ticket_of
from hotline.texts import say
from hotline.ticket import facts as f
from hotline.ticket.evolving import evolve
from hotline.ticket.ticket import State, Ticket
from workers import check_files
from workers.compose import House

PAGE = 1_000
PAUSED = frozenset({State.NEEDS_SUPPLEMENT, State.DEFERRED})
"""Open states in which standing still has a stated reason."""


def findings(house: House) -> Iterator[str]:
    """A sentence for everything that is broken; nothing when all is well."""
    tickets: list[UUID] = []
    keyed: list[UUID] = []
    forgotten: list[UUID] = []
    yield from _followers(house)
    yield from _log(house.hotline, tickets, keyed, forgotten)
    for ticket in tickets:
        yield from _ticket(house, ticket)
    for offer in forgotten:
        if not house.vault.erased(ticket_of(offer)):
            yield _say("key_left", stream=offer)
    if lacking := house.vault.never_heard_of(keyed):
        yield _say("no_key", tickets=len(lacking))
    if strays := check_files.strays(house):
        yield _say("stray_files", files=strays)
    yield from _outbox(house)
    yield from _views(house)
    row = house.access.verify()
    if row is not None:
        yield _say("access", row=row)


def _followers(house: House) -> Iterator[str]:
    """Nothing knows more than the log, as it would after a restore."""
    from workers.behind import ask_bus, bus_mismatches, mismatches
    from workers.bus import Bus

    yield from mismatches(house)
    if house.settings.nats_url is not None:
        yield from bus_mismatches(house.hotline, ask_bus(Bus.of(house.settings)))


def _log(hotline: Hotline, tickets: list[UUID], keyed: list[UUID], forgotten: list[UUID]) -> Iterator[str]:
    """Every fact can be read, versions leave no gap, and no stamp goes back; fills in the tickets found, those with a key, and
    the offers to us whose words are to be gone."""
    versions: dict[UUID, int] = {}
    position, last = 0, None
    while page := hotline.store.select_notifications(position, PAGE, inclusive_of_start=False):
        for stored in page:
            position = stored.id
            stream: UUID = stored.originator_id  # type: ignore[assignment]  # always UUIDs in this store
            expected = versions.get(stream, 0) + 1
            versions[stream] = stored.originator_version
            if stored.originator_version != expected:
                yield _say("versions", stream=stream, expected=expected, found=stored.originator_version)
            try:
                recorded: Recorded = hotline.facts.to_domain_event(stored)
            except Exception as broken:  # noqa: BLE001  # whatever it is: this fact cannot be read
                yield _say("unreadable", position=position, error=type(broken).__name__)
                continue
            if isinstance(recorded.fact, f.TicketReceived):
                tickets.append(stream)
                if recorded.fact.keyed:
                    keyed.append(stream)
            if isinstance(recorded.fact, HandOffForgotten):
                forgotten.append(stream)
            yield from _stamp(position, last, recorded.recorded_at)
            last = recorded.recorded_at


def _stamp(position: int, last: datetime | None, at: datetime) -> Iterator[str]:
    if last is not None and at < last:
        yield _say("stamps", position=position)


def _ticket(house: House, stream: UUID) -> Iterator[str]:
    """One ticket: what rang, whose it is, what waits, and whether what was erased is gone."""
    ticket: Ticket | None = None
    try:
        history = house.hotline.history(stream)
    except Exception:  # noqa: BLE001  # told with its position already
        return
    if [recorded.originator_version for recorded in history] != list(range(1, len(history) + 1)):
        return  # told with the log already; what has a gap cannot be replayed
    for recorded in history:
        if isinstance(recorded.fact, f.ClockRang) and not _may_ring(ticket, recorded.fact, recorded.recorded_at):
            fact, version = recorded.fact, recorded.originator_version
            yield _say("rang_wrongly", stream=stream, clock=fact.clock, level=fact.level, version=version)
        ticket = evolve(ticket, recorded)
    if ticket is None:
        return
    yield from _elsewhere(house, ticket) if _gone(ticket) else _standing(ticket)
    if house.hotline.find(ticket.number) != stream:
        yield _say("number", stream=stream)
    if ticket.erased and not house.vault.erased(stream):
        yield _say("key_left", stream=stream)
    missing, left = check_files.of_ticket(house, ticket, history)
    if missing:
        yield _say("no_file", stream=stream, files=missing)
    if left:
        yield _say("file_left", stream=stream)


def _may_ring(ticket: Ticket | None, fact: f.ClockRang, at: datetime) -> bool:
    """Whether that level had still to ring and its moment had come: what has rung is no longer among the alarms."""
    reading = ticket.clock(fact.clock) if ticket else None
    if ticket is None or reading is None or not reading.running:
        return False
    moment = reading.alarms.get(fact.level)
    return moment is not None and moment <= at


def _gone(ticket: Ticket) -> bool:
    """Whether another platform has it, with no part left here."""
    return ticket.handed is not None and ticket.handed.custody == "theirs" and not ticket.handed.follow_up


def _elsewhere(house: House, ticket: Ticket) -> Iterator[str]:
    """A ticket whose clocks stand still because another platform has the matter: the hand-off must say so too."""
    handed = ticket.handed
    known: HandOff | None = house.hotline.streams.read("handoff", handed.handoff)[1] if handed is not None else None
    if handed is not None and (known is None or known.holder != handed.platform):
        yield _say("no_holder", stream=ticket.id)


def _standing(ticket: Ticket) -> Iterator[str]:
    """An open ticket has somebody who owes the next step, and a moment at which it is asked about."""
    if ticket.over or ticket.erased:
        return
    if ticket.state not in PAUSED and not ticket.running():
        yield _say("no_clock", stream=ticket.id, state=ticket.state.value)
    if ticket.state is State.IN_PROGRESS and ticket.lead is None:
        yield _say("no_owner", stream=ticket.id)
    dispatch = ticket.clock("dispatch")
    if ticket.state is State.AWAITING_DISPATCH and (dispatch is None or not dispatch.running):
        yield _say("no_dispatch_clock", stream=ticket.id)


def _outbox(house: House) -> Iterator[str]:
    """Nobody was told of what did not happen."""
    after = ""
    while page := house.outbox.facts(after, PAGE):
        for fact_id in page:
            stream, _, version = fact_id.rpartition(":")
            if house.hotline.store.position_of(UUID(stream), int(version)) is None:
                yield _say("notice", fact=fact_id)
        after = page[-1]


def _views(house: House) -> Iterator[str]:
    """What is shown is what the log makes of it; a view that was never begun shows nothing."""
    from projections.rebuild import rebuild
    from projections.registry import VIEWS

    for name, view in VIEWS.items():
        try:
            same = rebuild(house.views, view, house.hotline, switch=False).same
        except Exception as broken:  # noqa: BLE001  # a log that cannot be read has been told already
            yield _say("view_unbuilt", view=name, error=type(broken).__name__)
            continue
        if same is False:
            yield _say("view", view=name)


def _say(code: str, **slots: object) -> str:
    return f"{say(f'check.{code}', 'zh', **slots)}  {say(f'check.{code}', 'en', **slots)}"
