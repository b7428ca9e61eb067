"""A dossier as it is read: typed, frozen, and what people ask of a timeline already found in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from hotline.ticket.facts import Source
from hotline.ticket.reading_facts import Proposal
from projections.dossier_parts import Asked, Assignment, Clock, Entry, Part, Reply, SealedText, Unmasking
from projections.dossier_timeline import clocks_of
from projections.view import Doc

__all__ = ["Asked", "Assignment", "Clock", "Dossier", "Entry", "Reply", "SealedText", "Unmasking"]


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
    clocks: Mapping[str, Clock]
    timeline: tuple[Entry, ...]

    @classmethod
    def of(cls, ticket_id: UUID, doc: Doc, timeline: Sequence[Doc]) -> Self:
        return cls.model_validate({"ticket_id": ticket_id, **doc, "clocks": clocks_of(timeline), "timeline": timeline})

    @property
    def units(self) -> tuple[str, ...]:
        """Units that see the ticket (``hotline.seeing.Seen``)."""
        return tuple(dict.fromkeys(p.unit for p in self.parts.values() if not p.lost))

    @property
    def taken_by(self) -> str:
        """The account that took it down."""
        return self.timeline[0].by

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
    def proposal(self) -> Proposal | None:
        """What was read in it last."""
        read = self.of_topic("ticket.read")
        return Proposal.model_validate(read[-1].details["proposal"]) if read else None

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
