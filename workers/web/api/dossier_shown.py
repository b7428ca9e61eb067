"""The form in which staff are shown a ticket."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from hotline.seeing import CallerShown, TextShown
from hotline.ticket.facts import Source
from projections.dossier_read import Assignment
from workers.web.api.custody_shown import CustodySeen
from workers.web.api.proposals import ReadingSeen


class CallerSeen(BaseModel):
    """Who asks.  ``shown`` says how much of it: full, masked or hidden."""

    shown: CallerShown
    kind: str
    name: str | None = None
    phone: str | None = None
    on_behalf_of: str | None = None
    reachable: bool
    contact_preference: str
    callback_wanted: bool


class PlaceSeen(BaseModel):
    """Where the problem is; never hidden from those who must find it."""

    address: str | None = None
    lat: float | None = None
    long: float | None = None


class ClockSeen(BaseModel):
    """One clock as it stands."""

    clock: str
    due: datetime
    running: bool
    paused: bool
    stopped_at: datetime | None
    kept: bool | None
    provisional: bool


class EntrySeen(BaseModel):
    """One fact: what, when, by whom; ``words`` by field, None where they are erased or not for you."""

    version: int
    topic: str
    recorded_at: datetime
    happened_at: datetime | None
    by: str
    role: str
    unit: str | None
    words: dict[str, str | None]
    details: dict[str, Any]


class AttachmentSeen(BaseModel):
    """A photo or document.  ``shown`` says whether it is given to you; ``name`` is what the sender called it."""

    id: UUID
    kind: str
    size: int
    by: str
    role: str
    at: datetime
    name: str | None
    shown: bool


class TicketSeen(BaseModel):
    """Everything this actor may know.  ``text_shown``: full, redacted or hidden."""

    number: str
    version: int
    state: str
    received_at: datetime
    channel: str
    type: str | None
    category: tuple[str, ...]
    urgency: str
    confidential: bool
    minor_involved: bool
    source: Source
    district: str | None
    place: PlaceSeen | None
    text: str | None
    text_shown: TextShown
    caller: CallerSeen
    call_id: str | None
    recording: str | None
    accused_unit: str | None
    about_team: str | None
    tags: tuple[str, ...]
    lead: str | None
    parts: list[Assignment]
    clocks: list[ClockSeen]
    custody: CustodySeen
    attachments: list[AttachmentSeen]
    timeline: list[EntrySeen]
    reading: ReadingSeen | None = Field(description="What was proposed, and why that unit; None where nothing was read")
    hold: bool
    restricted: bool
    erased: bool
    allowed: list[str] = Field(description="Actions whose guards you pass now")
