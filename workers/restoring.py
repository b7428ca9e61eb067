"""`hotline restore`: a backup in the place of the stores, when everything about it has been looked at.

Nothing is touched before the archive, its keys and the master key are known to fit. What happened outside the log is
kept where it is at hand: who was told and who saw what is not undone by an older log.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from hotline.vault import MasterKey
from workers import backup_postgres, backup_sqlite
from workers.backup import KEYS, ORDER, Manifest, both, keys_of, opened, take_out
from workers.directory import CannotStart, held
from workers.eraser import NAME as ERASER
from workers.link.ledger import forget as forget_said
from workers.outbox_lost import forget_lost
from workers.settings import Settings

WITNESSES = {"outbox": "outbox_inbox", "access": "access_entries"}
"""Stores that say what happened outside the log, each with a table that holds something once it did."""


@dataclass(frozen=True)
class Restored:
    """What was put in place. `kept` are the stores that were left as they were, `waiting` the messages still to be sent."""

    manifest: Manifest
    kept: tuple[str, ...]
    waiting: int


def restore(settings: Settings, file: Path, *, replace: bool = False) -> Restored:
    """Put a backup in the place of the stores of `settings`; with `replace` also where there is something already.

    Raises CannotStart with what to do; nothing is changed then.
    """
    with opened(file) as (manifest, _), opened(keys_of(file)) as (keys, _):
        if keys.set != manifest.set:
            raise CannotStart(both("other_keys", file=keys_of(file)))
    if manifest.kind != ("sqlite" if settings.embedded else "postgresql"):
        raise CannotStart(both("other_kind", kind=manifest.kind))
    _master_fits(settings, manifest)
    with _to_ourselves(settings):
        if not replace and _lived_in(settings):
            raise CannotStart(both("not_empty"))
        kept = tuple(name for name in WITNESSES if _is_kept(settings, name))
        if settings.embedded:
            _restore_files(settings, file, manifest, kept)
        else:
            _restore_schemas(settings, file, manifest, kept)
        waiting = _settle(settings, kept)
        if settings.embedded:
            backup_sqlite.settled(settings.data)
        return Restored(manifest, kept, waiting)


def _restore_files(settings: Settings, file: Path, manifest: Manifest, kept: tuple[str, ...]) -> None:
    """Each copy beside the store it is for, then all in their place."""
    moves: dict[Path, Path] = {}
    try:
        for name in ORDER:
            if name not in kept:
                store = backup_sqlite.path_of(getattr(settings, name))
                store.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                made = store.with_name(f".{store.name}.restored")
                moves[made] = store
                _take(file, manifest, name, made)
        backup_sqlite.put_in_place(settings.data, moves)
    finally:
        if not backup_sqlite.half_way(settings.data):
            for made in moves:
                made.unlink(missing_ok=True)


def _restore_schemas(settings: Settings, file: Path, manifest: Manifest, kept: tuple[str, ...]) -> None:
    room = Path(mkdtemp(prefix=".restore-", dir=file.parent))
    try:
        copies = {name: (getattr(settings, name), room / name) for name in ORDER if name not in kept}
        for name, (_, made) in copies.items():
            _take(file, manifest, name, made)
        backup_postgres.put_in_place(copies)
    finally:
        for made in room.iterdir():
            made.unlink()
        room.rmdir()


def _take(file: Path, manifest: Manifest, name: str, to: Path) -> None:
    archive = keys_of(file) if name == KEYS else file
    with opened(archive) as (_, tar):
        if not take_out(tar, name, manifest.parts[name], to):
            raise CannotStart(both("damaged", file=archive, part=name))


def _master_fits(settings: Settings, manifest: Manifest) -> None:
    path = settings.master_key_file
    if not path.exists():
        raise CannotStart(both("no_master", path=path))
    if manifest.master not in (None, MasterKey.load(path).fingerprint()):
        raise CannotStart(both("other_master", path=path))


@contextmanager
def _to_ourselves(settings: Settings) -> Iterator[None]:
    if settings.embedded:
        with held(settings.data):
            backup_sqlite.finish(settings.data)
            yield
        return
    from psycopg import OperationalError

    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        sessions = backup_postgres.others(getattr(settings, name) for name in ORDER)
    except OperationalError:
        raise CannotStart(both("no_database")) from None
    if sessions:
        raise CannotStart(both("at_work", sessions=sessions))
    yield


def _lived_in(settings: Settings) -> bool:
    has_rows = backup_sqlite.has_rows if settings.embedded else backup_postgres.has_rows
    try:
        return has_rows(settings.store, "stored_events", "hotline_events") or has_rows(
            settings.accounts, "accounts_users"
        )
    except sqlite3.DatabaseError:
        return True  # what cannot be read was something


def _is_kept(settings: Settings, name: str) -> bool:
    url, table = getattr(settings, name), WITNESSES[name]
    if not settings.embedded:
        return backup_postgres.has_rows(url, table)
    try:
        return backup_sqlite.has_rows(url, table) and backup_sqlite.sound(url)
    except sqlite3.DatabaseError:
        return False


def _settle(settings: Settings, kept: tuple[str, ...]) -> int:
    """Open the house once: the register destroys again what came back, tables that are newer than the backup are made,
    the eraser will go over the whole log, and an outbox that was kept forgets what the log has lost. Returns how many
    messages wait."""
    from workers.compose import build

    house = build(settings)
    try:
        house.outbox.move(ERASER, 0)
        forget_said(house.outbox)
        if "outbox" in kept:
            forget_lost(house.outbox, house.hotline, house.now())
        return house.outbox.count().get("waiting", 0)
    finally:
        house.close()
