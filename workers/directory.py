"""What one running hotline has to itself: its data directory and the port it answers on."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workers.settings import Settings


class CannotStart(Exception):
    """The hotline cannot be started; the text says why and what to do."""


@contextmanager
def held(data: Path) -> Iterator[None]:
    """The directory as ours alone for as long as we run. Raises CannotStart when it is another's."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = open(data / "up.lock", "a")  # noqa: SIM115  # held open: closing it gives the directory up
    except OSError as error:
        raise CannotStart(
            f"无法写入数据目录 {data}：{error.strerror}。请换一个目录（--data）。"
            f" / Cannot write to {data}: {error.strerror}. Choose another directory (--data)."
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(
                f"数据目录 {data} 正被另一个热线进程使用。请先停止它，或换一个目录（--data）。"
                f" / {data} belongs to a hotline that is running. Stop it, or choose another directory (--data)."
            ) from None
        yield


@contextmanager
def listening(settings: Settings, port: int | None = None) -> Iterator[socket.socket]:
    """The socket we will answer on, at the web's port or another, taken before anything else is started. Raises CannotStart."""
    port = port or settings.port
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol is named: asyncio sends small packets at once on no other socket, and each answer would wait 40 ms
    # for the other side's delayed acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listen:
        listen.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listen.bind((settings.host, port))
        except OSError as error:
            raise CannotStart(
                f"无法使用 {settings.host}:{port}（{os.strerror(error.errno or 0)}）。请换一个端口（--port 或 --health-port）。"
                f" / Cannot listen on {settings.host}:{port}. Choose another port (--port or --health-port)."
            ) from None
        yield listen
