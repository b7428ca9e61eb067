"""Sums are committed by themselves, before the rows of the same facts: a process that ends in between adds them once more."""

CAUGHT_BY = "log, timers and views are whole"
ONLY = ("project between rows and position",)
FAULTS = 4


def apply() -> None:
    from collections.abc import Mapping
    from uuid import UUID

    from sqlalchemy import Connection

    from projections import follow, summing
    from projections.view import Doc, Sums

    def shift(connection: Connection, sums: Sums, docs: Mapping[UUID, Doc], before: Mapping[UUID, Doc]) -> None:
        with connection.engine.begin() as beside:
            summing.shift(beside, sums, docs, before)

    follow.shift = shift  # type: ignore[attr-defined]
