"""What comes over the wire before there is a request."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests.support.watching import eventually
from workers.heads import HEAD_LIMIT, Heads

Talk = Callable[[bytes], bytes]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers how much body came."""
    await PlainTextResponse(str(len(await Request(scope, receive).body())))(scope, receive, send)


@pytest.fixture
def talk() -> Iterator[Talk]:
    """Say something on a connection of its own, in pieces; everything answered until the other side hangs up."""
    listen = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, http=Heads, ws="none", lifespan="off", log_config=None))
    thread = Thread(target=server.run, args=([listen],))
    thread.start()
    eventually(lambda: server.started)

    def say(words: bytes) -> bytes:
        heard = b""
        with socket.create_connection(listen.getsockname(), timeout=20) as line:
            with suppress(ConnectionError):  # hung up on in the middle
                for start in range(0, len(words), 1000):
                    line.sendall(words[start : start + 1000])
            with suppress(ConnectionError):
                while some := line.recv(65536):
                    heard += some
        return heard

    yield say
    server.should_exit = True
    thread.join()
    listen.close()


def test_a_head_that_never_ends(talk: Talk) -> None:
    """Whoever sends more headers, one header longer, or more behind a body than there may be is hung up on, and none of it is taken for a request."""
    much = b"x" * HEAD_LIMIT * 16
    for endless in (
        b"GET / HTTP/1.1\r\nHost: h\r\nX: " + much,
        b"GET /" + much,
        b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * (HEAD_LIMIT * 3),
        b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: " + much,
    ):
        heard = talk(endless)
        assert not heard or heard.startswith(b"HTTP/1.1 400 ")


def test_what_is_complete_may_be_long(talk: Talk) -> None:
    """A head below the limit, a long body after it and many requests on one connection are answered."""
    head = b"POST / HTTP/1.1\r\nHost: h\r\nX: " + b"x" * (HEAD_LIMIT // 2) + b"\r\nContent-Length: 200000\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

    heard = talk((head + b"b" * 200_000) * 3 + last)

    assert heard.count(b"HTTP/1.1 200 OK") == 4
    assert heard.count(b"\r\n\r\n200000") == 3
