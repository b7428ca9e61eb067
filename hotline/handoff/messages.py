"""What two platforms say to each other about one hand-off: the wire format ``handoff/1``.

One platform **offers** a matter, the other **receives** the offer; who is who never changes within a hand-off, and a
return is a new hand-off that names the old one.  Every message bears the hand-off's id and a number of its sender's own,
counted from 1 without a gap: a message is applied once however often it arrives, and never before the one it follows.

The rule both sides keep (after 国办发〔2022〕12号, which knows no rule for sending a matter back and forth): the offerer
holds the matter until *its own log* records the acceptance; that recording decides every race, and ``confirmed`` or
``recalled`` tells the other side how it was decided.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from hotline.command import Code, Line, Moment, Refused, Words

Way = Literal["one_key", "three_way", "push"]
"""一键转接, 三方通话, 系统推送."""
Urgency = Literal["normal", "urgent", "emergency"]
Outcome = Literal["done", "not_ours", "unfounded"]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Person(_Part):
    """Whom the receiving side must reach, where it must."""

    name: Line | None = None
    phone: Line | None = None


class Matter(_Part):
    """What it is about.  ``category`` is the offerer's own path, from the general to the special."""

    text: Words
    place: Line | None = None
    caller: Person | None = None
    category: tuple[Line, ...] = Field(default=(), max_length=3)
    happened_at: Moment | None = None


class OfferBody(_Part):
    """``number`` is the offerer's public number of the matter; ``returns`` the hand-off in which it came to the offerer
    before; ``first_received_by`` the platform the citizen first turned to, which keeps what nobody can agree on."""

    way: Way
    danger: bool = False
    urgency: Urgency = "normal"
    matter: Matter
    number: Line
    returns: UUID | None = None
    first_received_by: Code


class Reasoned(_Part):
    reason: Words


class Nothing(_Part):
    pass


class AcceptBody(_Part):
    """``reference`` is the number the matter has at the receiver."""

    reference: Line


class ProgressBody(_Part):
    words: Words


class ResultBody(_Part):
    words: Words
    outcome: Outcome


class Envelope(_Part):
    """What every message bears.  ``seq`` counts this sender's messages of this hand-off from 1; ``at`` is when it was said."""

    spec: Literal["handoff/1"] = "handoff/1"
    handoff_id: UUID
    sender: Code
    to: Code
    seq: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
    at: Moment

    @property
    def message_id(self) -> str:
        """The name of this message for ever; the transports' ``webhook-id``."""
        return f"{self.handoff_id}:{self.sender}:{self.seq}"


class Offer(Envelope):
    """Take this matter over.  The offerer holds it until it has recorded the acceptance."""

    kind: Literal["offer"] = "offer"
    body: OfferBody


class Recall(Envelope):
    """The offer is off: nothing was recorded as accepted when this was said, so an acceptance on its way is void."""

    kind: Literal["recall"] = "recall"
    body: Reasoned


class Confirmed(Envelope):
    """The offerer's log has recorded the acceptance: custody has passed."""

    kind: Literal["confirmed"] = "confirmed"
    body: Nothing = Nothing()


class Recalled(Envelope):
    """The offerer's log had recorded the recall first: the acceptance is void, the offerer holds."""

    kind: Literal["recalled"] = "recalled"
    body: Nothing = Nothing()


class Received(Envelope):
    """The receiver's people have it before them.  No custody yet; a danger counts as acknowledged."""

    kind: Literal["received"] = "received"
    body: Nothing = Nothing()


class Accept(Envelope):
    """The receiver takes it over and answers for it from its own record on."""

    kind: Literal["accept"] = "accept"
    body: AcceptBody


class Dispute(Envelope):
    """Not ours, and why.  The offerer may answer with a dispute of its own; while words go to and fro the offerer holds,
    and the receiver may still accept."""

    kind: Literal["dispute"] = "dispute"
    body: Reasoned


class Progress(Envelope):
    """How far the receiver is.  Only after ``confirmed``."""

    kind: Literal["progress"] = "progress"
    body: ProgressBody


class Result(Envelope):
    """What came of it.  Only after ``confirmed``; the last message of a hand-off."""

    kind: Literal["result"] = "result"
    body: ResultBody


Message: TypeAlias = Offer | Recall | Confirmed | Recalled | Received | Accept | Dispute | Progress | Result
_ANY: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])

BY_OFFERER = frozenset({"offer", "recall", "confirmed", "recalled", "dispute"})
"""Kinds only the offerer of a hand-off may send; ``dispute`` either side may."""
BY_RECEIVER = frozenset({"received", "accept", "dispute", "progress", "result"})
"""Kinds only the receiver of a hand-off may send; ``dispute`` either side may."""


def read(raw: bytes | str) -> Message:
    """The message in a body.  Raises Refused (``message_malformed``) naming the fields, never what stood in them."""
    try:
        return _ANY.validate_json(raw)
    except ValidationError as wrong:
        fields = {".".join(str(part) for part in e["loc"]) or "body" for e in wrong.errors(include_input=False)}
        raise Refused("message_malformed", fields="、".join(sorted(fields)[:10])) from None


def write(message: Message) -> bytes:
    """The body of a message; what is left out is not written.  The same message always gives the same bytes."""
    return message.model_dump_json(exclude_none=True).encode()
