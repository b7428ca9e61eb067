"""What a dossier is made of, as it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


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


class Clock(Part):
    """A clock as a fact left it: what people look at of a ``hotline.clocks.Reading``."""

    clock: str
    due: datetime
    running: bool
    stopped_at: datetime | None
    provisional: bool

    @property
    def paused(self) -> bool:
        """Whether it stands still and is expected to go on."""
        return not self.running and self.stopped_at is None

    @property
    def kept(self) -> bool | None:
        """Whether it stopped in time; None if it has not stopped."""
        return None if self.stopped_at is None else self.stopped_at <= self.due


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
