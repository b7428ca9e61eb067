"""The one door: commands go in, facts are written, everybody who waits for news is woken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Condition, Event
from typing import Any
from uuid import UUID, uuid4

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper

from hotline.caller import conduct
from hotline.command import Command, Desk, Staff, nobody
from hotline.facts import Actor, FactMapper, Recorded, Role
from hotline.handoff import handoff
from hotline.handoff.messages import Message, Offer
from hotline.handoff.taking import Newcomer, Take
from hotline.pen import Pen
from hotline.reading_at_the_door import dispatch_by_rule, proposed, proposed_of_offer
from hotline.rules import Rules
from hotline.store import Log, store_env
from hotline.streams import Streams
from hotline.ticket import number as numbers
from hotline.ticket.facts import Access
from hotline.ticket.proposing import Read
from hotline.ticket.reading_facts import Proposal
from hotline.ticket.receiving import Intake, Receive
from hotline.ticket.ticket import Ticket
from hotline.vault import Vault, phone_or_none
from hotline.writing import Job, Key, Written


class Hotline(Application[UUID]):
    """Tickets and callers, decided by the rules of one profile and written to one log."""

    name = "hotline"

    def __init__(
        self, store: str, *, rules: Rules, vault: Vault, now: Callable[[], datetime], create: bool = True,
        staff: Staff = nobody, read: Read | None = None,
    ) -> None:  # fmt: skip
        """``read`` reads every request that is received; without it nothing is proposed."""
        super().__init__(env=store_env(store, create=create))
        self.rules, self.vault, self.now, self._read = rules, vault, now, read
        self.store: Log = self.recorder  # type: ignore[assignment]  # the recorder named in store_env
        self.facts = FactMapper()
        self.streams = Streams(self.store, self.facts)
        self.news = Condition()
        self.written = 0
        """Rises with every write of this process, and with those of others that it is told of."""
        self.pen = Pen(self.store, self.facts, self.streams, rules, vault, now=now(), tell=self._tell, staff=staff)

    def construct_mapper(self) -> Mapper[UUID]:
        return FactMapper()

    # -- in --------------------------------------------------------------------------------------------------------
    def handle(
        self,
        command: Command,
        *,
        on: UUID,
        by: Actor,
        at: datetime | None = None,
        expected_version: int | None = None,
        key: Key | None = None,
        correlation_id: str | None = None,
        causation_id: str | None = None,
        inbox: tuple[str, str] | None = None,
    ) -> Written:
        """Decide a command on a stream and write what follows.

        Raises Refused (nothing changed; ``stale`` when ``expected_version`` is not the stream's).
        """
        job = Job(
            make=lambda: (command, {}),
            stream=on,
            by=by,
            at=at or self.now(),
            correlation_id=correlation_id or str(uuid4()),
            causation_id=causation_id,
            expected_version=expected_version,
            key=key,
            inbox=inbox,
        )
        return self.pen.write(job)

    def receive(
        self,
        request: Receive,
        *,
        by: Actor,
        at: datetime | None = None,
        ticket_id: UUID | None = None,
        key: Key | None = None,
        correlation_id: str | None = None,
    ) -> Written:
        """Take a request down.  The answer holds ``number``, ``query_code``, ``token`` (for a link) and, if read, ``proposal``.

        Raises Refused; hotline.vault.NotAPhone for a telephone number that is none.
        """
        ticket = ticket_id or uuid4()
        when = at or self.now()
        proposal = proposed(self._read, self.rules, request, when)
        who = conduct.calling(self.vault, request.caller.phone) if request.caller.phone else None

        def make() -> tuple[Command, dict[str, Any]]:
            number, code = numbers.draw(self.rules.calendar.local(when)), numbers.draw_code()
            answer = {"number": number, "query_code": code, "token": self.token_of(ticket)}
            read = {} if proposal is None else {"proposal": proposal.model_dump(mode="json")}
            return self._intake(request, ticket, number, code, proposal, who), answer | read

        job = Job(
            make=make,
            stream=ticket,
            by=by,
            at=when,
            correlation_id=correlation_id or str(uuid4()),
            key=key,
            fresh=True,
        )
        written = self.pen.write(job)
        if proposal is not None and self.rules.profile.reading.routine(proposal.category, request.channel):
            dispatch_by_rule(self.handle, written, job.correlation_id)
        return written

    def _intake(
        self, request: Receive, ticket: UUID, number: str, code: str, proposal: Proposal | None, who: conduct.Who | None
    ) -> Intake:
        caller = request.caller
        known = caller.phone or caller.name
        person = (
            self.vault.person(name=caller.name, phone=caller.phone, kind=caller.kind, ticket_id=ticket)
            if known
            else None
        )
        return Intake(
            request=request,
            person_id=person,
            calling=who,
            reachable=caller.phone is not None,
            number=number,
            access=Access(code=self.code_hash(number, code), token=self.token_hash(self.token_of(ticket))),
            proposal=proposal,
            happened_at=request.happened_at,
        )

    def take(
        self, message: Message, *, platform: str, at: datetime | None = None, correlation_id: str | None = None
    ) -> Written:
        """Take what another platform says of a hand-off; ``facts`` is empty for what was taken before.  Raises Refused.

        The link has proved that the platform says it.  A matter that is new to us gets its number and keys here.
        """
        stream, when = handoff.stream_of(platform, message.handoff_id), at or self.now()

        def make() -> tuple[Command, dict[str, Any]]:
            fresh = isinstance(message, Offer) and self.streams.read("handoff", stream)[1] is None
            new = self._newcomer(message, handoff.ticket_of(stream), when) if fresh else None
            return Take(message=message, newcomer=new), {}

        job = Job(
            make=make,
            stream=stream,
            by=Actor(id=f"link:{platform}", role=Role.SYSTEM),
            at=when,
            correlation_id=correlation_id or str(uuid4()),
        )
        return self.pen.write(job)

    def _newcomer(self, offer: Message, ticket: UUID, at: datetime) -> Newcomer:
        assert isinstance(offer, Offer)
        proposal = proposed_of_offer(self._read, self.rules, offer.body, at)
        caller, number = offer.body.matter.caller, numbers.draw(self.rules.calendar.local(at))
        phone = phone_or_none(caller.phone) if caller is not None and caller.phone else None
        name = caller.name if caller is not None else None
        person = self.vault.person(name=name, phone=phone, kind="person", ticket_id=ticket) if name or phone else None
        access = Access(code=self.code_hash(number, numbers.draw_code()), token=self.token_hash(self.token_of(ticket)))
        return Newcomer(number=number, access=access, person_id=person, reachable=phone is not None, proposal=proposal)

    # -- what a citizen proves himself with ------------------------------------------------------------------------
    def code_hash(self, number: str, code: str) -> str:
        return self.vault.blind("query_code", f"{number}:{code.strip().upper()}")

    def token_of(self, ticket: UUID) -> str:
        """The secret of a link in a text message: 128 bits or more, made anew whenever it is needed, stored nowhere."""
        return self.vault.blind("link", str(ticket))

    def token_hash(self, token: str) -> str:
        return self.vault.blind("link_hash", token)

    # -- out -------------------------------------------------------------------------------------------------------
    def ticket(self, ticket_id: UUID) -> Ticket | None:
        """The present state of a ticket; None for the id of anything else."""
        state = self.streams.read("ticket", ticket_id)[1]
        return state if isinstance(state, Ticket) else None

    def desk(self, ticket_id: UUID, by: Actor) -> Desk:
        """A desk to ask guards at, without deciding anything."""
        at = self.now()
        return self.pen.page(at).desk(Job(make=_nothing, stream=ticket_id, by=by, at=at, correlation_id=""))

    def answered(self, key: Key) -> bool:
        """Whether a request under this key, with this content, was answered before: it is answered alike, and does nothing."""
        kept = self.store.reply_to(key.key)
        return kept is not None and kept.body_hash == key.body_hash and self.now() < kept.expires_at

    def find(self, number: str) -> UUID | None:
        """The ticket of a number."""
        claimed = self.streams.read("number", numbers.stream_of(number))[1]
        ticket: UUID | None = claimed.ticket if claimed is not None else None
        return ticket

    def restricted_until(self, phone: str) -> datetime | None:
        """Until when nothing but emergencies is taken from a number, whatever name is given; None when everything is."""
        who = conduct.calling(self.vault, phone)
        known = conduct.known_of(who, lambda kind, stream: self.streams.read(kind, stream)[1])
        return known.restricted_until if known.restricted(self.now()) else None

    def opening(self, stream: UUID) -> Recorded | None:
        """The first fact of a stream; for a ticket it holds what its citizen proves himself with."""
        found = self.recorder.select_events(stream, limit=1)
        return self.facts.to_domain_event(found[0]) if found else None

    def history(self, stream: UUID) -> list[Recorded]:
        """All facts of one stream."""
        return [self.facts.to_domain_event(e) for e in self.store.select_events(stream)]

    def facts_after(self, position: int, limit: int = 500) -> list[Recorded]:
        """The log after a position, in order."""
        found = self.store.select_notifications(position, limit, inclusive_of_start=False)
        return [self.facts.to_domain_event(n) for n in found]

    def position(self) -> int:
        """Where the log ends."""
        return self.store.max_notification_id() or 0

    def wait_for_news(self, timeout: float, *, after: int | None = None) -> None:
        """Wait until something was written here, or elsewhere if somebody ``listen``s, or for ``timeout`` seconds.

        ``after`` is what ``written`` was before the caller read the log: what has come since is not slept through.
        """
        with self.news:
            seen = self.written if after is None else after
            self.news.wait_for(lambda: self.written != seen, timeout)

    def listen(self, stop: Event) -> None:
        """Wake those who wait for news when another process has written, until ``stop``."""
        self.store.listen(stop, self._tell)

    def _tell(self) -> None:
        with self.news:
            self.written += 1
            self.news.notify_all()


def _nothing() -> tuple[Command, dict[str, Any]]:
    raise LookupError("nothing is decided here")
