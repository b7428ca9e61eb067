"""Keys and callers for very many tickets, written as the vault writes them but all at once.

The vault asks before it makes a key or a caller, which is right and costs two questions each: minutes for a large city.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.sql import SQL, Identifier

from hotline.sealing import SealingKey
from hotline.vault import MasterKey
from hotline.vault.identity import Identity
from hotline.vault.tables import keys, links, lookups, persons
from workers.compose import House

_TABLES = (keys, persons, lookups, links)


class Keys:
    """Rows for an empty vault, in memory until ``write``."""

    def __init__(self, house: House) -> None:
        self._blind, self._url = house.vault.blind, house.settings.vault
        self._wrapping = MasterKey.load(house.settings.master_key_file).wrapping()
        self._now = datetime.now(UTC)
        self._keys: dict[UUID, SealingKey] = {}
        self._rows: dict[str, list[Sequence[Any]]] = {table.name: [] for table in _TABLES}

    def ticket(self, ticket: UUID) -> None:
        """Make a ticket's key."""
        self._keys[ticket] = key = SealingKey.fresh()
        self._note(keys.name, ticket, key.sealed_by(self._wrapping, ticket.bytes, "A"), False, True, self._now)

    def caller(self, one: Identity) -> None:
        """Write a person down."""
        key, bound = SealingKey.fresh(), one.person_id.bytes
        sealed = key.seal(one.to_bytes(), bound)
        self._note(persons.name, one.person_id, key.sealed_by(self._wrapping, bound, "A"), sealed)
        for digest in self._digests(one):
            self._note(lookups.name, digest, one.person_id)

    def called(self, person: UUID, ticket: UUID) -> None:
        self._note(links.name, person, ticket)

    def seal(self, ticket: UUID, label: str, text: str) -> str:
        """What `Vault.seal` does."""
        return self._keys[ticket].seal(text.encode(), ticket.bytes + label.encode())

    def write(self) -> None:
        with psycopg.connect(self._url) as connection:
            for table in _TABLES:
                names = SQL(", ").join(Identifier(column.name) for column in table.columns)
                into = SQL("COPY {} ({}) FROM STDIN").format(Identifier(table.name), names)
                with connection.cursor().copy(into) as rows:
                    for row in self._rows[table.name]:
                        rows.write_row(row)

    def _digests(self, one: Identity) -> Iterable[str]:
        yield self._blind("phone", str(one.phone))
        yield self._blind("name", str(one.name))
        yield self._blind("person", f"{one.phone}\0{one.name}")

    def _note(self, table: str, *row: Any) -> None:
        self._rows[table].append(row)
