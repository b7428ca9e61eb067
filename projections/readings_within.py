"""Which proposals lie in a period and a scope, asked of the database, so that nobody reads a city to count it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, cast, or_, type_coerce

from hotline.seeing import Scope
from projections.moments import NEVER, micros
from projections.readings import table
from projections.view import Views

Bool = ColumnElement[bool]


class Document:
    """The document's parts as SQL, on either store."""

    def __init__(self, views: Views) -> None:
        self._doc: Any = type_coerce(table.c.doc, JSON) if views.sqlite else cast(table.c.doc, JSON)

    def text(self, *path: str) -> Any:
        """A text in it; null where it is none or not there."""
        return self._doc[path].as_string()

    def flag(self, name: str) -> Any:
        """Whether it says so; null where it is not there."""
        return self._doc[name].as_boolean()


def within(doc: Document, scope: Scope, since: datetime | None, until: datetime | None) -> list[Bool]:
    """Tickets with a proposal that people decided in a period, as far as ``hotline.seeing.sees`` lets them through."""
    begin = -NEVER if since is None else micros(since)
    end = NEVER if until is None else micros(until)
    found: list[Bool] = [table.c.model.is_not(None), table.c.decided_at >= begin, table.c.decided_at < end]
    if scope.units is not None:
        found.append(doc.text("decided", "unit").in_(sorted(scope.units)))
    if scope.district is not None:
        found.append(doc.text("district") == scope.district)
    if scope.not_about is not None:
        team = doc.text("about_team")
        found.append(or_(team.is_(None), team != scope.not_about))
    if scope.never_accused:
        type_, accused = doc.text("type"), doc.text("accused_unit")
        other = or_(type_.is_(None), type_ != "report", accused.is_(None))
        found.append(or_(other, accused.not_in(sorted(scope.never_accused))))
    return found
