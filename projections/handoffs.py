"""Hand-offs: what is open with which platform, what needs somebody's eyes now, and what goes to the daily list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import TypeAdapter
from pydantic_core import from_json
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Integer,
    String,
    Uuid,
    and_,
    cast,
    exists,
    literal,
    or_,
    select,
    tuple_,
)

from hotline.databases import looking
from hotline.facts import Recorded
from hotline.handoff import facts as f
from hotline.handoff.handoff import HandOff, evolve
from hotline.seeing import Scope
from projections.board_tables import table as board
from projections.board_tables import unit_lines
from projections.board_wanted import in_scope, not_accused
from projections.moments import micros, moment
from projections.view import Doc, View, Views, main_table

Attention = Literal["danger", "unanswered", "listed", "undecided", "result_missing"]
"""Why somebody should look: an offer nobody has received (alarm, or the daily list), one that lies before our own people
(likewise), platforms that cannot agree, a result that does not come."""

table = main_table(
    "handoffs_v3",
    Column("ticket", String(32), nullable=False, index=True),
    Column("platform", String(64), nullable=False),
    Column("ours", Integer, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("open", Integer, nullable=False),
    Column("attention", String(16)),
    Column("offered_at", BigInteger, nullable=False),
    Index("handoffs_v3_open", "open", "offered_at"),
    Index("handoffs_v3_attention", "attention", "offered_at"),
)
_HANDOFF = TypeAdapter(HandOff)
_ATTENTION: Mapping[type, Attention] = {
    f.HandOffAlarmed: "danger",
    f.HandOffUnanswered: "unanswered",
    f.HandOffListed: "listed",
    f.HandOffUndecided: "undecided",
    f.ResultMissing: "result_missing",
}
_SETTLES = (f.HandOffAcknowledged, f.HandOffAccepted, f.HandOffDisputed, f.HandOffRecalled, f.HandOffResulted)


@dataclass(frozen=True, slots=True)
class Line:
    """One hand-off as the view knows it; its words are sealed with the ticket's key."""

    now: HandOff
    offered_at: datetime
    attention: Attention | None
    since: datetime
    """When it came to its present stage."""


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """The hand-off after one more fact, by the rules' own reckoning."""
    now = evolve(None if doc is None else _HANDOFF.validate_python(doc["now"]), recorded)
    if now is None:
        return doc
    at = recorded.recorded_at.isoformat()
    new: Doc = {**(doc or {"offered_at": at, "since": at, "attention": None})}
    if doc is not None and doc["now"]["stage"] != now.stage:
        new["since"] = at
    if isinstance(recorded.fact, _SETTLES):
        new["attention"] = None
    new["attention"] = _ATTENTION.get(type(recorded.fact), new["attention"])
    return {**new, "now": _HANDOFF.dump_python(now, mode="json")}


def _columns(doc: Doc) -> Mapping[str, Any]:
    now = doc["now"]
    ours = now["offer"]["seq"] is None
    held = now["stage"] == "accepted" and now["outcome"] is None
    return {
        "ticket": UUID(now["offer"]["ticket"]).hex,
        "platform": now["offer"]["receiver" if ours else "offerer"],
        "ours": int(ours),
        "stage": now["stage"],
        "open": int(held or now["stage"] in ("offered", "disputed")),
        "attention": doc["attention"],
        "offered_at": micros(doc["offered_at"]),
    }


VIEW = View("handoffs", 3, fold, table, _columns, kinds=("handoff",))


def listed(
    views: Views,
    *,
    scope: Scope | None = None,
    platform: str | None = None,
    stage: str | None = None,
    ours: bool | None = None,
    attention: str | None = None,
    open_only: bool = False,
    after: str | None = None,
    limit: int = 200,
) -> list[Line]:
    """Hand-offs, the newest first, but where somebody's attention is asked the oldest; each condition that is given holds for
    all of them.  Of a ``scope`` are those whose ticket lies in it, and those that are no ticket here.  ``after`` is the
    ``cursor`` of a line before.  Raises ValueError for one that is none."""
    t = table.c
    query = select(t.doc)
    if scope is not None:
        # The column holds an id as SQLite writes one, and PostgreSQL reads it so.
        query = query.outerjoin(board, board.c.ticket_id == cast(t.ticket, Uuid))
        query = query.where(or_(board.c.ticket_id.is_(None), and_(*_of_scope(scope))))
    if platform is not None:
        query = query.where(t.platform == platform)
    if stage is not None:
        query = query.where(t.stage == stage)
    if ours is not None:
        query = query.where(t.ours == int(ours))
    if attention is not None:
        query = query.where(t.attention == attention)
    if open_only:
        query = query.where(t.open == 1)
    order, oldest_first = (t.offered_at, t.ticket_id), attention is not None
    if after is not None:
        at, stream = _place(after)
        place = tuple_(literal(at), literal(stream, Uuid))
        query = query.where(tuple_(*order) > place if oldest_first else tuple_(*order) < place)
    return _read(views, query.order_by(*(c if oldest_first else c.desc() for c in order)).limit(limit))


def _of_scope(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """``hotline.seeing.sees`` as conditions on the row that the board has of the ticket."""
    yield board.c.ticket_id.is_not(None)
    yield from in_scope(scope)
    yield from not_accused(scope, on_board=True)
    if scope.units is not None:
        mine = unit_lines.c.unit.in_(sorted(scope.units))
        yield exists().where(unit_lines.c.ticket_id == board.c.ticket_id, mine)


def cursor(line: Line) -> str:
    """Where a list goes on behind this line."""
    return f"{micros(line.offered_at)}.{line.now.stream.hex}"


def _place(after: str) -> tuple[int, UUID]:
    at, _, stream = after.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) < 19):
        raise ValueError(after)
    return int(at), UUID(hex=stream)


def replay(facts: Iterable[Recorded]) -> Line | None:
    """One hand-off made of its own history, where what a lagging view says will not do; None without an offer."""
    doc: Doc | None = None
    for recorded in facts:
        doc = fold(doc, recorded)
    return None if doc is None else _line(doc)


def of_ticket(views: Views, ticket: UUID) -> list[Line]:
    """Every hand-off of a ticket, the oldest first."""
    return _read(views, select(table.c.doc).where(table.c.ticket == ticket.hex).order_by(table.c.offered_at))


def _read(views: Views, query: Any) -> list[Line]:
    with looking(views.engine) as connection:
        return [_line(from_json(doc)) for doc in connection.scalars(query)]


def _line(doc: Doc) -> Line:
    offered, since = moment(doc["offered_at"]), moment(doc["since"])
    assert offered is not None
    assert since is not None
    return Line(_HANDOFF.validate_python(doc["now"]), offered, doc["attention"], since)
