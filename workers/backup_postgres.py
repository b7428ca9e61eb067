"""Copying PostgreSQL stores with PostgreSQL's own tools, and putting copies back in one transaction for each database.

`pg_dump` and `pg_restore` must be of the server's major or newer. Passwords go through the environment, never through the
arguments, which everybody on the machine can read.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from workers.directory import CannotStart

_LOG = "hotline_"
"""How the log's tables begin; it may share its schema with tables that are not ours."""
_VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


def copy(name: str, url: str, to: Path) -> Mapping[str, int]:
    """One store as it stands at one moment; returns how far it goes."""
    with closing(_connect(url)) as look:
        look.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        (snapshot,) = look.execute("SELECT pg_export_snapshot()").fetchone()
        schema, tables = schema_of(url), tables_of(look, name, url)
        if not tables:
            raise CannotStart(
                f"没有 {name} 的数据表，请先运行 hotline migrate。 / There are no tables of {name}: run `hotline migrate` first."
            )
        wanted = [f"--table={_quoted(schema)}.{_quoted(table)}" for table in tables]
        run(url, "pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={to}", *wanted)
        return _positions(name, look)


def put_in_place(copies: Mapping[str, tuple[str, Path]]) -> None:
    """Put copies (store's name → address, file) in the place of the stores: all of one database or none."""
    databases: dict[str, list[str]] = {}
    for name, (url, _) in copies.items():
        databases.setdefault(_place(url), []).append(name)
    with TemporaryDirectory(prefix="hotline-restore-") as room:
        for names in databases.values():
            url = copies[names[0]][0]
            script = Path(room) / "script.sql"
            with open(script, "w", encoding="utf-8") as out:
                os.fchmod(out.fileno(), 0o600)
                for name in names:
                    out.write(_clearing(name, copies[name][0]))
                    out.flush()
                    _unpack(copies[name][1], out)
            run(url, "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction",
                f"--file={script}", "--output=/dev/null")  # fmt: skip
            script.unlink()


def has_rows(url: str, *tables: str) -> bool:
    """Whether any of the tables is there and holds something."""
    with closing(_connect(url)) as look:
        for table in tables:
            full = f"{_quoted(schema_of(url))}.{_quoted(table)}"
            (there,) = look.execute("SELECT to_regclass(%s)", (full,)).fetchone()
            if there is not None and look.execute(f"SELECT 1 FROM {full} LIMIT 1").fetchone() is not None:
                return True
    return False


def others(urls: Iterable[str]) -> int:
    """How many sessions of other processes are open on these databases."""
    found = 0
    for url in {_place(url): url for url in urls}.values():
        with closing(_connect(url)) as look:
            (some,) = look.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            ).fetchone()
            found += some
    return found


def run(url: str, *command: str) -> None:
    """Run one of PostgreSQL's tools against a database. Raises CannotStart with its last words."""
    try:
        done = subprocess.run(
            command, env=_environment(url), stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise CannotStart(
            f"找不到 {command[0]}，请安装 PostgreSQL 客户端工具。 / {command[0]} is not installed: install PostgreSQL's client tools."
        ) from None
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or [""]
        raise CannotStart(
            f"{command[0]} 未能完成，未作更改：{lines[0][:300]} / {command[0]} failed and nothing was changed: {lines[0][:300]}"
        )


def schema_of(url: str) -> str:
    """The schema a store's tables stand in."""
    from psycopg.conninfo import conninfo_to_dict

    options = str(conninfo_to_dict(url).get("options") or "")
    return options.partition("search_path=")[2].split(",")[0].split(" ")[0] or "public"


def tables_of(look: Any, name: str, url: str) -> list[str]:
    """The tables of a store."""
    found = look.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY tablename", (schema_of(url),)
    ).fetchall()
    return [table for (table,) in found if name != "store" or table.startswith(_LOG)]


def _clearing(name: str, url: str) -> str:
    with closing(_connect(url)) as look:
        schema, tables = _quoted(schema_of(url)), tables_of(look, name, url)
    drops = "".join(f"DROP TABLE {schema}.{_quoted(table)} CASCADE;\n" for table in tables)
    return f"SET lock_timeout = '10s';\nCREATE SCHEMA IF NOT EXISTS {schema};\n{drops}"


def _unpack(file: Path, out: Any) -> None:
    try:
        done = subprocess.run(
            ("pg_restore", "--no-owner", "--no-privileges", "--file=-", str(file)),
            stdout=out, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise CannotStart(
            "找不到 pg_restore，请安装 PostgreSQL 客户端工具。 / pg_restore is not installed: install PostgreSQL's client tools."
        ) from None
    if done.returncode:
        raise CannotStart(
            "pg_restore 无法读取备份，未作更改；它可能来自更新的版本。"
            " / pg_restore cannot read the backup and nothing was changed; it may come from a newer version."
        )


def _positions(name: str, look: Any) -> dict[str, int]:
    if name == "store":
        (end,) = look.execute("SELECT coalesce(max(notification_id), 0) FROM hotline_events").fetchone()
        return {"log": end}
    if name == "views":
        return dict(look.execute("SELECT label, position FROM view_positions").fetchall())
    return {}


def _connect(url: str) -> Any:
    import psycopg

    return psycopg.connect(url, autocommit=True, connect_timeout=10)


def _environment(url: str) -> dict[str, str]:
    from psycopg.conninfo import conninfo_to_dict

    given = conninfo_to_dict(url)
    named = {variable: str(given[key]) for key, variable in _VARIABLES.items() if given.get(key) is not None}
    return {**os.environ, **named, "PGOPTIONS": ""}


def _place(url: str) -> str:
    """Which database an address leads to, whatever schema it names."""
    from psycopg.conninfo import conninfo_to_dict

    given = conninfo_to_dict(url)
    return "|".join(str(given.get(key)) for key in ("host", "port", "user", "dbname"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
