"""Writers of the log do not wait for each other: a fact with a lower position may be committed after one with a higher."""

from typing import Any

CAUGHT_BY = "log, timers and views are whole"
ONLY = ("kill clock",)
FAULTS = 4
PEOPLE = 6
PACE = 3.0
_TURN = "SELECT pg_notify({channel}, ''), (SELECT state FROM {table} ORDER BY notification_id DESC LIMIT 1) AS last"


def apply() -> None:
    from psycopg.sql import SQL, Identifier, Literal

    from hotline.store_postgres import PostgresLog

    whole = PostgresLog.__init__

    def init(self: PostgresLog, *args: Any, **kwargs: Any) -> None:
        whole(self, *args, **kwargs)
        table, channel = Identifier(self.events_table_name), Literal(self.channel_name)
        setattr(self, "_take_turn", SQL(_TURN).format(table=table, channel=channel))  # noqa: B010  # of another type

    PostgresLog.__init__ = init  # type: ignore[method-assign]
