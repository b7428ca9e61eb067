"""How far proposals are accepted, by model and category: counted over the tickets people decided in a period."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy import ColumnElement, case, func, select

from hotline.seeing import Scope
from projections.database import reading
from projections.marks import mark_of
from projections.readings import VIEW, WHAT, table
from projections.readings_within import Document, within
from projections.view import Views

_FORMULA = "readings/1"
"""accepted = what was proposed is what was decided last, among the tickets in which a person decided it.  (ours)"""


class Accepted(BaseModel):
    """A rate with what it was made of; one for each thing that is proposed."""

    what: str = Field(description="category, type, urgency or unit")
    numerator: int
    denominator: int
    share: float | None
    formula: str = _FORMULA


class OfCategory(BaseModel):
    """How often a proposed category was accepted, by the model that proposed it."""

    model: str
    category: str
    numerator: int
    denominator: int
    share: float
    formula: str = _FORMULA


class ReadingFigures(BaseModel):
    """All figures, as of a position of the log."""

    position: int
    decided: int
    confirmed: int = Field(description="Confirmed in one step, by a person or by rule")
    accepted: list[Accepted]
    by_category: list[OfCategory]


def figures(views: Views, scope: Scope, since: datetime | None = None, until: datetime | None = None) -> ReadingFigures:
    """The figures of what was decided from ``since`` until before ``until``."""
    doc = Document(views)
    wanted = within(doc, scope, since, until)
    said = {what: (doc.text("proposed", what), doc.text("decided", what)) for what in WHAT}
    each = [
        number for proposed, decided in said.values() for number in (_times(proposed == decided), func.count(decided))
    ]
    category, decided = said["category"]
    counted = func.count(decided)
    by_category = (
        select(table.c.model, category, _times(category == decided), counted)
        .where(*wanted, category.is_not(None))
        .group_by(table.c.model, category)
        .having(counted > 0)
    )
    with reading(views.engine) as connection:  # one state: the position is that of the very rows that were counted
        position = mark_of(connection, VIEW.label).position
        of_all, confirmed, *numbers = connection.execute(
            select(func.count(), _times(doc.flag("confirmed")), *each).where(*wanted)
        ).one()
        rows = connection.execute(by_category).all()
    return ReadingFigures(
        position=position,
        decided=of_all,
        confirmed=confirmed,
        accepted=[
            Accepted(what=what, numerator=right, denominator=all_, share=right / all_ if all_ else None)
            for what, right, all_ in zip(WHAT, numbers[::2], numbers[1::2], strict=True)
        ],
        by_category=[
            OfCategory(model=model, category=code, numerator=right, denominator=all_, share=right / all_)
            for model, code, right, all_ in sorted(tuple(row) for row in rows)
        ],
    )


def _times(holds: ColumnElement[bool]) -> ColumnElement[int]:
    """How often something holds; what is not known does not."""
    return func.count(case((holds, 1)))
