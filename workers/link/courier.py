"""The courier of one link: says what follows from our log, in order per matter, until the other side has acknowledged it.

There is no queue that could be lost and no state "sent": what our facts say and the other side has not acknowledged is
sent, for ever. Matters do not wait for each other; of one matter only one message is ever under way. When nobody answers a few
times in a row, one matter at a time finds out whether the other side is back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from threading import Event, Thread
from time import monotonic
from uuid import UUID

import structlog

from hotline.handoff.facts import HandOffAlarmed, HandOffOffered
from hotline.handoff.handoff import evolve_offer
from hotline.handoff.messages import Message, Offer, Person, write
from hotline.handoff.outgoing import outgoing
from projections.database import is_loss
from workers.compose import House
from workers.link.ledger import Ledger, Matter, Noted
from workers.link.lines import Line
from workers.link.road import Answer, Road

log = structlog.get_logger()

POLL = 0.2  # seconds
BATCH = 500
AT_ONCE = 8
LONGEST = 5.0
"""Seconds between two tries at most, so that all is settled within a minute of the other side's return.  (ours)"""
AWAY_AFTER = 3
"""Tries in a row that nobody answered after which the other side counts as away: a message lost now and then is that
matter's trouble alone.  (ours)"""
OF_THE_MESSAGE = (409, 422)
"""Statuses that are about this message and not about the other side."""
HANDOFFS = "handoff."
"""How the topics of hand-offs begin."""


