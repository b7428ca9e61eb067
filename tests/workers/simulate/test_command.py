"""`hotline simulate` as it is called, and the feeding of a demonstration."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from typer.testing import CliRunner

from hotline import texts
from hotline.ticket.facts import ClockRang, TicketReceived
from tests.support.clock import SettableClock
from workers.cli import app
from workers.compose import build
from workers.settings import Settings
from workers.simulate import store_run, summary
from workers.simulate.demo import feed
from workers.simulate.reckoning import reckon

PEOPLE = CliRunner()


@pytest.fixture(autouse=True)
def _nothing_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOTLINE_DATA", "HOTLINE_STORE", "HOTLINE_PROFILE"):
        monkeypatch.delenv(name, raising=False)


def _simulate(data: Path, *more: str) -> Any:
    return PEOPLE.invoke(app, ["simulate", "--requests", "12", "--days", "2", "--data", str(data), *more])


def test_it_ends_with_equal_figures(tmp_path: Path) -> None:
    """The summary is JSON with the people's counts, and says that nothing differs."""
    done = _simulate(tmp_path / "data", "--json")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert said["differences"] == {}
    assert said["unexpected"] == []
    assert said["counts"]["intake.received"] == 12
    assert "一致" in done.stderr


def test_shares_can_be_asked_for(tmp_path: Path) -> None:
    """With no questions and everything from 110, nobody asks an expert and only matters of 110's come."""
    done = _simulate(tmp_path / "data", "--json", "--experts", "0", "--police", "1")
    assert done.exit_code == 0
    counts = json.loads(done.stdout)["counts"]
    assert counts.get("consult.asked", 0) == counts.get("consult.by_itself", 0)
    assert counts["handed_in.accepted"] > 6


def test_a_difference_fails_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the hotline has another figure than its people, the run says which and ends with 1."""
    monkeypatch.setattr(store_run, "reckon", lambda house: reckon(house) + Counter({"line.answered": 1}))
    done = _simulate(tmp_path / "data")
    assert done.exit_code == 1
    assert "不一致" in done.stderr


def test_a_store_with_tickets_is_left_alone(tmp_path: Path) -> None:
    """A second simulation into the same directory is refused with what to do, and adds nothing."""
    assert _simulate(tmp_path / "data", "--no-verify").exit_code == 0
    again = _simulate(tmp_path / "data")
    assert again.exit_code == 1
    assert "--data" in again.stderr


def test_a_wrong_first_day_is_named(tmp_path: Path) -> None:
    """A start that is no date is refused, and nothing is made."""
    done = _simulate(tmp_path / "data", "--start", "3 March")
    assert done.exit_code == 2
    assert not (tmp_path / "data").exists()


def test_a_server_that_is_not_there_is_named(tmp_path: Path, free_port: Callable[[], int]) -> None:
    """An address where nobody answers is told with what to see to."""
    done = _simulate(tmp_path / "data", "--api", f"http://127.0.0.1:{free_port()}")
    assert done.exit_code == 1
    assert "127.0.0.1" in done.stderr


def test_every_figure_has_words() -> None:
    """Every group of the summary is named in both languages."""
    assert all(texts.known(f"simulate_group.{group}") for group in summary.GROUPS)


def test_a_demonstration_feeds_requests_and_lets_people_act(tmp_path: Path) -> None:
    """Within twenty minutes requests come every twenty seconds or so and are dispatched, signed and answered."""
    clock = SettableClock()
    house = build(Settings(data=tmp_path / "data"), now=clock)
    try:
        feed(house, _Watch(clock, minutes=20), seed=5)
        topics = Counter(r.fact.TOPIC for r in house.hotline.facts_after(0, 100_000))
    finally:
        house.close()
    assert 30 <= topics[TicketReceived.TOPIC] <= 100
    assert {"ticket.answered", "ticket.dispatched", "ticket.signed", "ticket.replied", "ticket.closed"} <= topics.keys()
    assert topics[ClockRang.TOPIC] == 0  # the running hotline's own clock rings, not the demonstration


class _Watch(Event):
    """Time passes while somebody waits for it."""

    def __init__(self, clock: SettableClock, minutes: float) -> None:
        super().__init__()
        self._clock, self._left = clock, minutes * 60

    def wait(self, timeout: float | None = None) -> bool:
        self._clock.advance(minutes=(timeout or 0) * 6 / 60)  # six times as coarse as a real wait
        self._left -= (timeout or 0) * 6
        if self._left <= 0:
            self.set()
        return self.is_set()
