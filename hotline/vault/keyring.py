"""The tickets' keys: made on first use, cached while in use, dropped when anybody erases."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from threading import RLock
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, select

from hotline.databases import insert_new, look, looking
from hotline.sealing import CipherName, SealingKey, Tampered
from hotline.vault.errors import Erased
from hotline.vault.master import WRONG_MASTER, MasterKeyUnusable
from hotline.vault.tables import changes, chunks, keys

# Made once, for each ticket that is opened carries one of them out.
_KEYS = select(keys.c.ticket_id, keys.c.wrapped, keys.c.restricted)
_KEY_OF_ONE = _KEYS.where(keys.c.ticket_id == bindparam("ticket"))
_KEYS_OF_MANY = _KEYS.where(keys.c.ticket_id.in_(bindparam("tickets", expanding=True)))
_CHANGES = select(changes.c.count)


@dataclass(frozen=True)
class TicketKey:
    """One ticket's key in memory, and how it stands wrapped in the table."""

    key: SealingKey
    wrapped: str
    restricted: bool = False


class Keyring:
    """Keys by ticket. `pending` are made but not yet committed; see `Vault.flush`."""

    def __init__(
        self,
        engine: Engine,
        wrapping: SealingKey,
        cipher: CipherName,
        clock: Callable[[], datetime],
        *,
        size: int = 50_000,
        fresh_for: float = 1.0,
    ) -> None:
        self.lock = RLock()
        self.pending: dict[UUID, TicketKey] = {}
        self.wrapping = wrapping
        self._engine, self._cipher, self._clock = engine, cipher, clock
        self._cache: OrderedDict[UUID, TicketKey] = OrderedDict()
        self._size = size
        self._fresh_for = fresh_for  # seconds for which another process's erasure may still go unnoticed here
        self._looked_at = float("-inf")
        self._seen = 0

    def find(self, tickets: Iterable[UUID]) -> dict[UUID, TicketKey]:
        """The keys of those tickets that have one; erased and unknown tickets are left out."""
        self._notice_changes()
        found: dict[UUID, TicketKey] = {}
        missing = []
        with self.lock:
            for ticket in tickets:
                known = self._known(ticket)
                if known:
                    found[ticket] = known
                else:
                    missing.append(ticket)
        for some in chunks(missing):
            found.update((ticket, key) for ticket, key in self._load(some).items() if key)
        return found

    def get(self, ticket: UUID) -> TicketKey | None:
        """The ticket's key; None when it is erased or unknown."""
        self._notice_changes()
        with self.lock:
            known = self._known(ticket)
        return known or self._load([ticket]).get(ticket)

    def for_sealing(self, ticket: UUID) -> TicketKey:
        """The ticket's key, made and held as pending if there is none. Raises Erased."""
        self._notice_changes()
        with self.lock:
            known = self._known(ticket)
        if known:
            return known
        loaded = self._load([ticket])
        if ticket in loaded:
            key = loaded[ticket]
            if key is None:
                raise Erased
            return key
        with self.lock:
            if ticket not in self.pending:
                fresh = SealingKey.fresh()
                wrapped = fresh.sealed_by(self.wrapping, ticket.bytes, self._cipher)
                self.pending[ticket] = TicketKey(fresh, wrapped)
            return self.pending[ticket]

    def save(self, connection: Connection, made: Mapping[UUID, TicketKey]) -> set[UUID]:
        """Write pending keys; returns the tickets for which another process was first."""
        at = self._clock()
        rows = [
            {"ticket_id": ticket, "wrapped": key.wrapped, "restricted": False, "settled": False, "created_at": at}
            for ticket, key in made.items()
        ]
        return set(made) - insert_new(connection, keys, rows, keys.c.ticket_id)

    def saved(self, made: Mapping[UUID, TicketKey], lost: set[UUID]) -> None:
        """After the commit: what was pending is now kept, what lost is forgotten."""
        with self.lock:
            for ticket, key in made.items():
                self.pending.pop(ticket, None)
                if ticket not in lost:
                    self._keep(ticket, key)

    def forget(self, change: int) -> None:
        """Drop every cached key after the change of that number."""
        with self.lock:
            self._cache.clear()
            self._seen = change

    def adopt(self, wrapping: SealingKey) -> None:
        """A new master key's wrapping, for what is cached, pending and to come."""
        with self.lock:
            self.wrapping = wrapping
            self.pending = {
                ticket: replace(made, wrapped=made.key.sealed_by(wrapping, ticket.bytes, self._cipher))
                for ticket, made in self.pending.items()
            }

    def unwrap(self, ticket: UUID, wrapped: str) -> SealingKey:
        """A key from its row. Raises MasterKeyUnusable when the master key is not the one that wrapped it."""
        try:
            return SealingKey.unwrap(wrapped, self.wrapping, ticket.bytes)
        except Tampered:
            raise MasterKeyUnusable(WRONG_MASTER) from None

    def _known(self, ticket: UUID) -> TicketKey | None:
        key = self._cache.get(ticket)
        if key:
            self._cache.move_to_end(ticket)
            return key
        return self.pending.get(ticket)

    def _keep(self, ticket: UUID, key: TicketKey) -> None:
        self._cache[ticket] = key
        if len(self._cache) > self._size:
            self._cache.popitem(last=False)

    def _load(self, tickets: list[UUID]) -> dict[UUID, TicketKey | None]:
        seen = self._seen
        rows = self._rows(tickets)
        loaded: dict[UUID, TicketKey | None] = {
            ticket: TicketKey(self.unwrap(ticket, wrapped), wrapped, restricted) if wrapped else None
            for ticket, wrapped, restricted in rows
        }
        with self.lock:
            if self._seen == seen:  # an erasure meanwhile: use what was read, but do not keep it
                for ticket, key in loaded.items():
                    if key:
                        self._keep(ticket, key)
        return loaded

    def _rows(self, tickets: list[UUID]) -> Iterable[Any]:
        if len(tickets) == 1:
            return look(self._engine, _KEY_OF_ONE, {"ticket": tickets[0]})
        with looking(self._engine) as connection:
            return connection.execute(_KEYS_OF_MANY, {"tickets": tickets}).all()

    def _notice_changes(self) -> None:
        now = monotonic()
        if now - self._looked_at < self._fresh_for:
            return
        self._looked_at = now
        count = next((count for (count,) in look(self._engine, _CHANGES)), 0)
        if count != self._seen:
            self.forget(count)
