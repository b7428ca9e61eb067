"""Houses whose life is acted out by the simulation."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.clock import ZONE
from workers.compose import House, build
from workers.settings import Settings
from workers.simulate.intake import Plan
from workers.simulate.run import Outcome
from workers.simulate.store_run import run_in_store
from workers.simulated import Clock

Lived = tuple[House, Outcome]
Act = Callable[..., Lived]


@pytest.fixture(scope="module")
def act(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Act]:
    """Call it with requests, days, seed and first day for a house in which they have been acted out."""
    houses: list[House] = []

    def act_(
        requests: int, days: int, seed: int = 1, start: str = "2026-03-02", profile: str = "sichuan-2025"
    ) -> Lived:
        first = datetime.fromisoformat(start).replace(tzinfo=ZONE)
        data: Path = tmp_path_factory.mktemp("lived")
        houses.append(build(Settings(data=data, profile=profile), now=Clock(first)))
        return houses[-1], run_in_store(houses[-1], Plan(requests, days, seed, first))

    yield act_
    for house in houses:
        house.close()


@pytest.fixture(scope="module")
def lived(act: Act) -> Lived:
    """Ten days with two hundred requests."""
    return act(200, 10)
