"""The embedded nats-server: a supervised child that `hotline up` needs no installation for.

The child listens on 127.0.0.1 only, opens no monitoring port, reports to nobody, and writes every message to disk before
it confirms it (`sync_interval: always`). It is started again when it dies, and ends when we end: at `stop()`, and when
this process is killed, by the kernel's parent-death signal (Linux) or, failing that, by the next start, which finds the
left-over server in the pid file.
"""

import fcntl
import subprocess
import threading
import time
from pathlib import Path
from typing import IO

import structlog

from workers.nats_server import (
    NatsServerError,
    answers,
    end_left_over,
    find_binary,
    last_words,
    port_of,
    spawn,
    write_config,
)

log = structlog.get_logger()

READY_WITHIN = 15.0  # seconds; an empty store takes 0.02, a large one has to be read first
STOP_WITHIN = 10.0  # seconds between the request to end and the kill
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds before a dead server is started again; doubled each time
STEADY_AFTER = 30.0  # seconds of life after which the pause is short again


class NatsChild:
    """One nats-server with JetStream under `directory`, which belongs to one running hotline at a time.

    `port` None takes any free port on the first start and keeps it for later ones, so that clients find it again.
    Safe to use from several threads; `start` and `stop` may be called again and do nothing when already so.
    """

    def __init__(self, directory: Path, port: int | None = None) -> None:
        self.directory = directory
        self.restarts = 0
        self._port = port
        self._binary: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._supervisor: threading.Thread | None = None
        self._lock: IO[str] | None = None
        self._guard = threading.RLock()
        self._stopping = threading.Event()
        self._settled = threading.Event()
        self._failure: NatsServerError | None = None

    @property
    def url(self) -> str:
        """`nats://127.0.0.1:port`; RuntimeError before the first start."""
        if self._port is None:
            raise RuntimeError("the nats-server has not been started yet")
        return f"nats://127.0.0.1:{self._port}"

    @property
    def alive(self) -> bool:
        """Whether the server's process runs at this moment."""
        return self.pid is not None

    @property
    def pid(self) -> int | None:
        """The server's process id, None while there is none."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> str:
        """Start the server and return its address once it answers with JetStream on.

        Raises NatsServerError, with the server's own last words, when there is no nats-server on this machine, the port is
        taken, the directory belongs to another running hotline or cannot be written.
        """
        with self._guard:
            if self._supervisor is not None:
                return self.url
            self._binary = find_binary()
            self._lock = _claim(self.directory)
            self._stopping.clear()
            self._settled.clear()
            self._failure = None
            # The parent-death signal is tied to the thread that starts the child: this one lives as long as the child.
            self._supervisor = threading.Thread(target=self._supervise, name="nats-server", daemon=True)
            self._supervisor.start()
            if failure := self._first_failure():
                self.stop()
                raise failure
            return self.url

    def stop(self) -> None:
        """End the server and return when it is gone."""
        with self._guard:
            if self._supervisor is None:
                return
            self._stopping.set()
            self._supervisor.join()
            self._supervisor = None
            if self._lock is not None:
                self._lock.close()
                self._lock = None

    def _first_failure(self) -> NatsServerError | None:
        """Wait until the first start has gone well (None) or not."""
        self._settled.wait()
        return self._failure

    def _supervise(self) -> None:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            born = time.monotonic()
            try:
                self._run_once()
            except (NatsServerError, OSError) as error:
                if not self._settled.is_set():  # the first start: its caller is told instead of kept waiting
                    self._failure = NatsServerError(str(error))
                    self._settled.set()
                    return
            if time.monotonic() - born > STEADY_AFTER:
                pause = FIRST_PAUSE
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, LONGEST_PAUSE)
            self.restarts += 1
            log.warning("nats_server_started_again", restarts=self.restarts)

    def _run_once(self) -> None:
        """One life of the server, from its start to its end; ends it when asked to stop."""
        assert self._binary is not None
        end_left_over(self.directory)
        config = write_config(self.directory, self._port)
        self._process = process = spawn(self._binary, config)
        try:
            self._await_ready(process)
            self._settled.set()
            while process.poll() is None and not self._stopping.wait(0.05):
                pass
        finally:
            _end(process)

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + READY_WITHIN
        while process.poll() is None and time.monotonic() < end and not self._stopping.is_set():
            port = port_of(self.directory, process.pid)
            if port is not None and answers(port):
                self._port = port
                return
            time.sleep(0.01)
        if not self._stopping.is_set():
            raise NatsServerError(f"nats-server did not come up: {last_words(self.directory)}")


def _claim(directory: Path) -> IO[str]:
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = open(directory / "owner.lock", "w")  # noqa: SIM115 - held open: closing it gives the directory up
    except OSError as error:
        raise NatsServerError(f"The nats-server needs a directory it can write to: {error}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise NatsServerError(
            f"{directory} belongs to a hotline that is running. Stop that one, or give this one another directory."
        ) from None
    return lock


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
