"""Persons and enterprises: noted with a ticket, recognised by number and name, found by the blind index."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from threading import RLock
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, Select, exists, select, update

from hotline.databases import insert_new, looking
from hotline.sealing import CipherName, SealingKey
from hotline.vault.errors import Restricted
from hotline.vault.identity import Identity, PersonId
from hotline.vault.index import BlindIndex
from hotline.vault.phones import normalise_name
from hotline.vault.tables import chunks, keys, links, lookups, persons


@dataclass
class Noted:
    """What was said on the line and is not committed yet."""

    fresh: dict[PersonId, Identity] = field(default_factory=dict)
    renewed: dict[PersonId, Identity] = field(default_factory=dict)
    matches: dict[str, PersonId] = field(default_factory=dict)
    links: set[tuple[PersonId, UUID]] = field(default_factory=set)

    def copy(self) -> "Noted":
        return Noted(dict(self.fresh), dict(self.renewed), dict(self.matches), set(self.links))

    def drop_ticket(self, ticket: UUID) -> None:
        """Forget what was noted for that ticket, and persons noted for no other."""
        self.links = {link for link in self.links if link[1] != ticket}
        self._keep_persons({person for person, _ in self.links})

    def subtract(self, done: "Noted") -> None:
        """What has been committed is no longer pending."""
        for pending, written in ((self.fresh, done.fresh), (self.renewed, done.renewed)):
            for person, identity in written.items():
                if pending.get(person) is identity:
                    del pending[person]
        self.links -= done.links
        self.matches = {digest: person for digest, person in self.matches.items() if person in self.fresh}

    def _keep_persons(self, living: set[PersonId]) -> None:
        self.fresh = {person: identity for person, identity in self.fresh.items() if person in living}
        self.matches = {digest: person for digest, person in self.matches.items() if person in living}


class People:
    """The table of persons; `noted` waits for `Vault.flush`."""

    def __init__(self, engine: Engine, wrapping: SealingKey, cipher: CipherName, lock: RLock) -> None:
        self.noted = Noted()
        self.wrapping = wrapping
        self._engine, self._cipher, self._lock = engine, cipher, lock

    def note(self, given: Identity, ticket: UUID, index: BlindIndex) -> PersonId:
        """The id of that caller: the one already known under this number and name, or a new one."""
        match = index.person(given.phone, given.name) if given.phone else None
        with self._lock:
            known = self._recognise(match) if match else None
            if known is None:
                person = given.person_id
                self.noted.fresh[person] = given
                if match:
                    self.noted.matches[match] = person
            else:
                person = known.person_id
                if given.id_number and given.id_number != known.id_number:
                    changed = self.noted.fresh if person in self.noted.fresh else self.noted.renewed
                    changed[person] = replace(known, id_number=given.id_number)
            self.noted.links.add((person, ticket))
        return person

    def identities(self, ids: Iterable[PersonId], *, store_only: bool = False) -> dict[PersonId, Identity]:
        """Who they are; erased persons are left out, and so are restricted ones unless `store_only`."""
        wanted = set(ids)
        with self._lock:
            found = {person: self.noted.fresh[person] for person in wanted & set(self.noted.fresh)}
        for some in chunks(wanted - set(found)):
            query = select(persons).where(persons.c.person_id.in_(some))
            found |= self._read(query if store_only else query.where(_in_use(persons.c.person_id)))
        return found

    def identity(self, person: PersonId, *, store_only: bool = False) -> Identity | None:
        """Who it is, or None when erased. Raises Restricted."""
        found = self.identities([person], store_only=store_only).get(person)
        if found is None and not store_only and self.identities([person], store_only=True):
            raise Restricted
        return found

    def find(self, digest: str) -> list[PersonId]:
        """Persons under that digest whose data may be used."""
        query = select(lookups.c.person_id).where(lookups.c.digest == digest, _in_use(lookups.c.person_id))
        with looking(self._engine) as connection:
            return list(connection.scalars(query.order_by(lookups.c.person_id)))

    def tickets_of(self, ids: Sequence[PersonId]) -> list[UUID]:
        """Their tickets, newest first."""
        query = select(keys.c.ticket_id).where(
            keys.c.ticket_id.in_(select(links.c.ticket_id).where(links.c.person_id.in_(list(ids))))
        )
        with looking(self._engine) as connection:
            return list(connection.scalars(query.order_by(keys.c.created_at.desc(), keys.c.ticket_id)))

    def save(self, connection: Connection, noted: Noted, index: BlindIndex) -> set[UUID]:
        """Write what was noted; returns tickets whose caller has been erased by somebody meanwhile."""
        rows = [{"person_id": person, **self._locked(identity)} for person, identity in noted.fresh.items()]
        insert_new(connection, persons, rows, persons.c.person_id)
        for person, identity in noted.renewed.items():
            connection.execute(update(persons).where(persons.c.person_id == person).values(**self._locked(identity)))
        found_by = [
            {"digest": digest, "person_id": person}
            for person, identity in noted.fresh.items()
            for digest in _digests(identity, index)
        ]
        insert_new(connection, lookups, found_by, lookups.c.person_id)
        mentioned = {person for person, _ in noted.links}
        alive: set[PersonId] = set()
        for some in chunks(mentioned):
            # Shared lock: an erasure in another process waits, or is seen here.
            alive |= set(
                connection.scalars(
                    select(persons.c.person_id).where(persons.c.person_id.in_(some)).with_for_update(read=True)
                )
            )
        kept = [{"person_id": person, "ticket_id": ticket} for person, ticket in noted.links if person in alive]
        insert_new(connection, links, kept, links.c.ticket_id)
        return {ticket for person, ticket in noted.links if person not in alive}

    def _recognise(self, match: str) -> Identity | None:
        waiting = self.noted.matches.get(match)
        if waiting:
            return self.noted.fresh[waiting]
        query = select(persons).where(
            persons.c.person_id.in_(select(lookups.c.person_id).where(lookups.c.digest == match))
        )
        known = self._read(query.order_by(persons.c.person_id).limit(1))
        return next((self.noted.renewed.get(person, identity) for person, identity in known.items()), None)

    def _locked(self, identity: Identity) -> dict[str, str]:
        key, bound = SealingKey.fresh(), identity.person_id.bytes
        return {
            "wrapped": key.sealed_by(self.wrapping, bound, self._cipher),
            "sealed": key.seal(identity.to_bytes(), bound, self._cipher),
        }

    def _read(self, query: Select[Any]) -> dict[PersonId, Identity]:
        with looking(self._engine) as connection:
            rows = connection.execute(query).all()
        found = {}
        for person, wrapped, sealed in rows:
            key = SealingKey.unwrap(wrapped, self.wrapping, person.bytes)
            found[person] = Identity.from_bytes(person, key.open(sealed, person.bytes))
        return found


def new_person_id() -> PersonId:
    """Random on purpose: an id computed from the caller would tie an erased ticket to his next call."""
    return uuid4()


def _digests(identity: Identity, index: BlindIndex) -> list[str]:
    found = []
    if identity.phone:
        found += [index.digest("phone", identity.phone), index.person(identity.phone, identity.name)]
    if identity.name and normalise_name(identity.name):
        found.append(index.digest("name", identity.name))
    return found


def _in_use(person: Any) -> Any:
    """At least one ticket of that person is not in its store-only stage."""
    return exists().where(
        links.c.person_id == person, keys.c.ticket_id == links.c.ticket_id, keys.c.restricted.is_(False)
    )
