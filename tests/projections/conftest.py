"""A log to follow and views to follow it with; the views on either store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.application import Hotline
from hotline.rules import load
from hotline.vault import Vault
from hotline.vault.master import MasterKey
from projections.view import Views
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
def hotline(tmp_path: Path, vault: Vault, clock: SettableClock) -> Iterator[Hotline]:
    """The door to an empty log."""
    hotline = Hotline(
        f"sqlite:///{tmp_path}/log.db", rules=load("sichuan-2025"), vault=vault, now=clock, staff=STAFF.get
    )
    yield hotline
    hotline.close()


@pytest.fixture
def views(store_url: str) -> Iterator[Views]:
    """Empty views."""
    views = Views.open(store_url)
    views.migrate()
    yield views
    views.close()
