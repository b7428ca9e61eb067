"""Writers of the log do not wait for each other: a fact with a lower position may be committed after one with a higher."""

CAUGHT_BY = "log, timers and views are whole"
ONLY = ("kill clock",)
FAULTS = 4
PEOPLE = 6
PACE = 3.0


def apply() -> None:
    from hotline.store_postgres import PostgresLog

    PostgresLog._lock_table = lambda *_: None  # type: ignore[method-assign]
