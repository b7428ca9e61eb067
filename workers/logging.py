"""The log people read: JSON lines with correlation ids. Nothing personal: no values of variables, no request bodies."""

from __future__ import annotations

import logging
import sys
from contextlib import nullcontext
from types import FrameType
from typing import TextIO

import structlog
from pydantic_core import to_json
from structlog.typing import EventDict, Processor

_LEVELS = logging.getLevelNamesMapping()


def configure(level: str = "info", *, to: TextIO | None = None) -> None:
    """Send everything, the libraries' own lines too, to `to` (standard error) as JSON. Call once per process."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,  # correlation_id, traceparent, as the web or a consumer bound them
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Never the local variables: telephone numbers would be among them.
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
        _without_values,
    ]
    # Our own lines go straight to the stream: through the libraries' logging one cost a sixth of a quick answer.
    structlog.configure(
        processors=[structlog.stdlib.add_logger_name, *shared, _JSON],
        logger_factory=lambda *names: _Ours(names[0] if names else _asking()),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = _Ours.out = _Out(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _JSON],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[level.upper()])
    for chatty in ("uvicorn.access", "nats", "sqlalchemy", "eventsourcing", "httpx2"):
        logging.getLogger(chatty).setLevel(logging.ERROR)


class _Out(logging.StreamHandler[TextIO]):
    """Where all lines go, one after the other: to a stream, or to what standard error is at the moment."""

    def __init__(self, to: TextIO | None) -> None:
        logging.Handler.__init__(self)
        self._to = to

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # as logging's own handler of last resort has it
        return self._to or sys.stderr

    def line(self, text: str) -> None:
        with self.lock or nullcontext():
            self.stream.write(text + self.terminator)
            self.stream.flush()


class _Ours:
    """What is behind a logger of ours, whatever the level: those below the wanted one do not come so far."""

    out = _Out(None)

    def __init__(self, name: str) -> None:
        self.name = name

    def msg(self, text: str) -> None:
        self.out.line(text)

    debug = info = warning = error = critical = exception = msg


def _asking() -> str:
    """The module that writes: who asks for a logger without a name has its own."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and (name := frame.f_globals["__name__"]):
        if name != __name__ and name.partition(".")[0] != "structlog":
            return str(name)
        frame = frame.f_back
    return "-"


def _json(event: EventDict, **_: object) -> str:
    return to_json(event, fallback=repr).decode()


_JSON = structlog.processors.JSONRenderer(serializer=_json)


def _without_values(_logger: object, _name: str, event: EventDict) -> EventDict:
    """An exception's own text may quote what somebody wrote: its type and its place are told, its text is not."""
    for told in event.get("exception") or ():
        if isinstance(told, dict):
            told.pop("exc_value", None)
            told.pop("exc_notes", None)
    return event
