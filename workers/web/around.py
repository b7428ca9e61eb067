"""What surrounds every request: a correlation id, a limit to its body, one line in the log, figures,
safe headers, and a net for faults.

Neither the address nor a query nor a body is logged, only the route's template: addresses hold ticket numbers.
"""

from __future__ import annotations

import re
import time
import traceback
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hotline.ticket.attaching import LARGEST
from workers.web.errors import Problem, answer
from workers.web.uploads import too_large

log = structlog.get_logger("web")
_ID = re.compile(r"[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}")
_TRACE = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")

API = "/api/v1"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""What is told apart in figures and log; each label is kept for ever."""
BODY_LIMIT = 256 * 1024
READ_LIMIT = 4 * LARGEST
"""Of a file that is too large so much is read and thrown away, so that its sender hears why (uploads.py)."""
SAFE = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_REQUEST_ID = b"x-request-id"
_SAFE = [(name.lower().encode(), value.encode()) for name, value in SAFE.items()]
_SAFE_API = [*_SAFE, (b"cache-control", b"no-store")]


class Around:
    """Outermost layer of the application (pure ASGI, so that streams pass through unbuffered)."""

    def __init__(self, app: ASGIApp, registry: CollectorRegistry) -> None:
        self.app = app
        names = ("method", "route", "status")
        self._count = Counter("hotline_http_requests", "Requests answered", names, registry=registry)
        self._seconds = Histogram("hotline_http_seconds", "Time to answer", ("route",), registry=registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        correlation = scope["correlation"] = correlation_of(Headers(scope=scope))
        status, api = 0, scope["path"].startswith("/api/")

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                told = [pair for pair in message["headers"] if pair[0] != _REQUEST_ID]
                names = {name for name, _ in told}
                message["headers"] = [
                    *told,
                    (_REQUEST_ID, correlation.encode()),
                    *(pair for pair in (_SAFE_API if api else _SAFE) if pair[0] not in names),
                ]
            await send(message)

        received, upload = 0, scope["path"].endswith("/attachments")

        async def within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > (READ_LIMIT if upload else BODY_LIMIT):
                raise too_large() if upload else HTTPException(413)
            return message

        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(correlation_id=correlation):
            try:
                await self.app(scope, within_limit, sent)
            except Exception as fault:  # the net: whatever it is, the caller gets a problem and no details
                log.error("fault", kind=type(fault).__name__, at=_places(fault))
                if status:
                    raise
                await answer(Request(scope), Problem("internal"))(scope, receive, sent)
            self._note(scope, status, time.perf_counter() - began)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        template = route_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "-"  # whatever else was typed by anybody
        self._count.labels(method, template, str(status)).inc()
        self._seconds.labels(template).observe(seconds)
        log.info(
            "answered",
            method=method,
            route=template,
            status=status,
            ms=round(seconds * 1000, 1),
            actor=scope.get("actor_id"),
            code=scope.get("problem_code"),
        )


def correlation_of(headers: Headers) -> str:
    """The id that ties a request to its facts: the trace's, the caller's if it is a UUID, else a new one.  Nothing
    else is taken over: whatever stands here goes into logs and facts."""
    trace = _TRACE.fullmatch(headers.get("traceparent", ""))
    if trace is not None:
        return trace.group(1)
    given = headers.get("x-request-id", "")
    return given if _ID.fullmatch(given) else str(uuid4())


def route_of(scope: Scope) -> str:
    """The route's template, such as ``/api/v1/tickets/{number}``; all that fit none are one."""
    if scope.get("endpoint") is None or "path_params" not in scope:
        return "-"
    if scope["path"].startswith("/static/"):
        return "/static"  # whatever follows was typed by anybody
    names = {str(value): f"{{{name}}}" for name, value in scope["path_params"].items()}
    return "/".join(names.get(step, step) for step in scope["path"].split("/"))


def _places(fault: BaseException) -> list[str]:
    """Where it happened, without what was there: messages and values can hold what a citizen said."""
    frames = traceback.extract_tb(fault.__traceback__)[-8:]
    return [f"{frame.filename.rsplit('/', 2)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
