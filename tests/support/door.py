"""A TCP proxy that can be shut: as if the network between two programs were down, for as long as a test likes."""

from __future__ import annotations

import contextlib
import socket
import threading


class Door:
    """Listens on `port` of 127.0.0.1 and passes everything on to `target` while it is open."""

    def __init__(self, target: int) -> None:
        self._target, self._open = target, True
        self._through: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, name=f"door to {target}", daemon=True).start()

    def shut(self) -> None:
        """Nothing passes any more, not even what is under way."""
        with self._lock:
            self._open = False
            for side in self._through:
                _end(side)

    def open(self) -> None:
        with self._lock:
            self._open = True

    def close(self) -> None:
        self.shut()
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            far = self._beyond()
            if far is None:
                _end(near)
                continue
            far.settimeout(None)
            with self._lock:
                self._through |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _beyond(self) -> socket.socket | None:
        with contextlib.suppress(OSError):
            return socket.create_connection(("127.0.0.1", self._target), timeout=5) if self._open else None
        return None

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        with self._lock:
            self._through -= {source, sink}
        _end(source)
        _end(sink)


def _end(side: socket.socket) -> None:
    with contextlib.suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        side.close()
