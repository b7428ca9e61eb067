"""The stand-in's own log: rows that are only ever added, on the disk before anybody is told of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_TABLES = """
CREATE TABLE IF NOT EXISTS log (
    position INTEGER PRIMARY KEY, write INTEGER NOT NULL, at TEXT NOT NULL, matter TEXT NOT NULL, what TEXT NOT NULL, content TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS no_change BEFORE UPDATE ON log BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;
CREATE TRIGGER IF NOT EXISTS no_loss BEFORE DELETE ON log BEGIN SELECT RAISE(ABORT, 'the log is only added to'); END;
"""


@dataclass(frozen=True, slots=True)
class New:
    """A row to be: `matter` is a hand-off's id, or empty for what is about the whole platform."""

    matter: str
    what: str
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it stands; positions begin with 1 and have no gaps. Rows of one `write` became true at once."""

    position: int
    write: int
    at: datetime
    matter: str
    what: str
    content: dict[str, Any]


class Log:
    """One file. Its user sees to it that one thread at a time adds."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "locking_mode=EXCLUSIVE"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_TABLES)

    def rows(self) -> list[Row]:
        """All of it, in order."""
        found = self._db.execute("SELECT position, write, at, matter, what, content FROM log ORDER BY position")
        return [Row(p, of, datetime.fromisoformat(at), m, w, json.loads(c)) for p, of, at, m, w, c in found]

    def add(self, at: datetime, news: Sequence[New]) -> list[Row]:
        """Add these rows, all or none, and return them once they are on the disk."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            (last,) = self._db.execute("SELECT coalesce(max(position), 0) FROM log").fetchone()
            made = [Row(last + n, last + 1, at, new.matter, new.what, new.content) for n, new in enumerate(news, 1)]
            values = [
                (r.position, r.write, at.isoformat(), r.matter, r.what, json.dumps(r.content, ensure_ascii=False))
                for r in made
            ]
            self._db.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", values)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        return made

    def close(self) -> None:
        self._db.close()
