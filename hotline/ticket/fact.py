"""What every fact of a ticket is made of: the words they share, their parts, and their kind."""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hotline.clocks import Reading
from hotline.facts import Fact

Type = Literal["consult", "help", "complaint", "report", "suggestion", "praise", "other"]
Urgency = Literal["normal", "urgent", "emergency"]
Channel = Literal["phone", "web", "wechat", "app", "letter", "province", "police", "visit"]
ContactPreference = Literal["voice", "text", "none"]
Resolution = Literal["resolved", "explained", "unresolved"]
Satisfaction = Literal["satisfied", "basically", "neutral", "dissatisfied"]
Dissatisfaction = Literal["policy_limits", "recurring", "long_process", "overlapping_duties", "other"]
Outcome = Literal["answered", "referred", "explained", "handled", "unresolved"]
AssignmentRole = Literal["lead", "co"]
AttachmentKind = Literal["jpeg", "png", "webp", "pdf"]
Category = tuple[str, ...]


class Value(BaseModel):
    """A part of a fact."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Value):
    """Where the request comes from; an instruction or inspection order brings its own number and due time."""

    kind: Literal["citizen", "instruction", "province"] = "citizen"
    outside_number: str | None = Field(default=None, max_length=100)
    due: AwareDatetime | None = None


class Access(Value):
    """What a citizen proves himself with, kept only as keyed hashes."""

    code: str
    token: str


class NewAssignment(Value):
    """One unit's part of a ticket as it begins."""

    id: str
    unit: str
    role: AssignmentRole
    tier: str
    parent: str | None = None


class TicketFact(Fact):
    """A fact of the ticket stream; ``clocks`` holds every reading this fact changed."""

    clocks: tuple[Reading, ...] = ()
