"""Pieces of work beside each other."""

import socket
from pathlib import Path
from threading import Event

import pytest

from tests.support.ports import free_port
from tests.support.watching import eventually
from workers import running
from workers.directory import listening
from workers.running import Crew
from workers.settings import Settings


def test_work_that_fails_is_started_again_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """One piece failing twice is started a third time; the other one never notices; all end when asked."""
    monkeypatch.setattr(running, "PAUSE", 0.01)
    steady: list[str] = []

    def fails(stop: Event) -> None:
        if crew.failures["failing"] < 2:
            raise RuntimeError("no")
        stop.wait()

    def goes_on(stop: Event) -> None:
        steady.append("begun")
        stop.wait()

    crew = Crew({"failing": fails, "steady": goes_on})
    crew.start()
    eventually(lambda: crew.failures["failing"] == 2, what="two failures")
    assert crew.alive
    assert crew.stop()
    assert steady == ["begun"]
    assert not crew.alive


def test_work_that_does_not_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A piece that does not hear is not waited for without end."""
    monkeypatch.setattr(running, "END_WITHIN", 0.05)
    release = Event()
    crew = Crew({"deaf": lambda _: release.wait(10) and None})
    crew.start()
    assert not crew.stop()
    release.set()


def test_what_is_written_goes_out_at_once(tmp_path: Path) -> None:
    """asyncio lets small answers go without delay on sockets that say they are TCP, and on no others: ours says so."""
    with listening(Settings(data=tmp_path, host="127.0.0.1"), free_port()) as listen:
        assert listen.proto == socket.IPPROTO_TCP
