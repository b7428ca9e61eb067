"""The vault: the only place where personal data live, in a database of their own.

Facts and views hold ciphertext and person ids; here stand the keys and the names. Destroying a key here erases a
ticket's words everywhere at once (PIPL 47). Safe to use from several threads.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Self
from uuid import UUID

from sqlalchemy import Engine, inspect

from hotline.sealing import SealingKey
from hotline.vault import erasing
from hotline.vault.errors import Restricted, VaultConflict
from hotline.vault.identity import Identity, PersonId, PersonKind
from hotline.vault.index import BlindIndex, drawn
from hotline.vault.index_key import load_index, make_index
from hotline.vault.keyring import Keyring
from hotline.vault.master import MasterKey
from hotline.vault.options import STANDARD, Options, Purpose
from hotline.vault.people import People, new_person_id
from hotline.vault.phones import normalise_phone, visible
from hotline.vault.register import Register
from hotline.vault.tables import connect, create_all, keys
from hotline.vault.upkeep import Upkeep


class Vault:
    """Keys and persons. `seal` and `person` are held in memory until `flush`, which must come before the facts."""

    def __init__(self, engine: Engine, master: MasterKey, register: Register | None, options: Options) -> None:
        self._engine, self._register, self._options = engine, register, options
        wrapping = master.wrapping()
        self._keyring = Keyring(engine, wrapping, options.cipher, options.clock, fresh_for=options.fresh_for)
        self._people = People(engine, wrapping, options.cipher, self._keyring.lock)
        self._index: BlindIndex | None = None
        self._writing = Lock()
        self._upkeep = Upkeep(engine, self._keyring, self._people, self._writing, options)

    @classmethod
    def open(cls, url: str, master_key: MasterKey, register: Path | None, options: Options = STANDARD) -> Self:
        """Open `sqlite:///…` or `postgresql://…`; whatever the register names is destroyed again if a restored
        backup brought it back. Raises MasterKeyUnusable, RegisterDamaged."""
        vault = cls(connect(url), master_key, Register(register) if register else None, options)
        if inspect(vault._engine).has_table(keys.name):
            vault._start()
        return vault

    def migrate(self) -> None:
        """Create what is missing in the database; harmless when nothing is."""
        create_all(self._engine)
        with self._engine.begin() as connection:
            erasing.begin_counting(connection)
            make_index(connection, self._keyring.wrapping, self._options.cipher)
        self._start()

    def close(self) -> None:
        """Give the connections back; what was not flushed is lost, as are the keys in memory."""
        self._engine.dispose()

    def seal(self, ticket_id: UUID, label: str, text: str) -> str:
        """The text as an envelope that opens only under this ticket and label. Raises Erased, Restricted."""
        return self._key_to_seal(ticket_id).seal(text.encode(), _bound(ticket_id, label), self._options.cipher)

    def seal_bytes(self, ticket_id: UUID, label: str, content: bytes) -> bytes:
        """What `seal` does, for a file. Raises Erased, Restricted."""
        return self._key_to_seal(ticket_id).seal_bytes(content, _bound(ticket_id, label), self._options.cipher)

    def unseal_bytes(self, ticket_id: UUID, label: str, sealed: bytes) -> bytes | None:
        """A file's content; None when it was erased or its key is unknown. Raises Tampered, Restricted."""
        key = self._keyring.get(ticket_id)
        if key is not None and key.restricted:
            raise Restricted
        return key.key.open_bytes(sealed, _bound(ticket_id, label)) if key is not None else None

    def unseal(self, ticket_id: UUID, label: str, sealed: str, *, purpose: Purpose | None = None) -> str | None:
        """The text; None when it was erased or its key is unknown. Raises Tampered; Restricted without `purpose`."""
        key = self._keyring.get(ticket_id)
        if key is None:
            return None
        if key.restricted and purpose is None:
            raise Restricted
        return key.key.open(sealed, _bound(ticket_id, label)).decode()

    def unseal_many(
        self, items: Sequence[tuple[UUID, str, str]], *, purpose: Purpose | None = None
    ) -> list[str | None]:
        """Many at once, for lists and rebuilds: (ticket, label, sealed) → text. None stands for erased, unknown and,
        without `purpose`, store-only. Raises Tampered."""
        found = self._keyring.find({ticket: None for ticket, _, _ in items})
        texts: list[str | None] = []
        for ticket, label, sealed in items:
            key = found.get(ticket)
            shown = key is not None and (purpose is not None or not key.restricted)
            texts.append(key.key.open(sealed, _bound(ticket, label)).decode() if key and shown else None)
        return texts

    def person(
        self,
        *,
        name: str | None,
        phone: str | None,
        id_number: str | None = None,
        kind: PersonKind = "person",
        ticket_id: UUID,
    ) -> PersonId:
        """The caller's id: the same for the same number and name, a new one for a caller without a number.
        Raises NotAPhone, Erased, Restricted."""
        spelled = normalise_phone(phone) if phone and phone.strip() else None
        self._key_to_seal(ticket_id)
        called = visible(name).strip() if name else None
        given = Identity(new_person_id(), called or None, spelled, id_number, kind)
        return self._people.note(given, ticket_id, self._blind_index)

    def identity(self, person_id: PersonId, *, purpose: Purpose | None = None) -> Identity | None:
        """Who it is; None when erased. Raises Restricted when all his tickets are store-only."""
        return self._people.identity(person_id, store_only=purpose is not None)

    def identities(self, ids: Sequence[PersonId]) -> dict[PersonId, Identity]:
        """Many at once; erased and store-only persons are left out."""
        return self._people.identities(ids)

    def find_by_phone(self, phone: str) -> list[PersonId]:
        """Callers known under that number, however it is written."""
        return self._people.find(self.blind("phone", phone))

    def line_of(self, person_id: PersonId) -> str | None:
        """The keyed digest of a caller's number; None without a number, and when he was erased."""
        known = self._people.identity(person_id, store_only=True)
        return self.blind("phone", known.phone) if known is not None and known.phone else None

    def tickets_of(self, person_ids: Sequence[PersonId]) -> list[UUID]:
        """The tickets of these callers, newest first, erased ones not among them."""
        return self._people.tickets_of(person_ids)

    def blind(self, kind: str, value: str) -> str:
        """A keyed digest to count or compare by ("phone", "name", or any kind of your own), never to be reversed."""
        return self._blind_index.digest(kind, value)

    def draw(self, kind: str, value: str) -> float:
        """From 0 up to 1, always alike for one value, and foreseen by nobody without the index's key."""
        return drawn(kind, value, None if self._options.foreseen else self._blind_index)

    def flush(self) -> None:
        """Commit all new keys and persons in one transaction. Call it before the facts are saved: a key without
        facts is swept, a fact without its key is lost. Raises VaultConflict: decide those tickets again."""
        with self._writing:
            with self._keyring.lock:
                made, noted = dict(self._keyring.pending), self._people.noted.copy()
            if not (made or noted.links or noted.renewed):
                return
            with self._engine.begin() as connection:
                lost = self._keyring.save(connection, made)
                orphaned = self._people.save(connection, noted, self._blind_index)
            with self._keyring.lock:
                self._keyring.saved(made, lost)
                self._people.noted.subtract(noted)
            if lost or orphaned:
                raise VaultConflict(lost | orphaned)

    def discard(self, ticket_id: UUID) -> None:
        """Forget what was noted for a ticket since the last flush: its request was refused, so nothing of it is kept."""
        with self._keyring.lock:
            self._keyring.pending.pop(ticket_id, None)
            self._people.noted.drop_ticket(ticket_id)

    def erase(self, *ticket_ids: UUID) -> None:
        """Destroy the tickets' keys for good, and their persons unless another living ticket needs them. Approval and
        litigation hold are the caller's business. Give many at once: on SQLite the file is rewritten each time. May be
        repeated. Raises OSError when the register cannot be written (nothing is erased then), TimeoutError when
        traces are left in the files (repeat it then)."""
        if self._register:
            self._register.add(*ticket_ids)
        with self._writing:
            self._upkeep.bury(list(ticket_ids))
            erasing.wipe(self._engine)

    def erased(self, ticket_id: UUID) -> bool:
        """Whether the ticket's key has been destroyed; False for a ticket never heard of."""
        with self._engine.connect() as connection:
            return not erasing.unburied(connection, [ticket_id])

    def never_heard_of(self, tickets: Sequence[UUID]) -> set[UUID]:
        """Those of the tickets for which neither a key is here nor the trace of one that was destroyed."""
        with self._engine.connect() as connection:
            return set(tickets) - erasing.heard_of(connection, tickets)

    def reapply_register(self) -> int:
        """Destroy again what the register names and a restored backup brought back; returns how many tickets."""
        if not self._register:
            return 0
        with self._engine.connect() as connection:
            back = erasing.unburied(connection, self._register.tickets())
        if back:
            with self._writing:
                self._upkeep.bury(back)
                erasing.wipe(self._engine)
        return len(back)

    def restrict(self, ticket_id: UUID) -> None:
        """Store only: kept, opened for nobody but with a `Purpose`."""
        self._upkeep.restrict(ticket_id)

    def oldest_unsettled(self, older_than: datetime) -> datetime | None:
        """When the oldest key was made of those that `sweep_orphans` would ask about; None when there are none."""
        return self._upkeep.oldest_unsettled(older_than)

    def sweep_orphans(self, known: Callable[[Sequence[UUID]], set[UUID]], older_than: datetime) -> int:
        """Destroy keys whose facts never came: `known` says which of some tickets have facts. Choose `older_than`
        well before now, so that a key still waiting for its facts is not taken. Returns how many were destroyed."""
        return self._upkeep.sweep(known, older_than)

    def rotate_master(self, new: MasterKey) -> int:
        """Wrap every key anew, in one transaction; returns how many. Other processes must be restarted with the new
        key. The old one is worthless for the vault from now on, but still opens older backups: destroy it."""
        return self._upkeep.rotate(new.wrapping())

    def _start(self) -> None:
        with self._engine.connect() as connection:
            self._index = load_index(connection, self._keyring.wrapping)
        if self._index:
            self.reapply_register()

    def _key_to_seal(self, ticket_id: UUID) -> SealingKey:
        key = self._keyring.for_sealing(ticket_id)
        if key.restricted:
            raise Restricted
        return key.key

    @property
    def _blind_index(self) -> BlindIndex:
        if self._index is None:
            raise RuntimeError("the vault has no tables yet: call Vault.migrate() first")
        return self._index


def _bound(ticket: UUID, label: str) -> bytes:
    return ticket.bytes + label.encode()
