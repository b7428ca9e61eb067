"""Hand-offs as the interface shows and takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from hotline import texts
from hotline.command import Code, Line, Words
from hotline.facts import Actor
from hotline.handoff import messages as m
from hotline.handoff.handoff import HandOff
from hotline.handoff.labels import MATTER
from hotline.seeing import TextShown, text_shown
from projections import dossier, handoffs
from projections.handoffs import Attention
from workers.compose import House
from workers.web.api.custody_shown import Named
from workers.web.api.dossier import cover, names

Stage = Literal["offered", "disputed", "accepted", "recalled", "told"]


class HandOffShown(BaseModel):
    """One hand-off by our log.  ``holder`` is the one platform that answers for the matter."""

    id: UUID
    handoff_id: UUID = Field(description="What both platforms call it")
    platform: str
    direction: Literal["out", "in"]
    stage: Stage
    holder: str
    way: str
    danger: bool
    urgency: str
    number: str = Field(description="The offerer's number of the matter")
    reference: str | None = Field(description="The number it has at the receiver")
    first_received_by: str
    returns: UUID | None
    acknowledged: bool
    confirmed: bool
    outcome: str | None
    alarms: int
    attention: Attention | None
    offered_at: datetime
    since: datetime = Field(description="When it came to its stage")
    warning: Named | None = Field(
        description="`no_link`: nothing carries this offer; telephone, and acknowledge by hand"
    )
    version: int


class HandOffSeen(HandOffShown):
    """With what the matter is, and what you may do."""

    text: str | None = Field(description="Null once it was erased")
    text_shown: TextShown = Field(description="`redacted`: persons and numbers are covered")
    place: str | None
    allowed: list[str]


class HandOffChanged(BaseModel):
    """What became of a write.  Ask `GET /handoffs` for `after_position` to see it there."""

    id: UUID
    version: int
    position: int


class OfferIn(BaseModel):
    """An offer that another platform made by telephone, taken down by the police desk; its id makes it one, however often
    it is entered."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: Code
    handoff_id: UUID
    way: m.Way
    danger: bool = False
    urgency: m.Urgency = "normal"
    text: Words
    place: Line | None = None
    caller: m.Person | None = None
    number: Line
    returns: UUID | None = None
    first_received_by: Code


def of_line(house: House, line: handoffs.Line) -> HandOffShown:
    """The one way a hand-off is shown, alone and in every list."""
    h, same = line.now, ("way", "danger", "urgency", "number", "returns", "first_received_by", "handoff_id")
    kept = ("stage", "holder", "reference", "acknowledged", "confirmed", "outcome", "alarms", "version")
    return HandOffShown(
        id=h.stream,
        platform=h.other,
        direction="out" if h.ours else "in",
        attention=line.attention,
        offered_at=line.offered_at,
        since=line.since,
        warning=_not_carried(house, line),
        **{name: getattr(h.offer, name) for name in same},
        **{name: getattr(h, name) for name in kept},
    )


@dataclass(frozen=True, slots=True)
class NotYet:
    """A matter offered to us that is no ticket here: nothing is known of it, so its caller is protected."""

    type: str | None = None
    confidential: bool = True
    about_team: str | None = None
    accused_unit: str | None = None
    district: str | None = None
    units: tuple[str, ...] = ()


def words_of(house: House, actor: Actor, h: HandOff) -> tuple[str | None, str | None, TextShown]:
    """Text and place of a hand-off as this actor may read them, and how much that is: as in the ticket of the matter."""
    ours = dossier.replay(house.hotline.history(h.ticket))
    unmasked = ours is not None and "text" in ours.unmasked_for(actor.id, house.now())
    shown = text_shown(actor, ours or NotYet(), unmasked=unmasked, by=ours.taken_by if ours is not None else "")
    opened = house.vault.unseal_many([(h.ticket, MATTER, h.offer.matter)])[0]
    if opened is None:
        return None, None, shown
    matter, known = m.Matter.model_validate_json(opened), set[str]()
    persons = {h.offer.person_id, ours.person_id if ours is not None else None}
    for who in house.vault.identities([person for person in persons if person is not None]).values():
        known.update(names(who))
    if matter.caller is not None:
        known.update(part for part in (matter.caller.name, matter.caller.phone) if part)
    covered = cover(shown, tuple(known))
    return covered(matter.text), covered(matter.place) if matter.place is not None else None, shown


def _not_carried(house: House, line: handoffs.Line) -> Named | None:
    """An offer of ours that nobody has received and no link takes there: it leaves this house by telephone only."""
    h = line.now
    if not h.ours or not h.open or h.acknowledged or h.other in dict(house.settings.linked):
        return None
    zh, en = (texts.say("handoff.no_link", lang, platform=h.other) for lang in ("zh", "en"))
    return Named(code="no_link", zh=zh, en=en)
