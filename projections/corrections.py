"""What people decided otherwise than was proposed: to learn from.  No word of anybody's."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field
from pydantic_core import from_json
from sqlalchemy import select

from hotline.databases import looking
from hotline.seeing import Scope
from projections.readings import Line, Said, table
from projections.readings_within import Document, within
from projections.view import Views


class Correction(BaseModel):
    """A ticket that people decided otherwise than was proposed."""

    number: str
    at: datetime = Field(description="When it was last decided")
    by: str = Field(description="The role that decided")
    model: str
    rules: str
    probability: float = Field(description="Of the category that was proposed")
    what: list[str] = Field(description="What differs: category, type, urgency, unit")
    proposed: Said
    decided: Said


def corrections(
    views: Views,
    scope: Scope,
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    limit: int | None = None,
) -> list[Correction]:
    """The latest first, no more than ``limit``, as far as they lie in a scope."""
    wanted = within(Document(views), scope, since, until)
    query = select(table.c.doc).where(table.c.corrected, *wanted).order_by(table.c.decided_at.desc(), table.c.ticket_id)
    with looking(views.engine) as connection:
        return [_correction(Line.model_validate(from_json(doc))) for doc in connection.scalars(query.limit(limit))]


def _correction(line: Line) -> Correction:
    assert line.decided_at is not None
    told = line.model_dump(include={"number", "by", "model", "rules", "probability", "proposed", "decided"})
    return Correction(what=line.differs, at=line.decided_at, **told)
