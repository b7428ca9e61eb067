"""Keeps one private PostgreSQL for one test run: `python -m tests.support.postgres_keeper OWNER SHARED BINARIES`.

A process of its own, because the workers of a run come and go. It waits for the run's owner to end, or for SIGTERM, then
stops the server and removes the run's directory. Should it be killed itself, the kernel tells the server to stop.
"""

import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg

from tests.support.lifetime import die_with_parent, wait_for_end
from tests.support.ports import free_port

# No fsync: these data live for one run. The rest is small so that 2 cores and many databases get along.
SETTINGS = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB",
    "max_connections": "200", "listen_addresses": "127.0.0.1", "autovacuum": "off",
}  # fmt: skip


def keep(owner: int, shared: Path, binaries: Path) -> None:
    """Start the server, write its address and this process's id to `postgres.json`, stay until the owner has ended."""
    account = server_account()
    home = shared / "postgres"
    home.mkdir()
    _allow(account, home)
    password = secrets.token_urlsafe(16)
    create_cluster(binaries, home, password, account)
    server, url = _start(binaries, home, password, account)
    finished = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: finished.set())
    note = shared / "postgres.json.new"
    note.write_text(json.dumps({"url": url, "keeper": os.getpid()}))
    note.chmod(0o600)
    note.rename(shared / "postgres.json")
    threading.Thread(target=_tell_end, args=(owner, finished), daemon=True).start()
    finished.wait()
    server.send_signal(signal.SIGQUIT)  # at once: nobody wants these data
    server.wait(timeout=15)
    shutil.rmtree(home, ignore_errors=True)
    if not Path(f"/proc/{owner}").exists():
        shutil.rmtree(shared, ignore_errors=True)


def _tell_end(owner: int, finished: threading.Event) -> None:
    wait_for_end(owner)
    finished.set()


def server_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then it runs as Debian's `postgres`, or as `nobody` where only the wheel is."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _allow(account: pwd.struct_passwd | None, path: Path) -> None:
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def create_cluster(binaries: Path, home: Path, password: str, account: pwd.struct_passwd | None) -> None:
    secret = home / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    _allow(account, secret)
    command = [
        str(binaries / "initdb"), "-D", str(home / "data"), "-U", "postgres", "-A", "scram-sha-256",
        f"--pwfile={secret}", "-E", "UTF8", "--no-locale", "--no-sync",
    ]  # fmt: skip
    user = account.pw_uid if account else None
    group = account.pw_gid if account else None
    quiet = subprocess.DEVNULL
    subprocess.run(
        command, check=True, cwd=home, user=user, group=group, extra_groups=[] if account else None, stdout=quiet
    )
    secret.unlink()


def _start(
    binaries: Path, home: Path, password: str, account: pwd.struct_passwd | None
) -> tuple[subprocess.Popen[bytes], str]:
    for _ in range(5):  # somebody may take the port between our look and the server's bind
        port = free_port()
        settings = {**SETTINGS, "port": str(port), "unix_socket_directories": str(home)}
        server = subprocess.Popen(
            [str(binaries / "postgres"), "-D", str(home / "data"), *(f"--{k}={v}" for k, v in settings.items())],
            cwd=home,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=lambda: die_with_parent(signal.SIGQUIT),
        )
        url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
        if _answers(server, url):
            return server, url
    raise RuntimeError("PostgreSQL did not come up; its own words stand above")


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    end = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < end:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return True
    return False


if __name__ == "__main__":
    keep(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
