"""Houses whose life is acted out by the simulation."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.clock import ZONE
from workers.compose import House, build
from workers.settings import Settings
from workers.simulate.habits import CHANNELS, Habits
from workers.simulate.intake import Plan
from workers.simulate.run import Outcome
from workers.simulate.store_run import run_in_store
from workers.simulated import Clock

BUSY = Habits(
    channels={**CHANNELS, "police": 0.3}, asks_expert=0.9, expert_declines=0.15, expert_lets_pass=0.15, expert_gives_back=0.1, expert_promises=0.4,
    missed=0.1, to_police=0.12, disputes=0.3, recalls=0.15, crosses=0.1, returned=0.15, late_to_answer=0.3,
)  # fmt: skip
"""A week in which everything happens that seldom happens."""

Lived = tuple[House, Outcome]
Act = Callable[..., Lived]


@pytest.fixture(scope="module")
def act(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Act]:
    """Call it with requests, days, seed and first day for a house in which they have been acted out."""
    houses: list[House] = []

    def act_(
        requests: int,
        days: int,
        seed: int = 1,
        start: str = "2026-03-02",
        profile: str = "sichuan-2025",
        habits: Habits | None = None,
    ) -> Lived:
        first = datetime.fromisoformat(start).replace(tzinfo=ZONE)
        data: Path = tmp_path_factory.mktemp("lived")
        houses.append(build(Settings(data=data, profile=profile), now=Clock(first)))
        return houses[-1], run_in_store(houses[-1], Plan(requests, days, seed, first, habits or Habits()))

    yield act_
    for house in houses:
        house.close()


@pytest.fixture(scope="module")
def lived(act: Act) -> Lived:
    """Ten days with two hundred requests."""
    return act(200, 10)
