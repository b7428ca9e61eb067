"""Deciding several commands side by side and writing them in one transaction.

Whoever gets the pen writes for everybody who waits: the more threads wait, the more commands share one commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from hotline.command import Command, Desk, Refused, Staff, To, nobody
from hotline.facts import Actor, Cause, Fact, Recorded
from hotline.reading.personal import find
from hotline.rules import Rules
from hotline.store import Beside, KeptReply, Log
from hotline.streams import EVOLVE, Streams
from hotline.ticket.number import NumberTaken
from hotline.vault import Vault

REPLIES_KEPT = timedelta(days=2)
DRAWS = 20
"""How often a number is drawn anew when it is taken."""


@dataclass(frozen=True, slots=True)
class Key:
    """A client's ``Idempotency-Key``: its keyed hash and that of the body it came with."""

    key: str
    body_hash: str


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a command.  ``position`` is that of its last fact, of the log's end if it yielded none."""

    stream: UUID
    version: int
    position: int
    facts: tuple[Recorded, ...] = ()
    answer: dict[str, Any] = field(default_factory=dict)
    repeated: bool = False


@dataclass(slots=True)
class Job:
    """One command waiting to be written.  ``make`` builds it anew for every try (a drawn number may clash)."""

    make: Callable[[], tuple[Command, dict[str, Any]]]
    stream: UUID
    by: Actor
    at: datetime
    correlation_id: str
    causation_id: str | None = None
    expected_version: int | None = None
    key: Key | None = None
    inbox: tuple[str, str] | None = None
    fresh: bool = False
    """Whether it begins a stream."""
    outcome: Written | BaseException | None = None
    done: Event = field(default_factory=Event)

    def finish(self, outcome: Written | BaseException) -> None:
        self.outcome = outcome
        self.done.set()

    def result(self) -> Written:
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        assert self.outcome is not None
        return self.outcome


class Page:
    """Commands decided one after another, each seeing what those before it on the page have decided."""

    def __init__(
        self, streams: Streams, log: Log, rules: Rules, vault: Vault, stamp: datetime, staff: Staff = nobody
    ) -> None:
        self._streams, self._log, self._rules, self._vault, self._staff = streams, log, rules, vault, staff
        self.stamp = stamp
        self.recorded: list[Recorded] = []
        self.replies: dict[str, KeptReply] = {}
        self.inbox: list[tuple[str, str]] = []
        self.outcomes: list[tuple[Job, Written | BaseException]] = []
        self._states: dict[UUID, tuple[int, Any]] = {}

    def decide(self, job: Job) -> None:
        """Decide one job; a refusal is noted and changes nothing on the page."""
        states = dict(self._states)
        outcome: Written | BaseException = Refused("busy")
        for _ in range(DRAWS):
            try:
                outcome = self._decided(job)
            except NumberTaken:
                self._states = dict(states)
                continue
            except Exception as refusal:  # noqa: BLE001  # handed to the one who asked
                self._states, outcome = states, refusal
            break
        if job.fresh and isinstance(outcome, BaseException) and states.get(job.stream, (0, None))[0] == 0:
            self._vault.discard(job.stream)  # nothing of a request that was refused is kept
        self.outcomes.append((job, outcome))

    def _decided(self, job: Job) -> Written:
        if job.key is not None and (kept := self._repeat(job.key)) is not None:
            return kept
        if job.inbox is not None and (job.inbox in self.inbox or self._log.seen(*job.inbox)):
            version, _ = self.read("ticket", job.stream)
            return Written(job.stream, version, 0, repeated=True)
        command, answer = job.make()
        version, state = self.read(command.KIND, job.stream)
        if job.expected_version is not None and job.expected_version != version:
            raise Refused("stale", version=version)
        desk = self.desk(job)
        command.guard(state, desk)
        facts = [self._record(command, job, decided) for decided in command.decide(state, desk)]
        self._note(job, facts, answer)
        self.recorded.extend(facts)
        return Written(job.stream, self._states.get(job.stream, (version, None))[0], 0, tuple(facts), answer)

    def desk(self, job: Job) -> Desk:
        return Desk(
            id=job.stream,
            at=self._rules.calendar.local(self.stamp),
            by=job.by,
            rules=self._rules,
            vault=self._vault,
            find_personal=find,
            other=lambda kind, stream: self.read(kind, stream)[1],
            staff=self._staff,
        )

    def read(self, kind: str, stream: UUID) -> tuple[int, Any]:
        if stream not in self._states:
            self._states[stream] = self._streams.read(kind, stream)
        return self._states[stream]

    def _record(self, command: Command, job: Job, decided: Fact | To) -> Recorded:
        kind, stream, fact = (
            (decided.kind, decided.stream, decided.fact)
            if isinstance(decided, To)
            else (command.KIND, job.stream, decided)
        )
        version, state = self.read(kind, stream)
        recorded = Recorded(
            originator_id=stream,
            originator_version=version + 1,
            recorded_at=self.stamp,
            happened_at=getattr(command, "happened_at", None),
            by=job.by,
            cause=Cause(correlation_id=job.correlation_id, causation_id=job.causation_id, policy=self._rules.version),
            fact=fact,
        )
        self._states[stream] = (version + 1, EVOLVE[kind](state, recorded))
        return recorded

    def _note(self, job: Job, facts: list[Recorded], answer: dict[str, Any]) -> None:
        if job.key is not None:
            self.replies[job.key.key] = KeptReply(
                key=job.key.key,
                body_hash=job.key.body_hash,
                stream=job.stream,
                version=self._states[job.stream][0],
                answer=self._vault.seal(job.stream, "reply", to_json(answer).decode()) if answer else "",
                expires_at=self.stamp + REPLIES_KEPT,
            )
        if job.inbox is not None:
            self.inbox.append(job.inbox)

    def _repeat(self, key: Key) -> Written | None:
        kept = self.replies.get(key.key) or self._log.reply_to(key.key)
        if kept is None or kept.expires_at <= self.stamp:
            return None
        if kept.body_hash != key.body_hash:
            raise Refused("key_reused")
        # What says nothing was not sealed: only tickets have keys that the vault keeps.
        answer = self._vault.unseal(kept.stream, "reply", kept.answer) if kept.answer else "{}"
        if answer is None:
            raise Refused("erased")
        return Written(kept.stream, kept.version, 0, answer=from_json(answer), repeated=True)

    @property
    def beside(self) -> Beside:
        return Beside(replies=tuple(self.replies.values()), inbox=tuple(self.inbox), at=self.stamp)

    def placed(self, positions: Iterable[int], end: int) -> list[tuple[Job, Written | BaseException]]:
        """The outcomes with the positions the log gave; a job without facts gets where the log ended."""
        place = dict(zip((r.id for r in self.recorded), positions, strict=True))
        found: list[tuple[Job, Written | BaseException]] = []
        for job, outcome in self.outcomes:
            if isinstance(outcome, Written):
                facts = tuple(replace(r, position=place[r.id]) for r in outcome.facts)
                position = facts[-1].position if facts else self._log.position_of(outcome.stream, outcome.version)
                outcome = replace(outcome, facts=facts, position=position or end)
            found.append((job, outcome))
        return found

    def states(self) -> Iterable[tuple[UUID, tuple[int, Any]]]:
        return self._states.items()
