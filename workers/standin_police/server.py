"""The stand-in's door: `POST /link` for the other platform; `POST /orders`, `GET /log` and `GET /livez` for whoever tests."""

from __future__ import annotations

import json
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError

from workers.standin_police import orders
from workers.standin_police.inbound import receive
from workers.standin_police.matter import No
from workers.standin_police.platform import Platform

LARGEST = 64 * 1024


def server(platform: Platform, secret: str, host: str, port: int) -> ThreadingHTTPServer:
    """The server, bound and not yet started."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:
            body = self.rfile.read(min(LARGEST, int(self.headers.get("Content-Length") or 0)))
            match urlsplit(self.path).path:
                case "/link":
                    self._link(body)
                case "/orders":
                    self._order(body)
                case _:
                    self._answer(404, {"code": "no_such_page"})

        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            match asked.path:
                case "/livez":
                    self._answer(
                        200,
                        {
                            "me": platform.me,
                            "away": platform.away,
                            "owed": platform.unheard,
                            "planned": platform.planned,
                        },
                    )
                case "/log":
                    after = parse_qs(asked.query).get("after", ["0"])[0]
                    self._answer(200, platform.story(int(after) if after.isdigit() else 0))
                case _:
                    self._answer(404, {"code": "no_such_page"})

        def _link(self, body: bytes) -> None:
            if platform.away:
                return self._cut()
            status, answer = receive(platform, secret, {k.lower(): v for k, v in self.headers.items()}, body)
            if status == 200 and platform.loses():
                return self._cut()
            return self._answer(status, answer)

        def _order(self, body: bytes) -> None:
            try:
                self._answer(200, {"handoff_id": platform.order(orders.read(body))})
            except ValidationError as wrong:
                self._answer(
                    422,
                    {
                        "code": "no_such_order",
                        "errors": wrong.errors(include_input=False, include_url=False, include_context=False),
                    },
                )
            except No as no:
                self._answer(409, {"code": no.code})

        def _answer(self, status: int, content: Any) -> None:
            told = json.dumps(content, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def _cut(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing beside the log of our own."""

    made = ThreadingHTTPServer((host, port), Handler)
    made.daemon_threads = True
    return made
