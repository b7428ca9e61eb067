"""Copying SQLite stores while they are written to (SQLite's online backup), and putting copies in their place."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from workers.directory import CannotStart

MARK = "restoring.json"
"""In the data directory until copies have been put in place and settled: which ones, so that an interrupted restore can
be ended."""
_BESIDE = ("-wal", "-shm", "-journal")


def path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def copy(name: str, url: str, to: Path) -> Mapping[str, int]:
    """One store as it stands at one moment, in one file; returns how far it goes. Writers are not kept waiting."""
    source = path_of(url)
    if not source.exists():
        raise CannotStart(
            f"找不到 {source}。请确认数据目录（--data）。 / {source} is not there. Check the data directory (--data)."
        )
    with closing(sqlite3.connect(source, timeout=10)) as live, closing(sqlite3.connect(to)) as made:
        live.backup(made)
        made.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        return _positions(name, made)


def has_rows(url: str, *tables: str) -> bool:
    """Whether any of the tables is there and holds something; raises sqlite3.DatabaseError for a file that is broken."""
    if not path_of(url).exists():
        return False
    with closing(sqlite3.connect(path_of(url), timeout=10)) as store:
        known = {row[0] for row in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return any(
            store.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone() is not None
            for table in known.intersection(tables)
        )


def sound(url: str) -> bool:
    """Whether SQLite finds nothing wrong with the file."""
    try:
        with closing(sqlite3.connect(path_of(url), timeout=10)) as store:
            return bool(store.execute("PRAGMA quick_check").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        return False


def put_in_place(data: Path, moves: Mapping[Path, Path]) -> None:
    """Put copies (key) in the place of stores (value), all or, after a crash and `finish`, still all; then call `settled`."""
    _note(data, {str(made): str(store) for made, store in moves.items()})
    finish(data)


def unfinished(data: Path) -> bool:
    """Whether a restore has begun to put copies in place and is not settled."""
    return (data / MARK).exists()


def finish(data: Path) -> bool:
    """Put in place what an interrupted restore had still to; whether there was one."""
    if not unfinished(data):
        return False
    for made, store in _moves(data).items():
        if Path(made).exists():
            for beside in _BESIDE:  # what stands there belongs to the store that goes
                Path(store + beside).unlink(missing_ok=True)
            os.replace(made, store)
            _durable(Path(store).parent)
    _note(data, {})
    return True


def half_way(data: Path) -> bool:
    """Whether there are copies that must still be put in place."""
    return unfinished(data) and bool(_moves(data))


def settled(data: Path) -> None:
    """The restore is over."""
    (data / MARK).unlink(missing_ok=True)
    _durable(data)


def _note(data: Path, moves: Mapping[str, str]) -> None:
    draft = data / f"{MARK}.part"
    with open(draft, "w", encoding="utf-8") as file:
        json.dump(moves, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(data / MARK)
    _durable(data)


def _moves(data: Path) -> dict[str, str]:
    moves: dict[str, str] = json.loads((data / MARK).read_text(encoding="utf-8"))
    return moves


def _positions(name: str, store: sqlite3.Connection) -> dict[str, int]:
    if name == "store":
        return {"log": store.execute("SELECT coalesce(max(rowid), 0) FROM stored_events").fetchone()[0]}
    if name == "views":
        return dict(store.execute("SELECT label, position FROM view_positions").fetchall())
    return {}


def _durable(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
