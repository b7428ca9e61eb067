"""A house of a test's own, on SQLite files under its tmp_path."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.clock import SettableClock
from workers.compose import House, build
from workers.settings import Settings

Open = Callable[..., House]


@pytest.fixture
def open_house(tmp_path: Path, clock: SettableClock) -> Iterator[Open]:
    """Call it for a house over `tmp_path / "data"`; again for another over the same. All are closed afterwards."""
    opened: list[House] = []

    def open_(**settings: object) -> House:
        opened.append(build(Settings(**{"data": tmp_path / "data", **settings}), now=clock))  # type: ignore[arg-type]
        return opened[-1]

    yield open_
    for house in opened:
        house.close()


@pytest.fixture
def house(open_house: Open) -> House:
    """An empty house whose clock is the fixture `clock`."""
    return open_house()
