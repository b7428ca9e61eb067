"""What is done to the keys of a vault as a whole: buried, restricted, swept, wrapped anew. `Vault` decides when."""

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from uuid import UUID

from sqlalchemy import Engine, func, select, update

from hotline.sealing import SealingKey
from hotline.vault import erasing
from hotline.vault.index_key import rewrap_index
from hotline.vault.keyring import Keyring
from hotline.vault.options import Options
from hotline.vault.people import People
from hotline.vault.tables import chunks, keys


class Upkeep:
    """The upkeep of one vault; `writing` is held by whoever writes in it."""

    def __init__(self, engine: Engine, keyring: Keyring, people: People, writing: Lock, options: Options) -> None:
        self._engine, self._keyring, self._people = engine, keyring, people
        self._writing, self._options = writing, options

    def bury(self, tickets: list[UUID]) -> None:
        """Destroy the tickets' keys, those that were never flushed as well. The caller holds `writing`."""
        with self._keyring.lock:
            for ticket in tickets:
                self._keyring.pending.pop(ticket, None)
                self._people.noted.drop_ticket(ticket)
        with self._engine.begin() as connection:
            for some in chunks(tickets):
                erasing.bury(connection, some, self._options.clock())
            change = erasing.count_change(connection)
        self._keyring.forget(change)

    def restrict(self, ticket: UUID) -> None:
        """Begin the store-only stage, which nothing ends."""
        with self._writing, self._engine.begin() as connection:
            connection.execute(update(keys).where(keys.c.ticket_id == ticket).values(restricted=True))
            change = erasing.count_change(connection)
        self._keyring.forget(change)

    def oldest_unsettled(self, older_than: datetime) -> datetime | None:
        """When the oldest key was made whose facts nobody has seen yet."""
        waiting = select(func.min(keys.c.created_at)).where(keys.c.settled.is_(False), keys.c.created_at < older_than)
        with self._engine.connect() as connection:
            oldest: datetime | None = connection.scalar(waiting)
        return oldest

    def sweep(self, known: Callable[[Sequence[UUID]], set[UUID]], older_than: datetime) -> int:
        """Destroy keys whose facts never came; returns how many."""
        waiting = select(keys.c.ticket_id).where(keys.c.settled.is_(False), keys.c.created_at < older_than)
        with self._engine.connect() as connection:
            unsettled = list(connection.scalars(waiting))
        swept = 0
        for some in chunks(unsettled):
            real = known(some)
            orphans = [ticket for ticket in some if ticket not in real]
            with self._writing, self._engine.begin() as connection:
                erasing.settle(connection, some, orphans)
                change = erasing.count_change(connection)
            self._keyring.forget(change)
            swept += len(orphans)
        return swept

    def rotate(self, wrapping: SealingKey) -> int:
        """Wrap every key anew, in one transaction; returns how many."""
        with self._writing:
            with self._engine.begin() as connection:
                count = erasing.rewrap(connection, self._keyring.wrapping, wrapping, self._options.cipher)
                rewrap_index(connection, self._keyring.wrapping, wrapping, self._options.cipher)
                change = erasing.count_change(connection)
            self._keyring.adopt(wrapping)
            self._people.wrapping = wrapping
            self._keyring.forget(change)
            erasing.wipe(self._engine)
        return count
