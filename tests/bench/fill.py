"""A city that has been at work for a month: what its people simulated, told many times over side by side.

Unlike the copies of `tests/bench/log.py` these can be opened: every copy of a ticket has a number, a query code, a key,
sealed words and a caller of its own.  The month ends now, so that no clock has anything to make up for.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import Notification

from hotline.caller import conduct
from hotline.consultation import consultation
from hotline.consultation.facts import ConsultationAsked
from hotline.facts import Recorded
from hotline.handoff import handoff
from hotline.handoff.facts import HandOffOffered
from hotline.ticket import number as numbers
from hotline.ticket.facts import TicketReceived
from hotline.vault.identity import Identity
from tests.bench.keys import Keys
from tests.bench.log import SEED
from workers.bus import STREAM, Bus, connected, declare
from workers.compose import House, build
from workers.eraser import NAME as ERASER
from workers.settings import Settings
from workers.simulate.door import StoreDoor
from workers.simulate.intake import Plan
from workers.simulate.run import simulate
from workers.simulated import Clock
from workers.wire import headers, subject

DAYS = 30
_OWN = re.compile(rb'(s1\.[AS]\.[\w-]+|[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=")\d{14}(?="))')
"""What in a fact is its ticket's own: sealed words, digests, ids and numbers."""
_INTO_THE_LOG = "COPY hotline_events (originator_id, originator_version, topic, state) FROM STDIN"
_NOT_A_NUMBER = "161"


@dataclass(frozen=True)
class Code:
    """What a citizen proves himself with."""

    number: str
    code: str


@dataclass(frozen=True)
class Month:
    """What was simulated.  ``words`` are the sealed ones, by envelope: ticket, label and text; ``asked`` are the questions
    that went to the expert seats by themselves: stream, its ticket, and the ticket's version it is named after; ``offered`` the
    dangers read in forms that were offered to another platform: stream, platform, and the hand-off's id; ``noted`` the nuisance callers: stream and
    person."""

    facts: Sequence[Notification]
    received: Sequence[Recorded]
    words: dict[str, tuple[UUID, str, str]]
    asked: Sequence[tuple[UUID, UUID, int]]
    offered: Sequence[tuple[UUID, str, UUID]]
    noted: Sequence[tuple[UUID, UUID]]


@dataclass
class Copy:
    """One telling of the month: what of the month's own is called what here."""

    streams: dict[UUID, UUID] = field(default_factory=dict)
    own: dict[bytes, bytes] = field(default_factory=dict)


def month(room: Path, requests: int) -> Month:
    """Act a month out, on SQLite."""
    start = datetime.now(Settings.model_fields["clock_start"].default.tzinfo) - timedelta(days=DAYS)
    clock, words = Clock(start), dict[str, tuple[UUID, str, str]]()
    house = build(Settings(data=room, clock="simulated", clock_start=start), now=clock)
    seal = house.vault.seal

    def remember(ticket: UUID, label: str, text: str) -> str:
        sealed = seal(ticket, label, text)
        words[sealed] = ticket, label, text
        return sealed

    house.vault.seal = remember  # type: ignore[assignment]  # a label cannot be read off an envelope
    try:
        simulate(StoreDoor(house, clock, beside=False), Plan(requests, DAYS, SEED, start))
        facts = house.hotline.store.select_notifications(0, house.hotline.position(), inclusive_of_start=False)
        received = [house.hotline.facts.to_domain_event(n) for n in facts if n.topic == TicketReceived.TOPIC]
        beside = [house.hotline.facts.to_domain_event(n) for n in facts if n.originator_version == 1]
        asked = [_named_after(recorded) for recorded in beside if isinstance(recorded.fact, ConsultationAsked)]
        offered = [
            (recorded.originator_id, recorded.fact.receiver, recorded.fact.handoff_id)
            for recorded in beside
            if isinstance(recorded.fact, HandOffOffered)
        ]
        noted = [
            (recorded.originator_id, recorded.fact.person_id)
            for recorded in beside
            if isinstance(recorded.fact, conduct.NuisanceNoted)
        ]
        return Month(facts, received, words, asked, offered, noted)
    finally:
        house.close()


