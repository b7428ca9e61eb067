"""The one door: what is written together, what is repeated, and what a race leaves behind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import OperationalError

from hotline.application import Hotline
from hotline.command import Refused
from hotline.ticket import number as numbers
from hotline.ticket.actions import allowed
from hotline.ticket.answering import Void
from hotline.ticket.classifying import Classify
from hotline.ticket.dispatching import Dispatch
from hotline.ticket.evolving import replay
from hotline.ticket.receiving import Caller, Receive
from hotline.ticket.supervising import Exclude, Note
from hotline.vault import Vault
from hotline.writing import Job
from tests import tickets as t
from tests.support.clock import SettableClock

ONE = UUID(int=1)


def request(**told: Any) -> Receive:
    return t.received(**told)


def taken(hotline: Hotline, **told: Any) -> UUID:
    return hotline.receive(request(**told), by=t.OPERATOR).stream


def facts(hotline: Hotline) -> list[Any]:
    return hotline.facts_after(0, 10_000)


def together(hotline: Hotline, jobs: list[Job]) -> list[Any]:
    """Several commands in one transaction, as when many threads wait for the pen."""
    hotline.pen._write_together(jobs)
    return [job.outcome for job in jobs]


def job(command: Any, stream: UUID, by: Any, hotline: Hotline, **more: Any) -> Job:
    return Job(make=lambda: (command, {}), stream=stream, by=by, at=hotline.now(), correlation_id="c", **more)


def test_a_request_is_answered_with_all_a_citizen_needs(hotline: Hotline) -> None:
    """Number, query code and token; the log holds only their hashes."""
    written = hotline.receive(request(caller=Caller(name="王女士", phone="13800138000")), by=t.OPERATOR)
    number, code, token = (written.answer[k] for k in ("number", "query_code", "token"))
    assert numbers.is_number(number)
    assert hotline.find(number) == written.stream
    first = facts(hotline)[0]
    assert first.fact.access.code == hotline.code_hash(number, code.lower())
    assert first.fact.access.token == hotline.token_hash(token)
    stored = b"".join(e.state for e in hotline.store.select_events(written.stream))
    for secret in (code, token, "王女士", "13800138000", "油烟"):
        assert secret.encode() not in stored


def test_several_streams_are_written_in_one_save(hotline: Hotline) -> None:
    """The ticket, its number and the caller's conduct stand or fall together, one position after another."""
    stream = taken(hotline, caller=Caller(phone="13800138000"))
    written = hotline.handle(Void(kind="malicious"), on=stream, by=t.OPERATOR)
    assert [f.fact.TOPIC for f in written.facts] == ["ticket.voided", "caller.nuisance_noted", "caller.police_told"]
    assert [f.position for f in written.facts] == [3, 4, 5]
    assert written.position == 5 == hotline.position()
    assert written.version == 2


def test_many_threads_share_commits_and_lose_nothing(hotline: Hotline) -> None:
    """Every request has its ticket, every number is its own, positions have no holes and time never runs back."""
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda n: hotline.receive(request(text=f"第{n}件"), by=t.OPERATOR), range(60)))
    assert len({w.stream for w in written}) == len({w.answer["number"] for w in written}) == 60
    log = facts(hotline)
    assert [r.position for r in log] == list(range(1, 121))
    assert all(a.recorded_at <= b.recorded_at for a, b in pairwise(log))
    for w in written:
        assert hotline.ticket(w.stream) == replay(None, hotline.history(w.stream))


def test_a_refused_command_does_not_touch_its_neighbours(hotline: Hotline) -> None:
    """In one transaction with it they are written as if it had not been there."""
    a, b = taken(hotline), taken(hotline)
    first, refused, last = together(
        hotline,
        [
            job(Note(text="一"), a, t.OPERATOR, hotline),
            job(Dispatch(lead=t.ENV), a, t.DISPATCHER, hotline),
            job(Note(text="二"), b, t.OPERATOR, hotline),
        ],
    )
    assert isinstance(refused, Refused)
    assert refused.code == "not_now"
    assert (first.position, last.position) == (5, 6)
    assert len(facts(hotline)) == 6


def test_commands_written_together_see_each_other(hotline: Hotline) -> None:
    """The second is decided on what the first has done, though neither is stored yet."""
    stream = taken(hotline)
    outcomes = together(
        hotline,
        [
            job(Classify(type="complaint", category=t.FUMES), stream, t.OPERATOR, hotline),
            job(Dispatch(lead=t.ENV), stream, t.DISPATCHER, hotline),
            job(Dispatch(lead=t.MARKET), stream, t.DISPATCHER, hotline),
        ],
    )
    assert [getattr(o, "version", None) for o in outcomes] == [2, 3, None]


