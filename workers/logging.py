"""The log people read: JSON lines with correlation ids. Nothing personal: no values of variables, no request bodies."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog
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
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS[level.upper()])
    for chatty in ("uvicorn.access", "nats", "sqlalchemy", "eventsourcing", "httpx2"):
        logging.getLogger(chatty).setLevel(logging.ERROR)


def _without_values(_logger: object, _name: str, event: EventDict) -> EventDict:
    """An exception's own text may quote what somebody wrote: its type and its place are told, its text is not."""
    for told in event.get("exception") or ():
        if isinstance(told, dict):
            told.pop("exc_value", None)
            told.pop("exc_notes", None)
    return event
