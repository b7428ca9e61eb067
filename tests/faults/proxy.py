"""A small TCP proxy that can cut a reply in the middle: the caller sees a part of it and then the end of the connection."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

AT_ONCE = 65536
_AT_ONCE_CLOSED = struct.pack("ii", 1, 0)  # SO_LINGER: what is left is thrown away and the other side is told so


class Proxy:
    """Listens on `port` of 127.0.0.1 and passes everything on to another port, until `close`."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._cut_after: int | None = None
        self._lock = threading.Lock()
        self.cuts = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._accept, name=f"proxy {target}", daemon=True).start()

    def cut(self, after: int) -> None:
        """Of the next reply on any connection pass on `after` bytes, then cut that connection."""
        with self._lock:
            self._cut_after = after

    def close(self) -> None:
        self._server.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target), timeout=5)
            except OSError:
                _drop(near)
                continue
            far.settimeout(None)
            for source, sink, reply in ((near, far, False), (far, near, True)):
                threading.Thread(target=self._pump, args=(source, sink, reply), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, reply: bool) -> None:
        try:
            while data := source.recv(AT_ONCE):
                keep = self._taken() if reply else None
                if keep is not None:
                    sink.sendall(data[: min(keep, len(data) - 1)])
                    self.cuts += 1
                    break
                sink.sendall(data)
        except OSError:
            pass
        finally:
            _drop(sink)
            _drop(source)

    def _taken(self) -> int | None:
        if self._cut_after is None:
            return None
        with self._lock:
            after, self._cut_after = self._cut_after, None
            return after


def _drop(side: socket.socket) -> None:
    with contextlib.suppress(OSError):
        side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE_CLOSED)
        side.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        side.close()
