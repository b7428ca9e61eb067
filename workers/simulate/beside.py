"""What goes on beside the tickets of a house: at seats, with questions, between platforms; and the moments it waits for.

An offer to a seat waits for seconds, while the hotline's clock in a simulation looks every half hour; so what waits there is
known here as soon as it is written, and the world stops at each of these moments. What rings then is the hotline's to decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from hotline.consultation import consultation
from hotline.consultation.consultation import Consultation
from hotline.consultation.facts import ExpertUnavailable
from hotline.facts import Recorded
from hotline.handoff import handoff
from hotline.seat import seat
from projections import consultations, due_list, seats
from projections.follow import keep_up
from projections.moments import from_micros
from projections.view import Doc
from workers.compose import House
from workers.expert_desk import ExpertDesk
from workers.simulate.ear import Ear

_EVOLVE: Mapping[str, Callable[[Any, Recorded], Any]] = {
    "seat": seat.evolve,
    "consultation": consultation.evolve,
    "handoff": handoff.evolve,
}


@dataclass(frozen=True)
class News:
    """Something has happened at a seat, to a question or to a hand-off; `now` is how it stands, as screens show it.

    `topic` and `reason` are those of the fact, where the door can tell them.
    """

    kind: str
    about: UUID
    now: Any
    topic: str = ""
    reason: str = ""


class Beside:
    """Follows what is written about seats, questions and hand-offs, and lets the expert desk work."""

    def __init__(self, house: House) -> None:
        self._house, self._ear = house, Ear(house.hotline)
        self._desk = ExpertDesk(replace(house, hotline=self._ear))  # type: ignore[arg-type]
        self._now: dict[UUID, Any] = {}
        self._waits: dict[UUID, Doc] = {}
        self._news: list[News] = []
        self._stirred = False
        self._next: datetime | None = None

    def take(self, facts: Iterable[Recorded]) -> None:
        """Note what has been written."""
        for recorded in facts:
            kind = recorded.fact.TOPIC.partition(".")[0]
            if kind in _EVOLVE:
                self._take(kind, recorded)

    def _take(self, kind: str, recorded: Recorded) -> None:
        stream, fact = recorded.originator_id, recorded.fact
        now = self._now[stream] = _EVOLVE[kind](self._now.get(stream), recorded)
        waits = due_list.fold(self._waits.get(stream), recorded)
        if waits is not None and waits["waiting"]:
            self._waits[stream] = waits
        else:
            self._waits.pop(stream, None)
        reason = fact.reason if isinstance(fact, ExpertUnavailable) else ""
        self._news.append(News(kind, stream, now, fact.TOPIC, reason))
        self._stirred = self._stirred or kind != "handoff"
        self._next = None

    def next(self, after: datetime) -> datetime | None:
        """The next moment after this one at which something rings here, or a promised call may be offered."""
        if self._next is None or self._next <= after:
            moments = [from_micros(line["at"]) for doc in self._waits.values() for line in due_list.lines(doc)]
            moments += [c.not_before for c in self._open() if c.not_before is not None]
            self._next = min((moment for moment in moments if moment > after), default=None)
        return self._next

    def stir(self) -> None:
        """Time has passed: who was not there may be there now."""
        self._stirred = True

    def allocate(self) -> list[Recorded]:
        """Let the expert desk offer what it can; gives what it wrote, which is noted already."""
        written: list[Recorded] = []
        while self._stirred and self._waiting():
            keep_up(self._house.views, (seats.VIEW, consultations.VIEW), self._house.hotline.facts_after)
            self._desk.step()
            heard = self._ear.told()
            self._stirred = False
            self.take(heard)
            self._stirred = bool(heard)
            written += heard
        self._stirred = False
        return written

    def news(self) -> list[News]:
        """What has happened since somebody asked last."""
        news, self._news = self._news, []
        return news

    def _open(self) -> list[Consultation]:
        return [now for stream in self._waits if isinstance(now := self._now[stream], Consultation)]

    def _waiting(self) -> bool:
        at = self._house.now()
        return any(c.phase == "waiting" and (c.not_before is None or c.not_before <= at) for c in self._open())
