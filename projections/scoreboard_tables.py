"""The tables of the scoreboard: what every ticket and call came to, now and at every earlier moment, and the sums of it.

``rows`` has one row a ticket as things stand.  ``versions`` has a row for every state a ticket was ever in, by both times:
the state at (known, stood) is that with the greatest ``stood``, then the greatest ``position``, among those with
``known_at`` and ``stood`` up to the moments asked for.  ``sums`` counts rows by aspect, by day and by month, for all and by one dimension.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, SmallInteger, String, Table, Uuid, text

from projections.view import main_table, metadata

DIMENSIONS = ("all", "unit", "category", "head", "channel", "district")
"""What sums are kept by; ``all`` has the one value ''.  What is not known counts under ''."""
COHORTS = ("received", "closed", "due")
"""The date that puts a ticket into a period."""


def _columns() -> tuple[Column[Any], ...]:
    """The columns of an outcome (``hotline.rates.outcome.OutcomeRow``); ``co_units`` is joined by ``;``."""
    return (
        Column("kind", String(8), nullable=False),
        Column("number", String(32)),
        Column("facets", BigInteger, nullable=False),
        Column("unit", String(64)),
        Column("tier", String(16)),
        Column("co_units", String, nullable=False),
        Column("category", String(64)),
        Column("head", String(64)),
        Column("district", String(64)),
        Column("received_at", BigInteger, nullable=False),
        Column("dispatched_at", BigInteger),
        Column("contacted_at", BigInteger),
        Column("replied_at", BigInteger),
        Column("closed_at", BigInteger),
        Column("due_at", BigInteger),
        Column("received_day", Integer, nullable=False),
        Column("closed_day", Integer),
        Column("due_day", Integer),
        Column("reworks", SmallInteger, nullable=False),
        Column("returns", SmallInteger, nullable=False),
        Column("extensions", SmallInteger, nullable=False),
        Column("urges", SmallInteger, nullable=False),
        Column("answers", SmallInteger, nullable=False),
    )


table = main_table("scoreboard_v1")
rows = Table(
    "scoreboard_v1_rows",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    *_columns(),
    Index("scoreboard_v1_rows_received", "received_day"),
    Index("scoreboard_v1_rows_closed", "closed_day"),
    Index("scoreboard_v1_rows_due", "due_day"),
)
versions = Table(
    "scoreboard_v1_versions",
    metadata,
    Column("ticket_id", Uuid, primary_key=True),
    Column("stood", BigInteger, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("known_at", BigInteger, nullable=False),
    *_columns(),
    # By these the states of a period are found; those without such a day are most of them, and need not be in an index.
    Index("scoreboard_v1_versions_received", "received_day"),
    *(
        Index(
            f"scoreboard_v1_versions_{cohort}",
            day,
            postgresql_where=text(f"{day} IS NOT NULL"),
            sqlite_where=text(f"{day} IS NOT NULL"),
        )
        for cohort, day in (("closed", "closed_day"), ("due", "due_day"))
    ),
)
sums = Table(
    "scoreboard_v1_sums",
    metadata,
    Column("aspect", String(16), primary_key=True),
    Column("grain", String(5), primary_key=True),  # day or month; a month stands under its first day
    Column("by", String(8), primary_key=True),
    Column("start", Integer, primary_key=True),
    Column("value", String(64), primary_key=True),
    Column("facets", BigInteger, primary_key=True),  # those of the aspect alone
    Column("n", BigInteger, nullable=False),
)
