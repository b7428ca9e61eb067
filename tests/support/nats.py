"""A real nats-server with JetStream that a test may kill and start again. It never restarts by itself."""

import subprocess
from pathlib import Path

from tests.support.ports import free_port
from tests.support.watching import eventually
from workers.nats_server import answers, find_binary, last_words, port_of, spawn, write_config


class NatsServer:
    """One server on one port with one store, as long as the object lives."""

    def __init__(self, directory: Path, config: str = "") -> None:
        """`config`: further lines for its configuration."""
        directory.mkdir(parents=True, exist_ok=True)
        self.directory, self._config = directory, config
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.restart()

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL); its store stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def restart(self) -> None:
        """Start it again on the same port and store; it is killed first if it runs. Returns when it answers."""
        self.kill()
        config = write_config(self.directory, self.port)
        with config.open("a", encoding="utf-8") as more:
            more.write(self._config + "\n")
        self._process = process = spawn(find_binary(), config)
        eventually(
            lambda: process.poll() is not None or (port_of(self.directory, process.pid) and answers(self.port)),
            within=15,
            what="the nats-server answers",
        )
        if process.poll() is not None:
            raise RuntimeError(f"nats-server did not start: {last_words(self.directory)}")

    def stop(self) -> None:
        """End it in good order."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(10)
