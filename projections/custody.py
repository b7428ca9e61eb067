"""Who holds a matter, since when, and how long each holder has had it: stretches without a gap and without an overlap.

The holder is the centre, the lead unit, an expert who has picked up, or another platform whose acceptance is in our log.
A matter that was handed over with a follow-up stays with whoever has the follow-up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import from_json
from sqlalchemy import BigInteger, Column, Index, Integer, String, select

from hotline.databases import looking
from hotline.facts import Recorded
from hotline.ticket import expert_facts as e
from hotline.ticket import facts as f
from hotline.ticket import handoff_facts as h
from projections.moments import micros, moment
from projections.standing import START, is_over, lead_of, moved
from projections.view import Doc, View, Views, find_docs, main_table

table = main_table(
    "custody_v3",
    Column("kind", String(16)),
    Column("holder", String(64)),
    Column("since", BigInteger),
    Column("passages", Integer, nullable=False),
    Column("ping_pong", Integer, nullable=False),
    Index("custody_v3_holder", "kind", "holder", "since"),
)
CENTRE = ("centre", "12345")
_AT_WORK = frozenset({"dispatched", "signed", "return_requested", "disputed"})


@dataclass(frozen=True, slots=True)
class Stretch:
    """One holder's time.  ``kind``: centre, unit, expert or platform; ``until`` is None while it goes on."""

    kind: str
    holder: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Custody:
    """One ticket's.  ``returns`` counts those asked for by units and those made by platforms, ``passages`` the times custody
    passed between platforms.

    ``signed``: whether the unit that holds it has said that it has it.  ``told`` is a platform that was offered the matter, or
    told of it, and has not said so yet.
    """

    ticket_id: UUID
    number: str
    version: int
    stretches: tuple[Stretch, ...]
    returns: int
    disputes: int
    passages: int
    ping_pong: bool
    signed: bool
    told: str | None

    @property
    def now(self) -> Stretch | None:
        """Who holds it; nobody once it is over."""
        last = self.stretches[-1]
        return last if last.until is None else None

    def dwell(self, at: datetime) -> dict[tuple[str, str], timedelta]:
        """How long each (kind, holder) has had it by then; adds up to the time the matter was open."""
        found: dict[tuple[str, str], timedelta] = {}
        for s in self.stretches:
            key = (s.kind, s.holder)
            found[key] = found.get(key, timedelta()) + ((s.until or at) - s.since)
        return found

    def seconds(self, at: datetime) -> tuple[int, ...]:
        """How long each stretch is by then, in whole seconds that add up as the stretches themselves do."""
        begun, second = self.stretches[0].since, timedelta(seconds=1)
        return tuple(((s.until or at) - begun) // second - (s.since - begun) // second for s in self.stretches)


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """Who holds it after one more fact."""
    fact, at = recorded.fact, recorded.recorded_at
    if isinstance(fact, f.TicketReceived):
        doc = {**START, **_BEGUN, "number": fact.number, "stretches": [_stretch(CENTRE, at)]}
    if doc is None:
        return None
    new = {**doc, **moved(doc, recorded), **_beside(doc, fact), "version": recorded.originator_version}
    before, after = doc["stretches"][-1], _holder(new)
    if before["until"] is None and after != (before["kind"], before["holder"]):
        momentary = _moment(before["since"]) == at and len(doc["stretches"]) > 1  # several facts of one write
        new["stretches"] = [*doc["stretches"][:-1], *([] if momentary else [{**before, "until": at}])]
        before = new["stretches"][-1]
    if before["until"] is not None and after is not None:
        new["stretches"] = [*new["stretches"], _stretch(after, at)]
    return new


_BEGUN: Doc = {"offered": None, "told": None, "platform": None, "before": None, "expert": None, "returns": 0, "disputes": 0, "passages": 0, "ping_pong": False}  # fmt: skip


def _beside(doc: Doc, fact: Any) -> Doc:
    match fact:
        case h.TicketHandedOff():
            if fact.keep:  # takes nothing over: who may be about to is still the one that is waited for
                return {"told": doc["told"] or fact.platform}
            return {"offered": None if fact.follow_up else fact.platform, "told": fact.platform}
        case h.HandOffTaken():
            return {"platform": doc["offered"], **_answered(doc, fact.platform), "passages": doc["passages"] + 1}
        case h.HandOffEnded():
            return _answered(doc, fact.platform)
        case h.HandedBack():
            more = {"returns": doc["returns"] + 1, "passages": doc["passages"] + 1}
            return {"platform": None, "before": doc["platform"], **more}
        case h.HandOffArrived():
            return {"before": None, "passages": doc["passages"] + 1}
        case h.HandOffVoided():
            return {"platform": None if fact.withdrawn else doc["before"], "passages": doc["passages"] - 1}
        case h.HandOffReported() if fact.outcome is not None:
            return {"platform": None}
        case h.PingPongRaised():
            return {"ping_pong": True}
        case e.ExpertPickedUp():
            return {"expert": fact.seat}
        case e.ExpertLeft() | e.ConsultationEnded():
            return {"expert": None}
        case f.ReturnRequested():
            return {"returns": doc["returns"] + 1}
        case f.DisputeOpened():
            return {"disputes": doc["disputes"] + 1}
        case _:
            return {}


def _answered(doc: Doc, platform: str) -> Doc:
    """That platform is not waited for any more; another one still may be."""
    return {name: None for name in ("offered", "told") if doc[name] == platform}


def _holder(doc: Doc) -> tuple[str, str] | None:
    if is_over(doc):
        return None
    if doc["platform"] is not None:
        return "platform", doc["platform"]
    if doc["expert"] is not None:
        return "expert", doc["expert"]
    lead = lead_of(doc)
    return ("unit", lead["unit"]) if lead is not None and lead["state"] in _AT_WORK else CENTRE


def _stretch(holder: tuple[str, str], at: datetime) -> Doc:
    return {"kind": holder[0], "holder": holder[1], "since": at, "until": None}


def _columns(doc: Doc) -> Mapping[str, Any]:
    last = doc["stretches"][-1]
    open_ = last["until"] is None
    return {
        "kind": last["kind"] if open_ else None,
        "holder": last["holder"] if open_ else None,
        "since": micros(last["since"]) if open_ else None,
        "passages": doc["passages"],
        "ping_pong": int(doc["ping_pong"]),
    }


VIEW = View("custody", 3, fold, table, _columns)


def find(views: Views, ticket_id: UUID) -> Custody | None:
    """One ticket's custody; whoever asks must be allowed to see the ticket."""
    with looking(views.engine) as connection:
        for ticket, text in find_docs(connection, table, [ticket_id]):
            return read(ticket, from_json(text))
    return None


def replay(facts: Iterable[Recorded], *, as_of: datetime | None = None) -> Custody | None:
    """One ticket's custody made of its history, as it was known at ``as_of``; None for one that was not there yet."""
    doc: Doc | None = None
    ticket = None
    for recorded in facts:
        if as_of is None or recorded.recorded_at <= as_of:
            ticket, doc = recorded.originator_id, fold(doc, recorded)
    return None if ticket is None or doc is None else read(ticket, doc)


def ping_pong(views: Views, limit: int = 200) -> list[UUID]:
    """Open tickets that have passed between platforms as often as the profile bears."""
    query = select(table.c.ticket_id).where(table.c.ping_pong == 1, table.c.holder.is_not(None)).limit(limit)
    with looking(views.engine) as connection:
        return list(connection.scalars(query))


def read(ticket_id: UUID, doc: Doc) -> Custody:
    """A document as what it says."""
    stretches = tuple(
        Stretch(s["kind"], s["holder"], _moment(s["since"]), None if s["until"] is None else _moment(s["until"]))
        for s in doc["stretches"]
    )
    kept = {name: doc[name] for name in ("number", "version", "returns", "disputes", "passages", "ping_pong")}
    lead, open_ = lead_of(doc), not is_over(doc)
    signed = lead is not None and lead["signed_at"] is not None
    return Custody(ticket_id=ticket_id, stretches=stretches, signed=signed, told=doc["told"] if open_ else None, **kept)


def _moment(given: Any) -> datetime:
    found = moment(given) if isinstance(given, str) else given
    assert isinstance(found, datetime)
    return found
