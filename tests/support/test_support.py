"""The ground the other tests stand on."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nats
import psycopg
import pytest

from tests.support.clock import SettableClock
from tests.support.nats import NatsServer
from tests.support.watching import alive, eventually

ROOT = Path(__file__).parents[2]


def test_the_clock_stands_until_it_is_moved(clock: SettableClock) -> None:
    """The settable clock moves only when told, in Shanghai time, and takes no moment without a zone."""
    then = clock()
    assert clock() == then == datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    assert clock.advance(days=1, hours=2) == then + timedelta(hours=26)
    with pytest.raises(ValueError, match="names no time zone"):
        clock.set(datetime(2026, 3, 2))  # noqa: DTZ001 - that is what is refused


def test_free_ports_differ_and_are_free(free_port: Callable[[], int]) -> None:
    """Two asked-for ports are two, and a server can listen on them."""
    ports = {free_port() for _ in range(20)}
    assert len(ports) > 15
    with socket.create_server(("127.0.0.1", ports.pop())) as server:
        assert server.getsockname()[1] >= 15_000


def test_every_test_gets_an_empty_database(
    postgres_url: str, fresh_postgres: Callable[[], AbstractContextManager[str]]
) -> None:
    """What one test writes into PostgreSQL no other test sees."""
    with psycopg.connect(postgres_url) as mine:
        mine.execute("CREATE TABLE seen (n int)")
    with fresh_postgres() as other, psycopg.connect(other) as theirs:
        found = theirs.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        assert found == (0,)


def test_a_store_url_names_a_store_of_ones_own(store_url: str, tmp_path: Path) -> None:
    """A test that takes store_url runs once on SQLite and once on PostgreSQL."""
    assert store_url.startswith(("sqlite:///", "postgresql://"))
    if store_url.startswith("sqlite"):
        assert str(tmp_path) in store_url


async def test_what_was_confirmed_outlives_a_killed_nats_server(nats_server: NatsServer) -> None:
    """A confirmed message is still there after kill -9 of the nats-server and a restart on the same port."""
    before = await nats.connect(nats_server.url)
    stream = before.jetstream()
    await stream.add_stream(name="KEPT", subjects=["kept.>"])
    await stream.publish("kept.one", b"1", stream="KEPT")
    nats_server.kill()
    assert not nats_server.alive
    nats_server.restart()
    await before.close()
    after = await nats.connect(nats_server.url)
    assert (await after.jetstream().stream_info("KEPT")).state.messages == 1
    await after.close()


RUN_OF_ITS_OWN = """
import psycopg, time
def test_holds_a_server(postgres_url, pytestconfig):
    with psycopg.connect(postgres_url) as wire:
        (data,) = wire.execute("SHOW data_directory").fetchone()
    print("PIDS", open(data + "/postmaster.pid").readline().strip(), flush=True)
    time.sleep(60)
"""


@pytest.mark.skipif(
    bool(os.environ.get("TEST_POSTGRES_DSN")), reason="the server given by TEST_POSTGRES_DSN is not ours"
)
@pytest.mark.usefixtures("fresh_postgres")
def test_a_killed_run_leaves_no_postgres(tmp_path: Path) -> None:
    """kill -9 of a test run ends the PostgreSQL that it had started."""
    (tmp_path / "test_held.py").write_text(RUN_OF_ITS_OWN)
    command = [sys.executable, "-m", "pytest", "-s", "-q", "-p", "no:cacheprovider", "-p", "tests.conftest"]
    run = subprocess.Popen(
        [*command, f"--rootdir={tmp_path}", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert run.stdout is not None
    said = []
    for line in run.stdout:
        said.append(line)
        if "PIDS" in line:
            break
    run.kill()
    run.stdout.close()
    run.wait()
    assert "PIDS" in said[-1], "".join(said)
    postmaster = int(said[-1].split()[-1])
    eventually(lambda: not alive(postmaster), within=10, what="the killed run's PostgreSQL ends")
