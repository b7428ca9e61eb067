"""Beginning a view again from nothing, for when the log no longer is the one it has followed."""

from __future__ import annotations

from sqlalchemy import delete

from projections.marks import Mark, mark_of, move
from projections.view import View, Views


def begin_anew(views: Views, view: View) -> None:
    """Empty a view.  Whoever has its documents at hand throws them away: it is another build of the view."""
    with views.writing() as connection:
        build = mark_of(connection, view.label, hold=True).build
        for table in view.tables:
            connection.execute(delete(table))
        move(connection, view.label, Mark(0, build + 1))
    views.tell()