def fill(house: House, told: Month, times: int, nats: str) -> list[Code]:
    """Tell a month so many times into an empty city: log, vault and bus.  Its views are for `rebuild` to make."""
    codes: list[Code] = []
    draw, taken = Random(SEED), set[str]()
    vault = Keys(house)
    copies = [_copy(house, vault, told, draw, taken, codes) for _ in range(times)]
    vault.write()
    with psycopg.connect(house.settings.store) as connection, connection.cursor().copy(_INTO_THE_LOG) as rows:
        for fact in told.facts:
            parts = _OWN.split(bytes(fact.state))
            for copy in copies:
                rows.write_row((_stream(copy, fact), fact.originator_version, fact.topic, _told(copy, parts)))
    end = house.hotline.position()
    house.outbox.move(ERASER, end)
    asyncio.run(_as_if_carried(Bus(nats), house.hotline.store.select_notifications(end, 1)[0]))
    return codes


def tidy(house: House) -> None:
    """What PostgreSQL does by itself in the hours a city takes to fill."""
    with psycopg.connect(house.settings.store, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")


def _copy(house: House, vault: Keys, told: Month, draw: Random, taken: set[str], codes: list[Code]) -> Copy:
    """Names for everything that is the month's own."""
    copy = Copy()
    for recorded in told.received:
        assert isinstance(recorded.fact, TicketReceived)
        fact, ticket = recorded.fact, uuid4()
        number = _number(recorded, taken)
        codes.append(Code(number, numbers.draw_code()))
        copy.streams[recorded.originator_id] = ticket
        copy.streams[numbers.stream_of(fact.number)] = numbers.stream_of(number)
        copy.own[fact.number.encode()] = number.encode()
        copy.own[fact.access.code.encode()] = house.hotline.code_hash(number, codes[-1].code).encode()
        copy.own[fact.access.token.encode()] = house.hotline.token_hash(house.hotline.token_of(ticket)).encode()
        vault.ticket(ticket)
        if fact.person_id is not None:
            vault.called(_caller(vault, copy, fact.person_id, draw), ticket)
    for sealed, (old, label, text) in told.words.items():
        if old in copy.streams:  # else its request was refused
            copy.own[sealed.encode()] = vault.seal(copy.streams[old], label, text).encode()
    for stream, ticket, version in told.asked:
        copy.streams[stream] = consultation.stream_of(copy.streams[ticket], version)
    for stream, platform, old_id in told.offered:
        new_id = uuid4()
        copy.streams[stream] = handoff.stream_of(platform, new_id)
        copy.own[str(old_id).encode()] = str(new_id).encode()
    for stream, person in told.noted:
        copy.streams[stream] = conduct.stream_of(_caller(vault, copy, person, draw))
    copy.own |= {str(old).encode(): str(new).encode() for old, new in copy.streams.items()}
    return copy


def _named_after(recorded: Recorded) -> tuple[UUID, UUID, int]:
    assert isinstance(recorded.fact, ConsultationAsked)
    stream, ticket = recorded.originator_id, recorded.fact.ticket
    return stream, ticket, next(v for v in count() if consultation.stream_of(ticket, v) == stream)


def _number(recorded: Recorded, taken: set[str]) -> str:
    while (number := numbers.draw(recorded.recorded_at)) in taken:
        pass
    taken.add(number)
    return number


def _caller(vault: Keys, copy: Copy, person: UUID, draw: Random) -> UUID:
    known = copy.own.get(str(person).encode())
    if known is not None:
        return UUID(known.decode())
    new = uuid4()
    vault.caller(Identity(new, "王女士", f"{_NOT_A_NUMBER}{draw.randrange(10**8):08}"))
    copy.own[str(person).encode()] = str(new).encode()
    return new


def _stream(copy: Copy, fact: Notification) -> UUID:
    assert isinstance(fact.originator_id, UUID)
    return copy.streams[fact.originator_id]


def _told(copy: Copy, parts: Sequence[bytes]) -> bytes:
    return b"".join(copy.own.get(part, part) if nth % 2 else part for nth, part in enumerate(parts))


async def _as_if_carried(bus: Bus, last: Notification) -> None:
    """Put the log's last fact on the bus: what was before it has long been read by everybody."""
    async with connected(bus, "bench") as client:
        js = client.jetstream()
        await declare(js, bus.replicas)
        await js.publish(subject(last.topic), last.state, stream=STREAM, headers=headers(last))
