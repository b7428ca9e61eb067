"""The house's door with a real vault beside it, on either store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotline.application import Hotline
from hotline.rules import load
from hotline.vault import Vault
from hotline.vault.master import MasterKey
from tests.spec import STAFF
from tests.support.clock import SettableClock


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """An empty vault of this test's own."""
    vault = Vault.open(
        f"sqlite:///{tmp_path}/vault.db", MasterKey.create(tmp_path / "master.key"), tmp_path / "register"
    )
    vault.migrate()
    yield vault
    vault.close()


@pytest.fixture
def another(store_url: str, vault: Vault) -> Iterator[Callable[[SettableClock], Hotline]]:
    """Call it for another process's door to the same log, with a clock of its own."""
    opened: list[Hotline] = []

    def open_(clock: SettableClock) -> Hotline:
        opened.append(Hotline(store_url, rules=load("sichuan-2025"), vault=vault, now=clock, staff=STAFF.get))
        return opened[-1]

    yield open_
    for hotline in opened:
        hotline.close()


@pytest.fixture
def hotline(another: Callable[[SettableClock], Hotline], clock: SettableClock) -> Hotline:
    """The door, its clock standing at Monday 09:00."""
    return another(clock)