class Courier:
    """One platform's. `held_up` holds the code of the last refusal of each matter that is refused."""

    def __init__(
        self,
        house: House,
        line: Line,
        road: Road,
        *,
        ticks: Callable[[], float] = monotonic,
        chance: Random | None = None,
    ) -> None:
        self._house, self._line, self._road, self._ticks = house, line, road, ticks
        self._chance = chance or Random()
        self.ledger = Ledger(house.outbox, line.platform)
        self.held_up: dict[UUID, str] = {}
        self._complained: set[tuple[UUID, str]] = set()
        self.misses = 0
        self._closed_until = 0.0
        self._later: dict[UUID, tuple[int, float]] = {}
        self._counts_again = 0.0
        self._under_way: dict[UUID, Future[bool]] = {}

    def run(self, stop: Event) -> None:
        """Until `stop`. Raises what says that a store is out of reach."""
        way = Thread(target=self._road.run, args=(stop,), name=f"road {self._line.platform}", daemon=True)
        way.start()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="link") as pool:
            while not stop.is_set():
                seen = self._house.hotline.written
                if self.follow() + self.send(pool) == 0:
                    self._house.hotline.wait_for_news(POLL, after=seen)
        way.join(2)

    def follow(self) -> int:
        """Look at the next facts of the log for what they say to the other side; returns how many there were."""
        self._count_again()
        facts = self._house.hotline.facts_after(self.ledger.position(), BATCH)
        if facts:
            streams = dict.fromkeys(r.originator_id for r in facts if r.fact.TOPIC.startswith(HANDOFFS))
            again = {r.originator_id for r in facts if isinstance(r.fact, HandOffAlarmed)}
            matters = [matter for stream in streams for matter in self._of(stream, again=stream in again)]
            self.ledger.note(matters, facts[-1].position, self._house.now())
        return len(facts)

    def _count_again(self) -> None:
        """Look anew at the matters that could not be looked at, now and then, until it succeeds."""
        if self._ticks() < self._counts_again:
            return
        self._counts_again = self._ticks() + LONGEST
        found = [matter for stream in self.ledger.uncounted() for matter in self._of(stream, again=False)]
        if counted := [matter for matter in found if matter.said is not None]:
            self.ledger.note(counted, None, self._house.now())

    def _of(self, stream: UUID, *, again: bool) -> list[Noted]:
        """What our log says in this matter, if it is between us and this platform.  A fault with one must not end the
        others, nor be forgotten: it is told, and the matter waits uncounted."""
        hotline = self._house.hotline
        first = hotline.opening(stream)
        if first is None or not isinstance(first.fact, HandOffOffered):
            return []
        known = evolve_offer(first.fact)
        if known.other != self._line.platform:
            return []
        said: int | None = None
        try:
            said = len(outgoing(hotline.history(stream), _unread, _nobody))
        except Exception as fault:
            if is_loss(fault):
                raise
            tell = log.info if (stream, "uncounted") in self._complained else log.error
            tell("matter_failed", platform=self._line.platform, matter=str(stream), error=type(fault).__name__)
            self._complained.add((stream, "uncounted"))
        return [Noted(stream, known.offer.danger, said, again)]

    def _said(self, stream: UUID) -> list[Message]:
        return outgoing(self._house.hotline.history(stream), self._words, self._who)

    def _words(self, ticket: UUID, label: str, sealed: str) -> str | None:
        """None also for words that are stored only: they are opened for nobody, and the matter is told without them."""
        return self._house.vault.unseal_many([(ticket, label, sealed)])[0]

    def _who(self, person: UUID) -> Person | None:
        known = self._house.vault.identities([person]).get(person)
        return Person(name=known.name, phone=known.phone) if known is not None else None

    def send(self, pool: ThreadPoolExecutor) -> int:
        """Begin to send what may be sent now; returns how many matters were begun or have ended since."""
        ended = [stream for stream, done in self._under_way.items() if done.done()]
        for stream in ended:
            self._judge(stream, self._under_way.pop(stream))
        now, begun = self._ticks(), 0
        if now < self._closed_until:
            return len(ended)
        room = (1 if self.misses >= AWAY_AFTER else AT_ONCE) - len(self._under_way)
        most = room + len(self._under_way) + len(self._later)  # those that may not be sent now stand among them
        for matter in self.ledger.waiting(most) if room > 0 else ():
            if room <= begun:
                break
            if matter.stream not in self._under_way and self._later.get(matter.stream, (0, 0.0))[1] <= now:
                self._under_way[matter.stream] = pool.submit(self._carry, matter)
                begun += 1
        return len(ended) + begun

    def _judge(self, stream: UUID, done: Future[bool]) -> None:
        fault = done.exception()
        if fault is not None and is_loss(fault):
            raise fault
        if fault is not None:  # a fault of ours with one matter must not end the others
            log.error("matter_failed", platform=self._line.platform, matter=str(stream), error=type(fault).__name__)
            self._put_off(stream)
        elif done.result():
            self.misses, self._closed_until = 0, 0.0
        else:
            self._put_off(
                stream
            )  # the next to try is another: one matter that nobody answers must not hold up the rest
            if self._ticks() >= self._closed_until:  # of several that were under way the first speaks for all
                self.misses += 1
                if self.misses >= AWAY_AFTER:
                    self._closed_until = self._ticks() + self._pause(self.misses - AWAY_AFTER + 1)
                if self.misses == AWAY_AFTER:
                    log.warning("link_away", platform=self._line.platform)

    def _carry(self, matter: Matter) -> bool:
        """Say what is left of one matter; False when the other side is not there. What it refuses waits."""
        messages = self._said(matter.stream)
        done, went_back = min(matter.acknowledged, len(messages)), False
        while done < len(messages):
            message = messages[done]
            answer = self._road.send(message.message_id, write(message))
            if answer is None or not (answer.status == 200 or answer.status in OF_THE_MESSAGE):
                return False
            heard = _forgotten(answer, messages, done)
            if answer.status != 200 and (went_back or heard is None):
                self._refused(matter.stream, message, answer)
                return True
            if heard is not None:
                done, went_back = heard, True
            else:
                done = max(done + 1, min(answer.last or 0, len(messages)))
            self.ledger.acknowledged(matter.stream, done)
        self.held_up.pop(matter.stream, None)
        self._later.pop(matter.stream, None)
        return True

    def _refused(self, stream: UUID, message: Message, answer: Answer) -> None:
        if self.held_up.get(stream) != answer.code:
            told = {"platform": self._line.platform, "matter": str(stream), "kind": message.kind}
            tell = log.info if (stream, answer.code) in self._complained else log.error
            tell("message_refused", **told, status=answer.status, code=answer.code[:60])
            self._complained.add((stream, answer.code))
        self.held_up[stream] = answer.code
        self._put_off(stream)

    def _put_off(self, stream: UUID) -> None:
        tries = self._later.get(stream, (0, 0.0))[0] + 1
        self._later[stream] = (tries, self._ticks() + self._pause(tries))

    def _pause(self, tries: int) -> float:
        return min(LONGEST, 0.25 * 2.0 ** min(tries, 10)) * self._chance.uniform(0.5, 1.0)


def _unread(ticket: UUID, label: str, sealed: str) -> None:
    """To count messages no words need be opened."""


def _nobody(person: UUID) -> None:
    """Nor need anybody be named."""


def _forgotten(answer: Answer, messages: Sequence[Message], done: int) -> int | None:
    """How many of our messages the other side still knows, when it has gone back behind what it acknowledged."""
    if answer.code == "message_early" and answer.last is not None and answer.last < done:
        return answer.last
    return 0 if answer.code == "unknown_handoff" and done and isinstance(messages[0], Offer) else None
