"""What a run leaves behind, read once for all checks: the log, who is in it, the dead letters."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import nats
from nats.js.errors import NotFoundError

from hotline.facts import Recorded
from hotline.sealing import Tampered
from hotline.ticket import facts as f
from tests.faults.city import City
from tests.faults.ledger import Ledger
from workers.bus import DEAD_STREAM
from workers.compose import House

_MARKER = re.compile(r"kanarie-[\w.]+-\d{6}")
UNDECODABLE = "undecodable"
"""What stands for the id of a message that is no fact."""


@dataclass
class Evidence:
    """Everything the checks look at."""

    city: City
    house: House
    ledger: Ledger
    recovered: dict[str, list[float]]
    outstanding: list[str]
    undecodable: int = 0
    """Messages that were put on the bus and are no facts."""
    perhaps: int = 0
    """Such messages in a stream that was deleted later: each may have become a dead letter before."""
    pages: list[str] = field(default_factory=list)
    """What `/metrics` said."""
    police: list[dict[str, Any]] = field(default_factory=list)
    """The log of 110, as it tells it."""
    log: list[Recorded] = field(default_factory=list)
    histories: dict[UUID, list[Recorded]] = field(default_factory=dict)
    tickets: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    """By the marker in the request's text."""
    dead: list[str] = field(default_factory=list)
    """Ids of the facts among the dead letters."""

    def gather(self) -> None:
        """Read the whole log, and look behind the seals as nobody else may."""
        position = 0
        while page := self.house.hotline.facts_after(position, 1_000):
            self.log += page
            position = page[-1].position
        histories: dict[UUID, list[Recorded]] = defaultdict(list)
        for recorded in self.log:
            histories[recorded.originator_id].append(recorded)
            if marker := self._marker(recorded):
                self.tickets[marker].append(recorded.originator_id)
        self.histories = dict(histories)
        self.dead = asyncio.run(dead_letters(self.city.nats.url))

    def _marker(self, recorded: Recorded) -> str | None:
        """The marker in the text of a request; none where there is no text, or its key is not the one it was sealed with."""
        fact, stream = recorded.fact, recorded.originator_id
        if not isinstance(fact, f.TicketReceived) or fact.text is None:
            return None
        try:
            text = self.house.vault.unseal(stream, "received.text", fact.text, purpose="erase")
        except Tampered:
            return None
        found = _MARKER.search(text or "")
        return found[0] if found else None


async def dead_letters(url: str) -> list[str]:
    """The ids of the facts among them, `UNDECODABLE` for what is none."""
    client = await nats.connect(url)
    try:
        js = client.jetstream()
        state = (await js.stream_info(DEAD_STREAM)).state
        found = []
        for sequence in range(state.first_seq, state.last_seq + 1) if state.messages else ():
            with suppress(NotFoundError):  # one that was handled when it was replayed leaves a gap
                headers = (await js.get_msg(DEAD_STREAM, sequence)).headers or {}
                found.append(UNDECODABLE if headers.get("hotline-reason") == "NotAFact" else headers.get("ce-id", ""))
        return found
    finally:
        await client.close()
