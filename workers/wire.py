"""A fact on the bus and back: CloudEvents 1.0 in binary mode, the body the fact's JSON exactly as it is stored.

Nothing personal travels: sealed fields stay sealed, subjects and headers hold names of facts and ids of streams.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote
from uuid import UUID

from eventsourcing.persistence import Notification

from hotline.facts import FactMapper, Recorded
from hotline.store import stamp_of

FACTS = "hotline.fact"
SOURCE = "/hotline"
POSITION = "ce-position"
"""Our own extension attribute: the fact's place in the log."""

_mapper = FactMapper()


class NotAFact(Exception):
    """A message whose headers or body are not those of a fact of ours."""


def subject(topic: str) -> str:
    """`ticket.dispatched` travels as `hotline.fact.ticket.dispatched`."""
    return f"{FACTS}.{topic}"


def headers(stored: Notification) -> dict[str, str]:
    """The message's headers; spaces and what is not ASCII are percent-encoded, which CloudEvents asks for."""
    fact_id = f"{stored.originator_id}:{stored.originator_version}"
    plain = {
        "Nats-Msg-Id": fact_id,
        "ce-specversion": "1.0",
        "ce-id": fact_id,
        "ce-source": SOURCE,
        "ce-type": stored.topic,
        "ce-subject": str(stored.originator_id),
        "ce-time": stamp_of(stored.state).isoformat(),
        POSITION: str(stored.id),
        "content-type": "application/json",
    }
    return {name: quote(value, safe="!#$&'()*+,-./:;<=>?@[]^_`{|}~") for name, value in plain.items()}


def read(given: Mapping[str, Any], body: bytes) -> Recorded:
    """The fact of a message. Raises NotAFact."""
    try:
        stream, _, version = unquote(str(given["ce-id"])).rpartition(":")
        recorded: Recorded = _mapper.to_domain_event(
            Notification(
                originator_id=UUID(stream),
                originator_version=int(version),
                topic=topic_of(given),
                state=body,
                id=position_of(given),
            )
        )
    except Exception as broken:  # noqa: BLE001  # whatever is wrong with it, it is not ours; its content is not told
        raise NotAFact(type(broken).__name__) from None
    return recorded


def topic_of(given: Mapping[str, Any]) -> str:
    """The topic that a message's headers name; empty when they name none."""
    return unquote(str(given.get("ce-type", "")))


def position_of(given: Mapping[str, Any]) -> int:
    """The place in the log that a message's headers name. Raises KeyError, ValueError."""
    return int(str(given[POSITION]))
