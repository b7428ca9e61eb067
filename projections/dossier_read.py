"""A dossier as it is read: typed, frozen, and what people ask of a timeline already found in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from hotline.clocks import Reading
from hotline.ticket.facts import Source
from projections.view import Doc


class Part(BaseModel):
    """Something read, never changed."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class SealedText(Part):
    """Words of somebody: ``vault.unseal(ticket_id, label, sealed)`` opens them."""

    label: str
    sealed: str


class Entry(Part):
    """One fact of the timeline: what, when, by whom, its words sealed by field, its other details by name."""

    version: int
    topic: str
    recorded_at: datetime
    happened_at: datetime | None
    by: str
    role: str
    unit: str | None
    words: Mapping[str, str]
    details: Mapping[str, Any]

    def text(self, field: str) -> SealedText | None:
        """The words of one field; None when none were said or they are erased."""
        sealed = self.words.get(field)
        return None if sealed is None else SealedText(label=f"{self.topic.partition('.')[2]}.{field}", sealed=sealed)

    @property
    def texts(self) -> tuple[SealedText, ...]:
        return tuple(text for field in self.words if (text := self.text(field)) is not None)

    @property
    def assignment(self) -> str | None:
        return self.details.get("assignment") if isinstance(self.details.get("assignment"), str) else None


class Assignment(Part):
    """One unit's part with its times; ``lost`` when the unit gave it back or was relieved of it."""

    id: str
    unit: str
    role: Literal["lead", "co"]
    tier: str
    parent: str | None
    state: str
    settled: bool
    lost: bool
    dispatched_at: datetime
    signed_at: datetime | None
    signed_by: str | None
    contacts: int
    reached_at: datetime | None
    replied_at: datetime | None
    returns: int
    ended_at: datetime | None


class Asked(Part):
    """A request for more time: an extension by days, or a deferral to a review date, and what was decided."""

    kind: Literal["extension", "deferral"]
    assignment: str
    asked: Entry
    decided: Entry | None
    days: int | None
    review_on: date | None

    @property
    def granted(self) -> bool | None:
        """None while nobody has decided."""
        return None if self.decided is None else self.decided.topic in ("ticket.extension_granted", "ticket.deferred")


class Reply(Part):
    """A unit's reply and what the review made of it (None: not reviewed, as a co-handler's never is)."""

    entry: Entry
    assignment: str
    unit: str | None
    public_reply: str | None
    claimed: str
    review: Entry | None

    @property
    def accepted(self) -> bool | None:
        return None if self.review is None else self.review.topic == "ticket.reply_accepted"


class Unmasking(Part):
    """Somebody was shown what is hidden."""

    by: str
    fields: tuple[str, ...]
    at: datetime
    until: datetime
    reason: SealedText | None


