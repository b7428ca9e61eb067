"""What any service of this kind costs on the same server, PostgreSQL and cores: no rules, no accounts, no sealing.

`python -m tests.bench.yardsticks floor|create PORT URL` runs one.  ``floor`` is a bare ASGI application that writes one
row a request, one commit each.  ``create`` is a bare FastAPI endpoint that writes, in one commit, as many rows as large
as the latest create of ours did, into tables of the same shape with the same indexes.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid4

import psycopg
import uvicorn
from fastapi import FastAPI
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.sql import SQL, Identifier, Placeholder

AT_ONCE = 8
"""Connections to PostgreSQL: as many as there are ever clients."""
_OWN = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What in a row is that row's own: digests and ids, in columns and inside a fact."""
_VAULT = ("keys", "persons", "lookups", "links")
_TABLES = ("public.hotline_events", "public.hotline_replies", *(f"hotline_vault.vault_{name}" for name in _VAULT))

Row = Mapping[str, Any]


class Pool:
    """Connections, the one given back last first."""

    def __init__(self, url: str, *, autocommit: bool) -> None:
        self._url, self._autocommit = url, autocommit
        self._free: asyncio.LifoQueue[AsyncConnection[Any]] = asyncio.LifoQueue()

    async def open(self) -> None:
        for _ in range(AT_ONCE):
            self._free.put_nowait(await AsyncConnection.connect(self._url, autocommit=self._autocommit))

    @asynccontextmanager
    async def one(self) -> AsyncIterator[AsyncConnection[Any]]:
        connection = await self._free.get()
        try:
            yield connection
        finally:
            self._free.put_nowait(connection)


def floor(url: str) -> Any:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute("CREATE TABLE IF NOT EXISTS bare_steps (id bigserial PRIMARY KEY, body bytea NOT NULL)")
    pool = Pool(url, autocommit=True)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await pool.open()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        told = b"ready"
        if scope["method"] == "POST":
            body, more = b"", True
            while more:
                message = await receive()
                body, more = body + message["body"], message.get("more_body", False)
            async with pool.one() as connection:
                done = await connection.execute("INSERT INTO bare_steps (body) VALUES (%s) RETURNING id", (body,))
                told = b"%d" % (await done.fetchone())[0]  # type: ignore[index]  # one row was just inserted
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
        await send({"type": "http.response.body", "body": told})

    return app


def create(url: str) -> FastAPI:
    pattern = _latest(url)
    inserts = [(_insert(table, row), row) for table, rows in pattern.items() for row in rows]
    pool = Pool(url, autocommit=False)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await pool.open()
        yield

    app = FastAPI(lifespan=life)

    @app.get("/readyz")
    async def ready() -> dict[str, int]:
        return {table: len(rows) for table, rows in pattern.items()}

    @app.post("/tickets", status_code=201)
    async def ticket(received: dict[str, Any]) -> dict[str, str]:
        drawn: dict[str, str] = {}
        async with pool.one() as connection, connection.transaction():
            for statement, row in inserts:
                await connection.execute(statement, {name: _fresh(value, drawn) for name, value in row.items()})
        return {"number": next(iter(drawn.values()))}

    return app


def _latest(url: str) -> Mapping[str, Sequence[Row]]:
    """The rows that the latest create wrote, by the transactions they were written in; their tables are copied."""
    found = {}
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as admin:
        latest = admin.execute(
            "SELECT stream, xmin::text FROM hotline_replies ORDER BY expires_at DESC LIMIT 1"
        ).fetchone()
        assert latest is not None, "there has been no create yet"
        key = admin.execute("SELECT xmin::text FROM hotline_vault.vault_keys WHERE ticket_id = %s", (latest["stream"],))
        together = [latest["xmin"], *(row["xmin"] for row in key)]
        admin.execute("DROP SCHEMA IF EXISTS bare CASCADE")
        admin.execute("CREATE SCHEMA bare")
        for table in _TABLES:
            name = SQL(".").join(map(Identifier, table.split(".")))
            rows = admin.execute(
                SQL("SELECT * FROM {} WHERE xmin::text = ANY(%s)").format(name), (together,)
            ).fetchall()
            admin.execute(SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(_bare(table), name))
            if table == _TABLES[0]:  # not the numbers of the real log
                admin.execute("CREATE SEQUENCE bare.places")
                admin.execute(
                    "ALTER TABLE bare.hotline_events ALTER notification_id SET DEFAULT nextval('bare.places')"
                )
            found[table] = [{name: value for name, value in row.items() if name != "notification_id"} for row in rows]
    return found


def _insert(table: str, row: Row) -> bytes:
    names, values = SQL(", ").join(map(Identifier, row)), SQL(", ").join(map(Placeholder, row))
    return SQL("INSERT INTO {} ({}) VALUES ({})").format(_bare(table), names, values).as_bytes(None)


def _bare(table: str) -> Identifier:
    return Identifier("bare", table.partition(".")[2])


def _fresh(value: Any, drawn: dict[str, str]) -> Any:
    """The value as another create would have it: ids and digests drawn anew, the same ones alike."""
    if isinstance(value, UUID):
        return UUID(_drawn(str(value), drawn))
    if isinstance(value, bytes):
        return _OWN.sub(lambda found: _drawn(found.group(), drawn), value.decode()).encode()
    return _OWN.sub(lambda found: _drawn(found.group(), drawn), value) if isinstance(value, str) else value


def _drawn(own: str, drawn: dict[str, str]) -> str:
    return drawn.setdefault(own, str(uuid4()) if len(own) == 36 else token_hex(32))


if __name__ == "__main__":
    app = {"floor": floor, "create": create}[sys.argv[1]](sys.argv[3])
    uvicorn.run(app, port=int(sys.argv[2]), log_config=None, access_log=False, server_header=False)
