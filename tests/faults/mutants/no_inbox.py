"""The notifier does not remember which facts it has dealt with, neither by an inbox nor by what the tables allow."""

from typing import Any
from uuid import uuid4

CAUGHT_BY = "every reaction once"
ONLY = ("kill notify", "notify after the effect, before the ack")


def apply() -> None:
    from workers.gateways import errands
    from workers.outbox import Outbox

    whole = Outbox.take

    def take(self: Outbox, consumer: str, recorded: Any, *args: Any, **kwargs: Any) -> int:
        with self._engine.begin() as connection:
            connection.exec_driver_sql(
                "ALTER TABLE outbox_notices DROP CONSTRAINT IF EXISTS outbox_notices_fact_id_recipient_key"
            )
            connection.exec_driver_sql(
                "DELETE FROM outbox_inbox WHERE consumer = %s AND fact_id = %s", (consumer, recorded.id)
            )
        return whole(self, consumer, recorded, *args, **kwargs)

    Outbox.take = take  # type: ignore[method-assign]
    errands._key = lambda *_: str(uuid4())
