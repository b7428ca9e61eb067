"""How fast views are built anew out of the log, in one process on SQLite."""

from __future__ import annotations

import sqlite3
import time
from itertools import islice
from pathlib import Path

from projections.rebuild import rebuild, seldom_collecting
from projections.registry import VIEWS
from projections.view import Views
from tests.bench import log
from tests.bench.figure import Figure, Goal

GOAL = Goal(20_000, at_least=True)


def run(room: Path, facts: Path) -> list[Figure]:
    """Every view by itself, and all of them one after another; beside it what decoding and writing alone would take."""
    house = log.house_in(room / "house", log=facts)
    try:
        began = time.perf_counter()
        with seldom_collecting():
            count = sum(1 for _ in log.read(house.hotline))
        figures = [Figure("Yardstick: decode the log alone", count / (time.perf_counter() - began), "facts/s")]
        figures.append(_bare_rows(room / "bare.db", facts))
        spent = 0.0
        for name, view in VIEWS.items():
            views = Views.open(f"sqlite:///{room / f'{name}.db'}")
            views.migrate()
            used = time.process_time()
            report = rebuild(views, view, house.hotline)
            used = time.process_time() - used
            views.close()
            spent += report.seconds
            figures.append(Figure(f"Rebuild `{name}`", report.rate, "facts/s", GOAL))
            figures.append(Figure(f"… `{name}` by processor time", report.facts / used, "facts/cpu s"))
        figures.append(Figure(f"Rebuild all {len(VIEWS)} views, one after another", count / spent, "facts/s"))
    finally:
        house.close()
    return figures


def _bare_rows(path: Path, facts: Path) -> Figure:
    """As many rows as the log has facts, as long as they are, by `executemany` and a commit for each thousand."""
    source = sqlite3.connect(f"file:{facts}?mode=ro", uri=True)
    rows = source.execute("SELECT originator_id || originator_version, state FROM stored_events").fetchall()
    source.close()
    target = sqlite3.connect(path)
    target.execute("PRAGMA journal_mode=WAL")
    target.execute("PRAGMA synchronous=NORMAL")
    target.execute("CREATE TABLE bare (key TEXT PRIMARY KEY, doc BLOB NOT NULL) WITHOUT ROWID")
    began, rest = time.perf_counter(), iter(rows)
    while batch := list(islice(rest, 1_000)):
        with target:
            target.executemany("INSERT INTO bare VALUES (?, ?)", batch)
    rate = len(rows) / (time.perf_counter() - began)
    target.close()
    return Figure("Yardstick: `executemany` of as many rows alone", rate, "rows/s")
