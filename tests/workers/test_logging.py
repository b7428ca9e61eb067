"""The log people read: JSON, and nothing of what anybody said."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tests.workers.acting import NAME, PHONE
from workers.logging import configure


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Where the log goes; everything is put back afterwards."""
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    stream = io.StringIO()
    configure("info", to=stream)
    yield stream
    configure()
    root.handlers[:], root.level = handlers, level
    structlog.configure(**before)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_its_correlation(written: io.StringIO) -> None:
    """Each line is one JSON object that carries the correlation id bound around it."""
    with structlog.contextvars.bound_contextvars(correlation_id="c-1"):
        structlog.get_logger("x").info("answered", status=200)
    (line,) = lines(written)
    assert (line["event"], line["status"], line["correlation_id"], line["level"]) == ("answered", 200, "c-1", "info")


@pytest.mark.parametrize("ours", [True, False])
def test_a_fault_tells_its_place_and_no_words(written: io.StringIO, ours: bool) -> None:
    """A traceback holds types and places; neither local variables nor the exception's text, ours or a library's."""

    def fails(caller: str) -> None:
        number = PHONE
        raise ValueError(f"{caller} {number}")

    try:
        fails(NAME)
    except ValueError:
        if ours:
            structlog.get_logger("x").exception("failed")
        else:
            logging.getLogger("library").exception("failed")
    text = written.getvalue()
    assert "ValueError" in text
    assert "fails" in text
    assert NAME not in text
    assert PHONE not in text
    assert lines(written)[0]["level"] == "error"


def test_a_line_names_who_writes(written: io.StringIO) -> None:
    """A line bears the name its logger was asked for by, or else the module's, and what is below the level is not written."""
    structlog.get_logger("x").warning("first")
    structlog.get_logger().error("second")
    structlog.get_logger("x").debug("unseen")
    logging.getLogger("library").info("third")
    logging.getLogger("library").debug("unseen")
    assert [line["logger"] for line in lines(written)] == ["x", __name__, "library"]
