"""The log on either store."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from hotline.application import Hotline
from hotline.store import Beside, KeptReply, store_env
from hotline.ticket.supervising import Note
from tests import tickets as t
from tests.support.clock import A_MONDAY_MORNING, SettableClock

STREAM = UUID(int=5)


def reply(key: str, expires_at: datetime) -> KeptReply:
    return KeptReply(key=key, body_hash="b", stream=STREAM, version=3, answer="sealed", expires_at=expires_at)


def test_the_position_of_a_fact_is_its_place_in_the_whole_log(hotline: Hotline) -> None:
    """Found by stream and version, None where there is no such fact."""
    first, second = (hotline.receive(t.received(), by=t.OPERATOR) for _ in range(2))
    assert hotline.store.position_of(first.stream, 1) == 1
    assert hotline.store.position_of(second.stream, 1) == 3
    assert hotline.store.position_of(second.stream, 2) is None
    assert hotline.store.position_of(STREAM, 1) is None


def test_how_far_a_stream_goes_is_told_without_its_facts(hotline: Hotline) -> None:
    """The version of its last fact, 0 where there is none."""
    stream = hotline.receive(t.received(), by=t.OPERATOR).stream
    assert hotline.store.version_of(stream) == 1
    version = hotline.handle(Note(text="一"), on=stream, by=t.OPERATOR).version
    assert hotline.store.version_of(stream) == version == 2
    assert hotline.store.version_of(STREAM) == 0


def test_an_answer_is_kept_as_it_was(hotline: Hotline) -> None:
    """And read by its key."""
    kept = reply("k", A_MONDAY_MORNING)
    hotline.store.insert_events([], beside=Beside(replies=(kept,)), stamped=A_MONDAY_MORNING)
    assert hotline.store.reply_to("k") == kept
    assert hotline.store.reply_to("other") is None


def test_answers_run_out_by_the_moment_and_not_by_how_it_is_written(hotline: Hotline) -> None:
    """Two clients in two time zones: 10:00 in Shanghai is before 03:00 in Greenwich."""
    early = datetime(2026, 3, 2, 10, 0, tzinfo=timezone(timedelta(hours=8)))
    late = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
    both = Beside(replies=(reply("early", early), reply("late", late)))
    hotline.store.insert_events([], beside=both, stamped=A_MONDAY_MORNING)
    assert hotline.store.forget_replies(datetime(2026, 3, 2, 2, 30, tzinfo=UTC)) == 1
    assert hotline.store.reply_to("early") is None
    assert hotline.store.reply_to("late") is not None


def test_the_log_is_read_again_from_the_start(
    hotline: Hotline, another: Callable[[SettableClock], Hotline], clock: SettableClock
) -> None:
    """Another process over the same store knows every ticket and goes on where the log ends."""
    stream = hotline.receive(t.received(), by=t.OPERATOR).stream
    again = another(clock)
    assert again.position() == 2
    assert again.ticket(stream) == hotline.ticket(stream)
    assert again.handle(Note(text="一"), on=stream, by=t.OPERATOR).position == 3


def test_time_goes_on_from_the_last_fact_after_a_restart(
    hotline: Hotline, another: Callable[[SettableClock], Hotline], clock: SettableClock
) -> None:
    """A machine that comes back with its clock behind does not stamp earlier than the log."""
    stream = hotline.receive(t.received(), by=t.OPERATOR).stream
    late = another(SettableClock(clock() - timedelta(hours=1)))
    written = late.handle(Note(text="一"), on=stream, by=t.OPERATOR)
    assert written.facts[0].recorded_at == clock()


@pytest.mark.parametrize("url", ["mysql://host/db", "nonsense", ""])
def test_another_kind_of_store_is_refused_with_what_to_write(url: str) -> None:
    """In both languages."""
    with pytest.raises(ValueError, match=r"sqlite:///.*postgresql://.*must be"):
        store_env(url)


def test_the_address_of_a_server_may_hold_any_password() -> None:
    """Percent-encoded, as in every such address."""
    env = store_env("postgresql://h%40t:p%2Fw@db.example:6000/hot%20line", create=False)
    assert (env["POSTGRES_USER"], env["POSTGRES_PASSWORD"], env["POSTGRES_DBNAME"]) == ("h@t", "p/w", "hot line")
    assert (env["POSTGRES_HOST"], env["POSTGRES_PORT"], env["CREATE_TABLE"]) == ("db.example", "6000", "n")
