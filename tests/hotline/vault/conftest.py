"""A vault on SQLite and one on PostgreSQL, with its master key and its register."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hotline.vault import MasterKey, Options, Vault
from tests.support.clock import SettableClock


@dataclass
class House:
    """Where a vault lives; `open()` is what a process does when it starts."""

    url: str
    folder: Path
    clock: SettableClock
    master: MasterKey
    opened: list[Vault] = field(default_factory=list)

    @property
    def register(self) -> Path:
        return self.folder / "erased.register"

    def open(self, *, master: MasterKey | None = None, cipher: str = "A", fresh_for: float = 0.0) -> Vault:
        options = Options(cipher="S" if cipher == "S" else "A", clock=self.clock, fresh_for=fresh_for)
        vault = Vault.open(self.url, master or self.master, self.register, options)
        self.opened.append(vault)
        return vault


@pytest.fixture
def make_house(tmp_path: Path, clock: SettableClock) -> Iterator[Callable[[str], House]]:
    houses: list[House] = []

    def make(url: str) -> House:
        folder = tmp_path / "vault"
        folder.mkdir()
        houses.append(House(url, folder, clock, MasterKey.create(tmp_path / "master.key")))
        return houses[-1]

    yield make
    for house in houses:
        for vault in house.opened:
            vault.close()


@pytest.fixture
def sqlite_house(make_house: Callable[[str], House], tmp_path: Path) -> House:
    """A house on SQLite only, for what concerns its files."""
    return make_house(f"sqlite:///{tmp_path / 'vault' / 'vault.db'}")


@pytest.fixture
def house(make_house: Callable[[str], House], store_url: str) -> House:
    """A house on each of the two stores."""
    return make_house(store_url)


@pytest.fixture
def vault(house: House) -> Vault:
    """An empty vault on each of the two stores."""
    opened = house.open()
    opened.migrate()
    return opened
