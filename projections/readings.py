"""What was proposed for each ticket and what people made of it: for learning, and for figures. No word of anybody's.

A ticket counts as decided once a person has classified it or given it to a unit; what was decided last counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import BigInteger, Boolean, Column, String

from hotline.facts import Recorded, Role
from hotline.ticket import facts as f
from hotline.ticket import reading_facts as r
from projections.moments import NEVER, micros
from projections.view import Doc, View, main_table

WHAT = ("category", "type", "urgency", "unit")
"""What is proposed and decided, and compared."""
table = main_table(
    "readings_v1",
    Column("decided_at", BigInteger, nullable=False, index=True),
    Column("corrected", Boolean, nullable=False),
    Column("model", String(64), nullable=True),
    Column("category", String(64), nullable=True),
)


class Said(BaseModel):
    """A category (its finest code), type, urgency and lead unit; None where nobody said."""

    category: str | None = None
    type: str | None = None
    urgency: str | None = None
    unit: str | None = None


class Line(BaseModel):
    """A ticket with its proposal, as the view has it; it can be asked about in ``hotline.seeing.sees``, and is of the unit to which
    people gave it last."""

    number: str
    received_at: datetime
    district: str | None
    about_team: str | None
    accused_unit: str | None
    confidential: bool
    type: str | None
    model: str | None = None
    rules: str | None = None
    probability: float = 0.0
    proposed: Said = Said()
    decided: Said = Said()
    decided_at: datetime | None = None
    by: str | None = None
    confirmed: bool = False

    @property
    def units(self) -> tuple[str, ...]:
        """The lead, if people named one."""
        return (self.decided.unit,) if self.decided.unit is not None else ()

    @property
    def differs(self) -> list[str]:
        """What was decided otherwise than proposed."""
        if self.model is None:
            return []
        pairs = ((name, getattr(self.proposed, name), getattr(self.decided, name)) for name in WHAT)
        return [name for name, proposed, decided in pairs if decided is not None and decided != proposed]


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """What is known of a ticket's proposal after one more fact."""
    fact = recorded.fact
    if isinstance(fact, f.TicketReceived):
        doc = {
            "number": fact.number,
            "received_at": recorded.recorded_at.isoformat(),
            "decided": {},
            "decided_at": None,
            **{
                name: getattr(fact, name) for name in ("district", "about_team", "accused_unit", "confidential", "type")
            },
        }
        if recorded.by.role is not Role.CITIZEN and fact.category and fact.type:
            doc = _decided(doc, recorded, category=fact.category[-1], type=fact.type)
    if doc is None:
        return None
    match fact:
        case r.TicketRead(proposal=read):
            proposed = {"type": read.type, "urgency": read.urgency, "unit": read.unit}
            doc = {**doc, "model": read.model, "rules": read.rules}
            if read.categories:
                doc["probability"], proposed["category"] = read.categories[0].probability, read.category[-1]
            doc["proposed"] = proposed
        case f.TicketClassified():
            said = {"category": fact.category[-1], "type": fact.type, "urgency": fact.urgency}
            doc = {**_decided(doc, recorded, **said), "type": fact.type, "accused_unit": fact.accused_unit}
        case f.TicketDispatched():
            lead = next((a.unit for a in fact.assignments if a.role == "lead"), None)
            doc = _decided(doc, recorded, unit=lead) if lead else doc
        case f.DisputeAdjudicated():
            doc = _decided(doc, recorded, unit=fact.unit)
        case r.ReadingConfirmed():
            doc = {**doc, "confirmed": True}
    return doc


def _decided(doc: Doc, recorded: Recorded, **said: str | None) -> Doc:
    """What a person said; what the profile did by rule is nobody's judgement of the proposal."""
    if recorded.by.role is Role.SYSTEM:
        return doc
    at = recorded.recorded_at.isoformat()
    return {**doc, "decided": {**doc["decided"], **said}, "decided_at": at, "by": recorded.by.role.value}


def columns(doc: Doc) -> Mapping[str, Any]:
    line = Line.model_validate(doc)
    return {
        "decided_at": NEVER if line.decided_at is None else micros(line.decided_at),
        "corrected": bool(line.differs),
        "model": line.model,
        "category": line.proposed.category,
    }


VIEW = View("readings", 1, fold, table, columns)
