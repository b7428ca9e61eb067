"""PostgreSQL and nats-server of one run, which are killed, started again, and whose disk can be filled."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

from tests.support.lifetime import die_with_parent
from tests.support.ports import free_port
from tests.support.postgres import find_binaries
from tests.support.postgres_keeper import create_cluster, server_account

SETTINGS = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "64MB", "max_connections": "200",
    "listen_addresses": "127.0.0.1", "max_wal_size": "128MB", "min_wal_size": "32MB",
}  # fmt: skip
"""As a city runs it, only small."""


class Postgres:
    """A private server that a run may kill. What differs from `SETTINGS` is given by name."""

    def __init__(self, home: Path, **settings: str) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise RuntimeError("There is no PostgreSQL here: install Debian's `postgresql`.")
        self.home, self._binaries, self._account = home, binaries, server_account()
        self.port, self._password = free_port(), secrets.token_hex(12)
        self._settings = {**SETTINGS, **settings}
        self._server: subprocess.Popen[bytes] | None = None
        if self._account is not None:
            os.chown(home, self._account.pw_uid, self._account.pw_gid)
        create_cluster(binaries, home, self._password, self._account)
        self.start()
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute("CREATE DATABASE hotline")

    @property
    def admin_url(self) -> str:
        return f"postgresql://postgres:{self._password}@127.0.0.1:{self.port}/postgres"

    def url(self, port: int | None = None) -> str:
        """The hotline's database, straight or through a proxy on `port`."""
        return f"postgresql://postgres:{self._password}@127.0.0.1:{port or self.port}/hotline"

    def database(self, name: str) -> str:
        """Another database on the same server; its URL."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        return self.url().removesuffix("hotline") + name

    @property
    def alive(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def kill(self) -> None:
        """End the server and all its children as a power cut would."""
        if self._server is None:
            return
        family = [self._server.pid, *_children(self._server.pid)]
        for pid in family:
            _kill(pid)
        self._server.wait()

    def start(self, within: float = 60.0) -> None:
        """Start it, again if need be; returns when it answers. Raises RuntimeError when it never does."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if not self.alive:  # for a moment those killed may still hold its memory, and then it does not start
                self._server = self._spawn()
            if self._answers():
                return
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL does not come up; its log is in {self.home}")

    def stop(self) -> None:
        if self._server is not None and self.alive:
            self._server.terminate()
            try:
                self._server.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()

    def _spawn(self) -> subprocess.Popen[bytes]:
        given = {**self._settings, "port": str(self.port), "unix_socket_directories": str(self.home)}
        account = self._account
        with open(self.home.parent / "logs" / "postgres.log", "ab") as log:
            return subprocess.Popen(
                [str(self._binaries / "postgres"), "-D", str(self.home / "data"), *(f"--{k}={v}" for k, v in given.items())],
                cwd=self.home,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent,
            )  # fmt: skip

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


class SmallDisk:
    """A file system of its own for one directory, which can be filled up and freed. Linux, as root."""

    def __init__(self, at: Path, megabytes: int) -> None:
        """Raises CalledProcessError where mounting is not allowed."""
        at.mkdir(parents=True)
        self.at = at
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(at)], check=True, capture_output=True
        )

    def fill(self) -> None:
        with open(self.at / "ballast", "wb", buffering=0) as file:
            for size in (2**20, 2**12, 1):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    continue

    def free(self) -> None:
        (self.at / "ballast").unlink()

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.at)], check=False, capture_output=True)


def _children(of: int) -> list[int]:
    try:
        return [int(pid) for pid in Path(f"/proc/{of}/task/{of}/children").read_text().split()]
    except OSError:
        return []


def _kill(pid: int) -> None:
    try:
        os.kill(pid, 9)
    except ProcessLookupError:
        return