class Dossier(Part):
    """One ticket, whole.  The caller's words are entries' ``words``; who the caller is, only the vault knows."""

    ticket_id: UUID
    version: int
    number: str
    state: str
    received_at: datetime
    channel: str
    person_id: UUID | None
    reachable: bool
    caller_kind: str
    contact_preference: str
    callback_wanted: bool
    confidential: bool
    minor_involved: bool
    type: str | None
    category: tuple[str, ...]
    urgency: str
    district: str | None
    cell: str | None
    source: Source
    call_id: str | None
    recording: str | None
    accused_unit: str | None
    about_team: str | None
    retention: str
    tags: tuple[str, ...]
    parts: Mapping[str, Assignment]
    clocks: Mapping[str, Reading]
    timeline: tuple[Entry, ...]

    @classmethod
    def of(cls, ticket_id: UUID, doc: Doc) -> Self:
        return cls.model_validate({"ticket_id": ticket_id, **doc})

    @property
    def units(self) -> tuple[str, ...]:
        """Units that see the ticket (``hotline.seeing.Seen``)."""
        return tuple(dict.fromkeys(p.unit for p in self.parts.values() if not p.lost))

    @property
    def text(self) -> SealedText | None:
        """What the caller asks; None when it was withheld or erased."""
        return self.timeline[0].text("text")

    @property
    def place(self) -> SealedText | None:
        """Where it is, as sealed JSON with ``address``, ``lat`` and ``long``."""
        return self.timeline[0].text("place")

    @property
    def on_behalf_of(self) -> SealedText | None:
        return self.timeline[0].text("on_behalf_of")

    def of_topic(self, *topics: str) -> tuple[Entry, ...]:
        """The entries of some kinds, such as ``ticket.urged``."""
        return tuple(entry for entry in self.timeline if entry.topic in topics)

    @property
    def replies(self) -> tuple[Reply, ...]:
        return tuple(self._replies())

    def _replies(self) -> Iterator[Reply]:
        for nth, entry in enumerate(self.timeline):
            if entry.topic == "ticket.replied":
                part = self.parts[entry.details["assignment"]]
                lead = part.role == "lead" and part.parent is None
                review = self._next(nth, "ticket.reply_accepted", "ticket.reply_rejected") if lead else None
                said = {name: entry.details[name] for name in ("assignment", "public_reply", "claimed")}
                yield Reply(entry=entry, unit=part.unit, review=review, **said)

    @property
    def asked(self) -> tuple[Asked, ...]:
        """Requests for extension and deferral, each with its decision."""
        return tuple(self._asked())

    def _asked(self) -> Iterator[Asked]:
        for nth, entry in enumerate(self.timeline):
            if entry.topic in _DECISIONS:
                kind, *decisions = _DECISIONS[entry.topic]
                days, review_on = entry.details.get("days"), entry.details.get("review_on")
                yield Asked(
                    kind=kind,
                    assignment=entry.details["assignment"],
                    asked=entry,
                    decided=self._next(nth, *decisions),
                    days=days,
                    review_on=review_on,
                )

    def _next(self, nth: int, *topics: str) -> Entry | None:
        """The first entry of these kinds after the ``nth``, unless another like it came in between."""
        for entry in self.timeline[nth + 1 :]:
            if entry.topic in topics:
                return entry
            if entry.topic == self.timeline[nth].topic and entry.assignment == self.timeline[nth].assignment:
                return None
        return None

    @property
    def answers(self) -> tuple[Entry, ...]:
        """What the caller answered when asked; the last one counts, all are kept."""
        return self.of_topic("ticket.caller_answered")

    @property
    def excluded(self) -> Mapping[str, Entry]:
        """Grounds on which the ticket is left out of rates now, with reason and approver."""
        found: dict[str, Entry] = {}
        for entry in self.of_topic("ticket.excluded", "ticket.included"):
            found.pop(entry.details["ground"], None)
            if entry.topic == "ticket.excluded":
                found[entry.details["ground"]] = entry
        return found

    @property
    def unmaskings(self) -> tuple[Unmasking, ...]:
        return tuple(
            Unmasking(by=e.by, at=e.recorded_at, reason=e.text("reason"), **e.details)
            for e in self.of_topic("ticket.unmasked")
        )

    def unmasked_for(self, account: str, now: datetime) -> frozenset[str]:
        """What this account may see unmasked now: ``caller``, ``text``."""
        return frozenset(f for u in self.unmaskings if u.by == account and u.at <= now < u.until for f in u.fields)

    @property
    def hold(self) -> Entry | None:
        """Why nothing may be erased; None when nothing is held."""
        last = self.of_topic("ticket.hold_placed", "ticket.hold_released")[-1:]
        return last[0] if last and last[0].topic == "ticket.hold_placed" else None

    @property
    def restricted(self) -> bool:
        """Stored only, not processed."""
        return bool(self.of_topic("ticket.processing_restricted")) and not self.erased

    @property
    def erased(self) -> bool:
        return bool(self.of_topic("ticket.erased"))


_DECISIONS: Mapping[str, tuple[Any, ...]] = {
    "ticket.extension_requested": ("extension", "ticket.extension_granted", "ticket.extension_refused"),
    "ticket.deferral_requested": ("deferral", "ticket.deferred", "ticket.deferral_refused"),
}
