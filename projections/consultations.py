"""Consultations: what waits for an expert, what every one of them came to, and every step that failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Uuid, and_, func, select

from hotline.consultation import facts as f
from hotline.consultation.consultation import OVER, Consultation, evolve
from hotline.databases import looking
from hotline.facts import Recorded
from projections.moments import NEVER, from_micros, micros, moment
from projections.view import Doc, Lines, View, Views, main_table, metadata

URGENCY = {"emergency": 0, "urgent": 1, "normal": 2}
_STEPS = ("duty", "backup", "call_back", "ticket")

table = main_table(
    "consultations_v1",
    Column("ticket", String(36), nullable=False, index=True),
    Column("phase", String(16), nullable=False),
    Column("open", Integer, nullable=False),
    Column("skill", String(64), nullable=False),
    Column("seat", String(64), nullable=True),
    Column("urgency", Integer, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("not_before", BigInteger, nullable=False),
    Column("picked_after", BigInteger, nullable=True),
    Column("offers", Integer, nullable=False),
    Column("depth", Integer, nullable=False),
    Column("call_back", String(8), nullable=True),
    Index("consultations_v1_open", "open", "urgency", "asked_at"),
    Index("consultations_v1_asked", "asked_at"),
)
failures = Table(
    "consultations_v1_failures",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("skill", String(64), nullable=False),
    Column("rank", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    sqlite_with_rowid=False,
)
_CONSULTATION = TypeAdapter(Consultation)


@dataclass(frozen=True, slots=True)
class Line:
    """One consultation as the view knows it; words are sealed with the ticket's key."""

    now: Consultation
    number: str
    asked_at: datetime
    offered_at: datetime | None
    picked_at: datetime | None
    ended_at: datetime | None
    summary: str | None
    answer: str | None


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """The consultation after one more fact, by the rules' own reckoning, and what is only counted."""
    now = evolve(None if doc is None else _CONSULTATION.validate_python(doc["now"]), recorded)
    if now is None:
        return doc
    fact, at = recorded.fact, recorded.recorded_at.isoformat()
    new: Doc = {**(doc or _begun(fact, at)), "now": _written(now)}
    match fact:
        case f.ConsultationOffered():
            new |= {"offers": new["offers"] + (new["picked_at"] is None), "offered_at": at}
        case f.ExpertUnavailable():
            new |= {"failures": [*new["failures"], [fact.rank, fact.reason, at]]}
            if fact.reason == "missed":
                new |= {"call_back": "missed"}
        case f.CallBackBooked():
            new |= {"call_back": "booked"}
        case f.ConsultationPickedUp():
            new |= {"picked_at": new["picked_at"] or at, "call_back": "kept" if fact.call_back else new["call_back"]}
        case f.ConsultationGivenBack():
            new |= {"given_back": True}
        case f.ConsultationAnswered():
            new |= {"answer": fact.answer}
    if now.over:
        new |= {"ended_at": at}
    new["depth"] = max(new["depth"], _STEPS.index(now.rank) + 1)
    return new


def _written(now: Consultation) -> Doc:
    """The state as it is kept. A set has another order in every process, and what is rebuilt must be the same to the byte."""
    kept: Doc = _CONSULTATION.dump_python(now, mode="json")
    return {**kept, "tried": sorted(now.tried), "failed": sorted(now.failed)}


def _begun(fact: Any, at: str) -> Doc:
    begun = {"number": fact.number, "summary": fact.summary, "asked_at": at, "offers": 0, "depth": 1, "failures": []}
    later = dict.fromkeys(("offered_at", "picked_at", "ended_at", "answer", "call_back"))
    return {**begun, **later, "given_back": False}


def columns(doc: Doc) -> Mapping[str, Any]:
    now = doc["now"]
    picked = doc["picked_at"]
    return {
        "ticket": str(now["ticket"]),
        "phase": now["phase"],
        "open": int(now["phase"] not in OVER),
        "skill": now["skill"],
        "seat": now["seat"],
        "urgency": URGENCY[now["urgency"]],
        "asked_at": micros(doc["asked_at"]),
        "not_before": -NEVER if now["not_before"] is None else micros(now["not_before"]),
        "picked_after": None if picked is None else micros(picked) - micros(doc["asked_at"]),
        "offers": doc["offers"] + (1_000 if doc["given_back"] else 0),
        "depth": doc["depth"],
        "call_back": doc["call_back"],
    }


def lines(doc: Doc) -> list[dict[str, Any]]:
    return [
        {"nth": nth, "skill": doc["now"]["skill"], "rank": rank, "reason": reason, "at": micros(at)}
        for nth, (rank, reason, at) in enumerate(doc["failures"])
    ]


VIEW = View("consultations", 1, fold, table, columns, lines=(Lines(failures, lines),), kinds=("consultation",))


def waiting(views: Views, now: datetime, limit: int = 500) -> list[Consultation]:
    """What may be offered to somebody now: the most urgent first, then whoever has waited longest."""
    t = table.c
    here = and_(t.open == 1, t.phase == "waiting", t.not_before <= micros(now))
    query = select(t.doc).where(here).order_by(t.urgency, t.asked_at, t.ticket_id).limit(limit)
    return [line.now for line in _read(views, query)]


def next_promised(views: Views, after: datetime) -> datetime | None:
    """The next moment after this one from which a promised call may be offered; None when none is."""
    t = table.c
    query = select(func.min(t.not_before)).where(t.open == 1, t.phase == "waiting", t.not_before > micros(after))
    with looking(views.engine) as connection:
        at = connection.scalar(query)
    return None if at is None else from_micros(at)


def opened(views: Views, *, seat: str | None = None, limit: int = 500) -> list[Line]:
    """What is open, or what of it lies at one seat."""
    t = table.c
    query = select(t.doc).where(t.open == 1).order_by(t.urgency, t.asked_at, t.ticket_id).limit(limit)
    return _read(views, query if seat is None else query.where(t.seat == seat))


def of_ticket(views: Views, ticket: UUID) -> list[Line]:
    """Every consultation about a ticket, the oldest first."""
    return _read(views, select(table.c.doc).where(table.c.ticket == str(ticket)).order_by(table.c.asked_at))


def one(views: Views, consultation: UUID) -> Line | None:
    """One consultation."""
    return next(iter(_read(views, select(table.c.doc).where(table.c.ticket_id == consultation))), None)


def _read(views: Views, query: Any) -> list[Line]:
    with looking(views.engine) as connection:
        return [_line(from_json(doc)) for doc in connection.scalars(query)]


def _line(doc: Doc) -> Line:
    asked = moment(doc["asked_at"])
    assert asked is not None
    return Line(
        now=_CONSULTATION.validate_python(doc["now"]),
        number=doc["number"],
        asked_at=asked,
        offered_at=moment(doc["offered_at"]),
        picked_at=moment(doc["picked_at"]),
        ended_at=moment(doc["ended_at"]),
        summary=doc["summary"],
        answer=doc["answer"],
    )
