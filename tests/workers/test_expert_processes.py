"""Expert seats under several real processes on PostgreSQL: one consultation at a time, and time-outs that outlive kill -9."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hotline.consultation.consultation import Consultation
from hotline.consultation.facts import ConsultationOffered, ExpertUnavailable
from hotline.seat.seat import Seat
from projections import consultations, seats
from tests.support.clock import SettableClock
from tests.support.nats import NatsServer
from tests.support.watching import eventually
from tests.workers.pieces import ROOT, Town
from tests.workers.test_expert_desk import asks, question, seat, sits
from workers.compose import House, build
from workers.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
SEATS, QUESTIONS = 4, 8


@pytest.fixture
def shared(postgres_url: str, tmp_path: Path, clock: SettableClock) -> Iterator[House]:
    found = build(Settings(data=tmp_path / "data", store=postgres_url), now=clock)
    yield found
    found.close()


def side_by_side(house: House, store: str, *jobs: tuple[str, int]) -> list[int]:
    """Real processes begin at the same moment; how often each succeeded."""
    given = {
        "HOTLINE_DATA": str(house.settings.data),
        "HOTLINE_STORE": store,
        "HOTLINE_TEST_NOW": house.now().isoformat(),
        "HOTLINE_LOG_LEVEL": "error",
    }
    env = {k: v for k, v in os.environ.items() if not k.startswith("HOTLINE_")} | given
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.workers.two_desks", what, str(seed)],
            cwd=ROOT,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for what, seed in jobs
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    found = [int(process.communicate(timeout=120)[0]) for process in started]
    assert [process.returncode for process in started] == [0] * len(started)
    house.catch_up()
    return found


def consistent(house: House) -> list[Consultation]:
    """Every seat has at most one, every question at most one seat, and both say the same; all open questions."""
    open_ = [line.now for line in consultations.opened(house.views)]
    taken = {c.seat: c for c in open_ if c.phase in ("offered", "engaged")}
    assert len(taken) == sum(c.phase in ("offered", "engaged") for c in open_)
    everybody: list[Seat] = seats.seats(house.views)
    for one in everybody:
        busy = one.presence in ("offered", "engaged")
        assert busy == (one.seat in taken)
        assert not busy or (taken[one.seat].id, taken[one.seat].phase) == (one.consultation, one.presence)
    return open_


def test_two_allocators_and_a_pick_up_racing_a_time_out(shared: House, postgres_url: str, clock: SettableClock) -> None:
    """Two processes offer every question to every seat at once, then one picks up what the other lets time out: never two
    at a seat, never a question at two, nothing lost."""
    for n in range(SEATS):
        sits(shared, f"ex{n}")
    for _ in range(QUESTIONS):
        asks(shared)
    won = side_by_side(shared, postgres_url, ("offer", 1), ("offer", 2))
    assert sum(won) == SEATS
    assert len(consistent(shared)) == QUESTIONS
    offers = [r for r in shared.hotline.facts_after(0, 10_000) if isinstance(r.fact, ConsultationOffered)]
    assert len(offers) == SEATS
    clock.advance(timedelta(seconds=20))
    picked, timed_out = side_by_side(shared, postgres_url, ("pick-up", 3), ("time-out", 4))
    assert picked + timed_out == SEATS, "each offer ended one way"
    assert len(consistent(shared)) == QUESTIONS
    phases = Counter(c.phase for c in consistent(shared))
    assert (phases["engaged"], phases["offered"]) == (picked, 0)


@pytest.fixture
def town(postgres_url: str, nats_server: NatsServer, tmp_path: Path) -> Iterator[Town]:
    found = Town(tmp_path, postgres_url, nats_server.url)
    own = tmp_path / "own.toml"
    own.write_text('extends = "sichuan-2025"\n[experts]\noffer = "4 seconds"\n', encoding="utf-8")
    found.env["HOTLINE_PROFILE"] = str(own)
    yield found
    found.close()


def test_a_time_out_outlives_kill_9_and_is_never_early(town: Town, tmp_path: Path) -> None:
    """The clock and the desk are killed while an offer waits; the offer ends when they are back, once, after its wait."""
    settings = Settings(data=tmp_path / "data", store=town.store, profile=town.env["HOTLINE_PROFILE"])
    house = build(settings, now=lambda: datetime.now(UTC))
    try:
        sits(house, "ex1")
        killed = [town.start("clock"), town.start("react")]
        town.start("project")
        for piece in town.pieces:
            eventually(lambda piece=piece: piece.ready, within=90, every=0.1, what="ready")  # type: ignore[misc]
        consultation = asks(house)
        eventually(
            lambda: question(house, consultation).phase == "offered", within=20, every=0.05, what="it is offered"
        )
        for piece in killed:
            piece.kill()
        due = question(house, consultation).clocks["offer"].due
        town.start("clock")
        eventually(lambda: seat(house, "ex1").presence == "away", within=60, every=0.1, what="the offer times out")
        ended = [r for r in house.hotline.history(consultation) if isinstance(r.fact, ExpertUnavailable)]
        assert [r.fact.reason for r in ended if r.fact.seat == "ex1"] == ["timed_out"]  # type: ignore[attr-defined]
        assert all(r.recorded_at >= due for r in ended if r.fact.seat == "ex1")  # type: ignore[attr-defined]
    finally:
        house.close()
