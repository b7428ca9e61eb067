"""A view notes how far it has come before its rows are written, in a transaction of its own."""

from typing import Any

CAUGHT_BY = "log, timers and views are whole"
ONLY = ("project before the rows", "kill project")


def apply() -> None:
    from projections import follow
    from projections.view import Mark, View, Views, mark_of, move

    def step(views: Views, view: View, facts_after: Any, limit: int) -> int:
        start = views.position(view.name)
        facts = facts_after(start, limit)
        if not facts:
            return 0
        with views.writing() as connection:
            mark = mark_of(connection, view.label, hold=True)
            move(connection, view.label, Mark(facts[-1].position, mark.build))
        with views.writing() as connection:
            follow.apply(connection, view, facts, {})
        views.tell()
        return len(facts)

    follow._step = step
