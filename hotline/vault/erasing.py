"""Destroying and re-wrapping, as statements on one open transaction; `Vault` decides when."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Engine, Table, delete, insert, literal, select, update

from hotline.databases import insert_new
from hotline.sealing import CipherName, SealingKey
from hotline.vault.tables import changes, chunks, keys, links, lookups, persons


def destroy(connection: Connection, tickets: list[UUID]) -> None:
    """Delete the tickets' keys, and the persons no other ticket uses, with all that finds them."""
    callers = select(links.c.person_id).where(links.c.ticket_id.in_(tickets))
    # The lock makes a process that is just linking such a person to a new ticket wait for the outcome.
    touched = set(
        connection.scalars(select(persons.c.person_id).where(persons.c.person_id.in_(callers)).with_for_update())
    )
    connection.execute(delete(links).where(links.c.ticket_id.in_(tickets)))
    for some in chunks(touched):
        living = set(connection.scalars(select(links.c.person_id).where(links.c.person_id.in_(some))))
        gone = [person for person in some if person not in living]
        connection.execute(delete(lookups).where(lookups.c.person_id.in_(gone)))
        connection.execute(delete(persons).where(persons.c.person_id.in_(gone)))
    connection.execute(delete(keys).where(keys.c.ticket_id.in_(tickets)))


def bury(connection: Connection, tickets: list[UUID], at: datetime) -> None:
    """Destroy, and leave a tombstone so that no key is ever made for these tickets again."""
    destroy(connection, tickets)
    rows = [
        {"ticket_id": ticket, "wrapped": None, "restricted": False, "settled": True, "created_at": at}
        for ticket in tickets
    ]
    insert_new(connection, keys, rows, keys.c.ticket_id)


def unburied(connection: Connection, tickets: Iterable[UUID]) -> list[UUID]:
    """Those of the tickets that have no tombstone."""
    found: list[UUID] = []
    for some in chunks(tickets):
        buried = set(
            connection.scalars(select(keys.c.ticket_id).where(keys.c.ticket_id.in_(some), keys.c.wrapped.is_(None)))
        )
        found += [ticket for ticket in some if ticket not in buried]
    return found


def heard_of(connection: Connection, tickets: Iterable[UUID]) -> set[UUID]:
    """Those of the tickets that have a key or a tombstone."""
    found: set[UUID] = set()
    for some in chunks(tickets):
        found |= set(connection.scalars(select(keys.c.ticket_id).where(keys.c.ticket_id.in_(some))))
    return found


def settle(connection: Connection, asked: list[UUID], orphans: list[UUID]) -> None:
    """Destroy the keys without facts; the others need not be asked about again."""
    destroy(connection, orphans)
    connection.execute(update(keys).where(keys.c.ticket_id.in_(asked)).values(settled=True))


def count_change(connection: Connection) -> int:
    """Tell every process to drop its cached keys; returns the new number."""
    raised = update(changes).values(count=changes.c.count + 1).returning(changes.c.count)
    return int(connection.execute(raised).scalar_one())


def begin_counting(connection: Connection) -> None:
    """The row that `count_change` raises."""
    if connection.scalar(select(changes.c.count)) is None:
        connection.execute(insert(changes).values(id=1, count=0))


def wipe(engine: Engine) -> None:
    """Clear what deleting leaves behind in the files. Repeating it is harmless; raises TimeoutError."""
    if engine.dialect.name != "sqlite":
        # Dead rows go with VACUUM; bytes in WAL archives and backups go only by expiry, or by rotating the master key.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in (keys, persons, lookups, links):
                connection.exec_driver_sql(f"VACUUM {table.name}")
        return
    with engine.connect() as connection:
        # secure_delete zeroes cells, not the copies that page splits left in free space: rewrite the file.
        connection.exec_driver_sql("VACUUM")
        busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    if busy:
        raise TimeoutError(
            "数据已删除，但另一进程仍在读取保险库，日志文件尚未清空，请再执行一次删除。"
            "The data are erased, but another process still reads the vault and its journal is not yet emptied: "
            "run the erasure once more."
        )


def rewrap(connection: Connection, old: SealingKey, new: SealingKey, cipher: CipherName) -> int:
    """Every wrapped key, wrapped by the new master key instead; returns how many."""
    count = 0
    for table, column in ((keys, keys.c.ticket_id), (persons, persons.c.person_id)):
        for rows in _pages(connection, table, column):
            for owner, wrapped in rows:
                if wrapped:
                    again = SealingKey.unwrap(wrapped, old, owner.bytes).sealed_by(new, owner.bytes, cipher)
                    connection.execute(update(table).where(column == owner).values(wrapped=again))
                    count += 1
    return count


def _pages(connection: Connection, table: Table, column: Column[UUID]) -> Iterator[list[Any]]:
    after: UUID | None = None
    while True:
        query = select(column, table.c.wrapped).where(column > after if after else literal(True))
        rows = list(connection.execute(query.order_by(column).limit(1000)))
        if not rows:
            return
        yield rows
        after = rows[-1][0]
