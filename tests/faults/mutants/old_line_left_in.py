"""When an outcome changes, its new lines are added to the sums and its old ones are left in them: a ticket counts twice."""

CAUGHT_BY = "log, timers and views are whole"
ONLY = ("kill project",)
FAULTS = 4


def apply() -> None:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy import Connection

    from projections import follow, summing
    from projections.view import Doc, Sums

    def shift(connection: Connection, sums: Sums, docs: Mapping[UUID, Doc], before: Mapping[UUID, Doc]) -> None:
        summing.shift(connection, sums, docs, {})

    follow.shift = shift  # type: ignore[attr-defined]
