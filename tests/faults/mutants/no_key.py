"""A request that comes again under its `Idempotency-Key` is taken for a new one."""

from uuid import uuid4

CAUGHT_BY = "acknowledged once, unknown at most once"
ONLY = ("web after the commit", "cut a reply of web 1")
FAULTS = 40
PACE = 0.5
PEOPLE = 6


def apply() -> None:
    from hotline import store
    from hotline.store_postgres import PostgresLog
    from workers.web.api import tickets

    PostgresLog.reply_to = lambda *_: None  # type: ignore[method-assign]
    store._PUT_REPLY += " ON CONFLICT DO NOTHING"
    setattr(tickets, "ticket_id_of", lambda *_: uuid4())  # noqa: B010  # a name it imports, not its own
