"""The same request again: one ticket, one answer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from hotline.application import Hotline
from hotline.command import Refused
from hotline.ticket.dispatching import Dispatch
from hotline.ticket.receiving import Receive
from hotline.ticket.supervising import Note, Urge
from hotline.writing import Key
from tests import tickets as t
from tests.support.clock import SettableClock


def request(**told: Any) -> Receive:
    return t.received(**told)


def taken(hotline: Hotline, **told: Any) -> UUID:
    return hotline.receive(request(**told), by=t.OPERATOR).stream


def facts(hotline: Hotline) -> list[Any]:
    return hotline.facts_after(0, 10_000)


def test_a_lost_reply_is_repeated_and_writes_nothing(hotline: Hotline, clock: SettableClock) -> None:
    """The same key and body: the same number and code, hours later too."""
    key = Key("k1", "body-1")
    first = hotline.receive(request(), by=t.OPERATOR, key=key)
    clock.advance(hours=20)
    again = hotline.receive(request(), by=t.OPERATOR, key=key)
    assert again.repeated
    assert (again.stream, again.version, again.answer) == (first.stream, first.version, first.answer)
    assert again.position == first.facts[0].position
    assert len(facts(hotline)) == 2


def test_a_repeated_command_is_repeated_too(hotline: Hotline) -> None:
    """Not only requests: a second urge under the same key is the first one's answer, not a refusal."""
    stream, key = taken(hotline), Key("k2", "b")
    first = hotline.handle(Urge(), on=stream, by=t.CITIZEN, key=key)
    again = hotline.handle(Urge(), on=stream, by=t.CITIZEN, key=key)
    assert again.repeated
    assert again.version == first.version


def test_the_same_key_with_another_body_is_refused(hotline: Hotline) -> None:
    """It is somebody's mistake, and nothing is written."""
    hotline.receive(request(), by=t.OPERATOR, key=Key("k3", "body-1"))
    with pytest.raises(Refused, match="key_reused"):
        hotline.receive(request(), by=t.OPERATOR, key=Key("k3", "body-2"))
    assert len(facts(hotline)) == 2


def test_a_refused_request_keeps_no_key(hotline: Hotline) -> None:
    """It may be sent again under the same key once it is right."""
    key = Key("k4", "b")
    with pytest.raises(Refused):
        hotline.receive(request(category=("weather",)), by=t.OPERATOR, key=key)
    assert not hotline.receive(request(), by=t.OPERATOR, key=key).repeated


def test_an_answer_that_has_run_out_makes_room(hotline: Hotline, clock: SettableClock) -> None:
    """After two days a key is free again, whether or not the old row has been swept."""
    key = Key("k5", "b")
    first = hotline.receive(request(), by=t.OPERATOR, key=key)
    clock.advance(days=3)
    second = hotline.receive(request(), by=t.OPERATOR, key=key)
    assert not second.repeated
    assert second.stream != first.stream
    clock.advance(days=3)
    assert hotline.store.forget_replies(clock()) == 1


def test_concurrent_duplicates_give_one_ticket(hotline: Hotline) -> None:
    """A nervous client sends four times at once."""
    key, start = Key("k6", "b"), Barrier(4)

    def send(_: int) -> Any:
        start.wait()
        return hotline.receive(request(), by=t.OPERATOR, key=key)

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(send, range(4)))
    assert len({w.stream for w in written}) == 1
    assert len({w.answer["number"] for w in written}) == 1
    assert len(facts(hotline)) == 2


def test_a_fact_is_dealt_with_once_by_a_consumer(hotline: Hotline) -> None:
    """The inbox row stands or falls with what followed; the second delivery does nothing."""
    stream = taken(hotline)
    inbox = ("reminder", f"{stream}:1")
    first = hotline.handle(Note(text="一"), on=stream, by=t.OPERATOR, inbox=inbox)
    again = hotline.handle(Note(text="一"), on=stream, by=t.OPERATOR, inbox=inbox)
    assert (first.repeated, again.repeated) == (False, True)
    assert len(facts(hotline)) == 3
    with pytest.raises(Refused):
        hotline.handle(Dispatch(lead=t.ENV), on=stream, by=t.DISPATCHER, inbox=("x", f"{stream}:1"))
    assert not hotline.store.seen("x", f"{stream}:1")
