"""Facts as messages and back."""

from datetime import datetime

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_binary_event, to_binary_event

from hotline.store import stamp_of
from tests.workers.acting import NAME, PHONE, TEXT, closed, receive
from workers.compose import House
from workers.wire import NotAFact, headers, position_of, read, subject


def test_a_fact_comes_back_as_it_went(house: House) -> None:
    """Headers and body of every stored fact give the same recorded fact, with its place in the log."""
    written = receive(house)
    stored = house.hotline.store.select_notifications(0, 10, inclusive_of_start=False)
    assert len(stored) == len(written.facts)
    for one in stored:
        given = headers(one)
        assert read(given, one.state) == house.hotline.facts.to_domain_event(one)
        assert position_of(given) == one.id


def test_a_message_says_what_cloudevents_asks_and_nothing_personal(house: House) -> None:
    """CloudEvents 1.0 in binary mode, ASCII headers, the fact's id as message id, and no word of the caller's."""
    receive(house)
    (stored, *_) = house.hotline.store.select_notifications(0, 1, inclusive_of_start=False)
    given = headers(stored)
    assert given["ce-specversion"] == "1.0"
    assert given["ce-id"] == given["Nats-Msg-Id"] == f"{stored.originator_id}:1"
    assert given["ce-type"] == "ticket.received"
    assert given["ce-subject"] == str(stored.originator_id)
    assert subject(stored.topic) == "hotline.fact.ticket.received"
    everything = "".join(given.values()) + stored.state.decode()
    assert everything.isascii()
    for personal in (NAME, PHONE, TEXT):
        assert personal not in everything


def test_the_cloudevents_sdk_reads_what_we_send_and_would_send_the_same(house: House) -> None:
    """The project's own SDK takes every message for a valid event with our attributes, and writes the same headers."""
    closed(house)
    for stored in house.hotline.store.select_notifications(0, 100, inclusive_of_start=False):
        ours = {name: value for name, value in headers(stored).items() if name != "Nats-Msg-Id"}
        event = from_binary_event(HTTPMessage(headers=ours, body=bytes(stored.state)))
        assert (event.get_id(), event.get_type()) == (
            f"{stored.originator_id}:{stored.originator_version}",
            stored.topic,
        )
        assert event.get_time() == stamp_of(stored.state)
        assert event.get_extension("position") == str(stored.id)
        theirs = to_binary_event(event).headers
        moments = (ours.pop("ce-time"), theirs.pop("ce-time"))  # one moment may be written in several ways
        assert datetime.fromisoformat(moments[0]) == datetime.fromisoformat(moments[1])
        assert theirs == ours


@pytest.mark.parametrize("broken", [{}, {"ce-id": "x:1"}, {"ce-id": "x", "ce-type": "no.such"}])
def test_a_broken_message_is_named_and_not_quoted(broken: dict[str, str]) -> None:
    """What is no fact of ours is refused without its content in the error."""
    with pytest.raises(NotAFact) as refused:
        read(broken, b'{"secret": "13812345678"}')
    assert "138" not in str(refused.value)