def test_a_stale_version_is_refused_with_the_present_one(hotline: Hotline) -> None:
    """If-Match: nothing changes."""
    stream = taken(hotline)
    hotline.handle(Note(text="一"), on=stream, by=t.OPERATOR, expected_version=1)
    with pytest.raises(Refused, match="stale") as stale:
        hotline.handle(Note(text="二"), on=stream, by=t.OPERATOR, expected_version=1)
    assert stale.value.details == {"version": 2}


def test_a_command_without_facts_says_where_the_ticket_stands(hotline: Hotline) -> None:
    """Already so: no fact, its last position."""
    stream = taken(hotline)
    out = Exclude(ground="unreasonable", reason="多次核实", approver="sv1")
    first = hotline.handle(out, on=stream, by=t.REVIEWER)
    again = hotline.handle(out, on=stream, by=t.REVIEWER)
    assert again.facts == ()
    assert (again.version, again.position) == (first.version, first.position)


def test_a_number_that_is_taken_is_drawn_again(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one transaction and in two: each ticket bears a number of its own."""
    drawn = iter(["26030200000010", "26030200000010", "26030200000028", "26030200000010", "26030200000036"])
    monkeypatch.setattr(numbers, "draw", lambda at: next(drawn))
    written = [hotline.receive(request(), by=t.OPERATOR) for _ in range(3)]
    assert [w.answer["number"] for w in written] == ["26030200000010", "26030200000028", "26030200000036"]
    assert [hotline.find(w.answer["number"]) for w in written] == [w.stream for w in written]


def test_nothing_personal_of_a_refused_request_reaches_the_vault(hotline: Hotline, vault: Vault) -> None:
    """Not even with the next request that is right."""
    wrong = request(category=("weather",), caller=Caller(name="王女士", phone="13800138000"))
    with pytest.raises(Refused, match="unknown_category"):
        hotline.receive(wrong, by=t.OPERATOR, ticket_id=ONE)
    taken(hotline, caller=Caller(phone="13900139000"))
    assert vault.find_by_phone("13800138000") == []
    assert len(vault.find_by_phone("13900139000")) == 1
    assert hotline.receive(request(), by=t.OPERATOR, ticket_id=ONE).stream == ONE


def test_the_same_ticket_is_not_received_twice(hotline: Hotline) -> None:
    """The second is refused and the first keeps its words."""
    hotline.receive(request(), by=t.OPERATOR, ticket_id=ONE)
    with pytest.raises(Refused, match="exists_already"):
        hotline.receive(request(), by=t.OPERATOR, ticket_id=ONE)
    assert hotline.vault.unseal(ONE, "received.text", facts(hotline)[0].fact.text) == "楼下烧烤店油烟太大"


def test_a_command_on_nothing_is_refused(hotline: Hotline) -> None:
    """By name."""
    with pytest.raises(Refused, match="not_found"):
        hotline.handle(Note(text="一"), on=uuid4(), by=t.OPERATOR)


def test_a_commit_that_succeeded_but_raised_is_recognised(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection broke after the commit: the caller gets his answer, and the facts stand once."""
    insert = hotline.store.insert_events

    def breaks(*args: Any, **kwargs: Any) -> Any:
        insert(*args, **kwargs)
        raise OperationalError("connection lost")

    monkeypatch.setattr(hotline.store, "insert_events", breaks)
    written = hotline.receive(request(), by=t.OPERATOR)
    monkeypatch.undo()
    assert [f.position for f in written.facts] == [1, 2]
    assert hotline.ticket(written.stream) is not None
    assert len(facts(hotline)) == 2


def test_a_commit_that_failed_is_told_to_everybody_and_changes_nothing(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the next one works."""

    def breaks(*_: Any, **__: Any) -> Any:
        raise OperationalError("disk full")

    monkeypatch.setattr(hotline.store, "insert_events", breaks)
    with pytest.raises(OperationalError):
        hotline.receive(request(), by=t.OPERATOR, ticket_id=ONE)
    monkeypatch.undo()
    assert facts(hotline) == []
    assert hotline.ticket(ONE) is None
    assert hotline.receive(request(), by=t.OPERATOR, ticket_id=ONE).version == 1


def test_a_writer_sees_what_another_wrote(
    hotline: Hotline, another: Callable[[SettableClock], Hotline], clock: SettableClock
) -> None:
    """A copy in memory never refuses, or says "already so", on what is no longer true."""
    other = another(clock)
    stream = taken(hotline)
    assert other.ticket(stream) is not None
    hotline.handle(Classify(type="complaint", category=t.FUMES), on=stream, by=t.OPERATOR)
    assert other.handle(Dispatch(lead=t.ENV), on=stream, by=t.DISPATCHER).version == 3
    assert "redispatch" in hotline_allowed(hotline, stream)


def hotline_allowed(hotline: Hotline, stream: UUID) -> tuple[str, ...]:
    ticket = hotline.ticket(stream)
    assert ticket is not None
    return allowed(ticket, hotline.desk(stream, t.DISPATCHER))
