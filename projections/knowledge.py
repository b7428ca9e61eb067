"""The knowledge base, to be searched while a caller is on the line.  Everything in it is for everybody to read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from pydantic_core import from_json
from sqlalchemy import BigInteger, Column, Connection, Select, String, Text, func, select

from hotline.databases import looking
from hotline.facts import Recorded
from hotline.knowledge import facts as f
from hotline.knowledge.knowledge import Standing
from projections.moments import NEVER, micros
from projections.view import Doc, View, Views, main_table

MOST = 50
table = main_table(
    "knowledge_v1",
    Column("skill", String(64), nullable=False, index=True),
    Column("standing", String(16), nullable=False, index=True),
    Column("consultation", String(36), nullable=True),
    Column("written_at", BigInteger, nullable=False),
    Column("words", Text, nullable=False),
)


class Entry(BaseModel):
    """An entry of the knowledge base."""

    id: UUID
    skill: str
    title: str
    question: str
    answer: str
    basis: str | None
    owner: str
    consultation: UUID | None
    valid_until: date
    review_on: date
    standing: Standing
    version: int


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """The entry after one more fact."""
    fact = recorded.fact
    if isinstance(fact, f.KnowledgeWritten):
        told = fact.model_dump(mode="json", exclude={"clocks"})
        doc = {**told, "id": str(recorded.originator_id), "at": recorded.recorded_at.isoformat(), "standing": "valid"}
    if doc is None:
        return None
    match fact:
        case f.KnowledgeRenewed():
            doc = {**doc, **fact.model_dump(mode="json", exclude={"clocks"}), "standing": "valid"}
        case f.KnowledgeFellDue():
            late = fact.what == "expiry" or doc["standing"] == "expired"
            doc = {**doc, "standing": "expired" if late else "review"}
        case f.KnowledgeRetired():
            doc = {**doc, "standing": "retired"}
    return {**doc, "version": recorded.originator_version}


def columns(doc: Doc) -> Mapping[str, Any]:
    return {
        "skill": doc["skill"],
        "standing": doc["standing"],
        "consultation": doc["consultation"],
        "written_at": micros(doc["at"]),
        "words": f"{doc['title']}\n{doc['question']}".lower(),
    }


VIEW = View("knowledge", 1, fold, table, columns, kinds=("knowledge",))


def find(views: Views, words: str = "", *, skill: str | None = None, standing: Standing | None = None) -> list[Entry]:
    """Entries with all of these words in title or question, the newest first; those in force unless said otherwise."""
    query = select(table.c.doc).order_by(table.c.written_at.desc(), table.c.ticket_id).limit(MOST)
    query = query.where(table.c.standing.in_((standing,) if standing else ("valid", "review")))
    if skill is not None:
        query = query.where(table.c.skill == skill)
    for word in words.lower().split():
        query = query.where(table.c.words.contains(word, autoescape=True))
    return _read(views, query)


def one(views: Views, entry: UUID) -> Entry | None:
    return next(iter(_read(views, select(table.c.doc).where(table.c.ticket_id == entry))), None)


def written_back(connection: Connection, since: datetime | None, until: datetime | None) -> int:
    """How many entries came from a consultation, by when they were written."""
    begin, end = -NEVER if since is None else micros(since), NEVER if until is None else micros(until)
    at = table.c.written_at
    query = select(func.count()).where(table.c.consultation.is_not(None), at >= begin, at < end)
    return int(connection.scalar(query) or 0)


def _read(views: Views, query: Select[Any]) -> list[Entry]:
    with looking(views.engine) as connection:
        return [Entry.model_validate(from_json(doc)) for doc in connection.scalars(query)]
