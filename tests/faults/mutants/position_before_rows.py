"""Views note how far they have come before their rows are written, in a transaction of its own."""

from collections.abc import Sequence

CAUGHT_BY = "log, timers and views are whole"
ONLY = ("project before the rows", "kill project")


def apply() -> None:
    from hotline.facts import Recorded
    from projections import follow
    from projections.marks import marks_of, move_on
    from projections.view import View, Views

    def take_in(views: Views, these: Sequence[View], start: int, facts: Sequence[Recorded]) -> bool:
        with views.writing() as connection:
            marks = marks_of(connection, [view.label for view in these], hold=True)
            move_on(connection, list(marks), facts[-1].position)
        with views.writing() as connection:
            for view in these:
                follow.apply(connection, view, facts, {})
        return True

    follow._take_in = take_in
