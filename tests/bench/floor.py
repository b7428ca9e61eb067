"""What any service of this kind costs here: one endpoint, one row a step with its own commit, no rules, no accounts.

`python -m tests.bench.floor PORT FILE` runs it.
"""

from __future__ import annotations

import sqlite3
import sys
from threading import Lock
from typing import Any

import uvicorn
from fastapi import FastAPI


def floor(path: str) -> FastAPI:
    app, pen = FastAPI(), Lock()
    rows = sqlite3.connect(path, check_same_thread=False)
    rows.execute("PRAGMA journal_mode=WAL")
    rows.execute("CREATE TABLE steps (id INTEGER PRIMARY KEY, body TEXT NOT NULL)")

    @app.get("/readyz")
    def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/step")
    def step(body: dict[str, Any]) -> dict[str, int | None]:
        with pen, rows:
            return {"id": rows.execute("INSERT INTO steps (body) VALUES (?)", (str(body),)).lastrowid}

    return app


if __name__ == "__main__":
    uvicorn.run(floor(sys.argv[2]), port=int(sys.argv[1]), access_log=False, log_level="error")
