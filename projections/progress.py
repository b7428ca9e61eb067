"""What the citizen sees of his own ticket: milestones as a parcel carrier gives them, a code each, with time and unit.

No name of staff, no note, nothing of the quarrel between units ever gets in here: a fact says nothing to the citizen
unless it is named below.  What he can do now is not here either; it comes from the commands' guards, and what they ask is
(``guarded.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from pydantic_core import from_json
from sqlalchemy import BigInteger, Column, Index, String, select

from hotline.databases import looking
from hotline.facts import Recorded
from hotline.ticket import facts as f
from projections.guarded import begun, remembered
from projections.milestones import answered_by_citizen, told
from projections.moments import micros
from projections.standing import START, is_over, moved
from projections.view import Doc, View, Views, find_docs, main_table

__all__ = ["VIEW", "Milestone", "Progress", "Usual", "Words", "by_token", "find", "fold", "read", "usual"]

table = main_table(
    "progress_v2",
    Column("code", String(64), nullable=False, index=True),
    Column("token", String(64), nullable=False, index=True),
    Column("type", String(16)),
    Column("answered_at", BigInteger),
    Column("answered_after", BigInteger),
)
Index("progress_v2_usual", table.c.type, table.c.answered_at)

Stage = Literal["received", "handling", "needs_supplement", "deferred", "in_review", "asking", "closed", "ended"]
_STAGES: Mapping[str, Stage] = {
    "received": "received",
    "awaiting_dispatch": "received",
    "in_progress": "handling",
    "needs_supplement": "needs_supplement",
    "deferred": "deferred",
    "replied": "in_review",
    "callback_due": "asking",
    "closed": "closed",
    "archived": "closed",
    "withdrawn": "ended",
    "void": "ended",
}
_SHOWN_CLOCKS = ("citizen", "rework")


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Words(_Shown):
    """Words meant for the citizen, sealed: ``vault.unseal(ticket_id, label, sealed)``."""

    label: str
    sealed: str


class Milestone(_Shown):
    """One step: its code in the catalogue, when, which unit (never below the one it was given to), what fills it in."""

    code: str
    at: datetime
    unit: str | None = None
    slots: Mapping[str, str | int | bool | None] = {}
    words: Words | None = None


class Verdict(_Shown):
    """What the citizen himself said last."""

    at: datetime
    resolution: str | None
    satisfaction: str | None


class Progress(_Shown):
    """One ticket as its citizen sees it.  ``code_hash`` and ``token_hash`` prove a visitor; they are not shown.

    ``due`` is the one the citizen waits by, None before dispatch; ``due_running`` is False while it stands still.
    ``claimed`` is what the unit says it reached, beside ``verdict``.
    """

    ticket_id: UUID
    version: int
    number: str
    code_hash: str
    token_hash: str
    received_at: datetime
    channel: str
    type: str | None
    category: tuple[str, ...]
    state: str
    stage: Stage
    over: bool
    due: datetime | None
    due_running: bool
    provisional: bool
    question: Words | None
    extension_reason: str | None
    public_reply: str | None
    replied_at: datetime | None
    claimed: str | None
    verdict: Verdict | None
    milestones: tuple[Milestone, ...]
    restricted: bool
    erased: bool


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """What the citizen sees after one more fact."""
    fact: Any = recorded.fact
    if type(fact) is f.TicketReceived:
        doc = _received(fact, recorded)
    if doc is None:
        return None
    changes = {**moved(doc, recorded), **remembered(doc, recorded)}
    changes["version"] = recorded.originator_version
    clocks = {r.clock: [r.due, r.running, r.provisional, r.stopped] for r in fact.clocks if r.clock in _SHOWN_CLOCKS}
    if clocks:
        changes["clocks"] = {**doc["clocks"], **clocks}
    told(doc, recorded, changes)
    answered_by_citizen(recorded, changes)
    return {**doc, **changes}


def _received(fact: f.TicketReceived, recorded: Recorded) -> Doc:
    return {
        **START,
        **begun(fact),
        "number": fact.number,
        "code_hash": fact.access.code,
        "token_hash": fact.access.token,
        "received_at": recorded.recorded_at,
        "channel": fact.channel,
        "type": fact.type,
        "category": fact.category,
        "clocks": {},
        "question": None,
        "extension_reason": None,
        "reply": None,
        "public_reply": None,
        "replied_at": None,
        "claimed": None,
        "verdict": None,
        "milestones": [],
        "restricted": False,
        "erased": False,
    }


def _columns(doc: Doc) -> Mapping[str, Any]:
    after = at = None
    if doc["replied_at"] is not None:
        at = micros(doc["replied_at"]) // 1_000_000
        after = at - micros(doc["received_at"]) // 1_000_000
    proof = {"code": doc["code_hash"], "token": doc["token_hash"]}
    return {**proof, "type": doc["type"], "answered_at": at, "answered_after": after}


VIEW = View("progress", 2, fold, table, _columns)


def find(views: Views, ticket_id: UUID) -> Progress | None:
    """How far a ticket is; whoever asks must have proved himself."""
    with looking(views.engine) as connection:
        for ticket, text in find_docs(connection, table, [ticket_id]):
            return read(ticket, from_json(text))
    return None


@dataclass(frozen=True, slots=True)
class Usual:
    """How long such tickets really took, from receipt to the reply: the median in whole days, and of how many."""

    days: int
    count: int


FEWEST, MOST = 20, 500
"""An estimate from fewer would be chance, and from more would be old news.  (ours)"""


def usual(views: Views, type_: str) -> Usual | None:
    """An estimate for tickets of a type from those answered last; None while there are too few."""
    recent = (
        select(table.c.answered_after)
        .where(table.c.type == type_, table.c.answered_at.is_not(None))
        .order_by(table.c.answered_at.desc())
        .limit(MOST)
    )
    with looking(views.engine) as connection:
        took = sorted(connection.scalars(recent))
    if len(took) < FEWEST:
        return None
    return Usual(days=max(1, round(took[len(took) // 2] / 86_400)), count=len(took))


def by_token(views: Views, token_hash: str) -> UUID | None:
    """The ticket a link's token opens."""
    with looking(views.engine) as connection:
        return connection.scalar(select(table.c.ticket_id).where(table.c.token == token_hash))


def read(ticket: UUID, doc: Doc) -> Progress:
    """A document as what it says."""
    clocks = doc["clocks"]
    name = "rework" if "rework" in clocks and not clocks["rework"][3] else "citizen"
    due, runs, provisional, _ = clocks.get(name, (None, False, False, False))
    shown: Doc = {"due": due, "due_running": runs, "provisional": provisional}
    place: Doc = {"ticket_id": ticket, "stage": _STAGES[doc["state"]], "over": is_over(doc)}
    return Progress.model_validate({**doc, **place, **shown})
