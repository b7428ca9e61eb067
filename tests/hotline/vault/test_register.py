"""The register of erasures as a file."""

from uuid import uuid4

import pytest

from hotline.vault import RegisterDamaged, Vault
from tests.hotline.vault.conftest import House


def test_a_line_cut_short_by_a_crash_does_not_spoil_the_register(house: House, vault: Vault) -> None:
    """A half-written last line is passed over, and what is registered after it counts."""
    first, second = uuid4(), uuid4()
    vault.erase(first)
    with house.register.open("a") as register:
        register.write(str(uuid4())[:20])
    vault.erase(second)
    again = house.open()
    assert again.reapply_register() == 0
    assert again.erased(first)
    assert again.erased(second)


def test_a_damaged_register_stops_the_opening(house: House, vault: Vault) -> None:
    """A whole line that cannot be read names its number and keeps the vault shut: it might hide an erasure."""
    vault.erase(uuid4())
    with house.register.open("a") as register:
        register.write("#" * 36 + "\n")
    with pytest.raises(RegisterDamaged, match="Line 2"):
        house.open()


def test_the_register_names_tickets_only(house: House, vault: Vault) -> None:
    """The register holds ticket ids and nothing else."""
    tickets = [uuid4(), uuid4()]
    vault.erase(*tickets)
    assert house.register.read_text() == f"{tickets[0]}\n{tickets[1]}\n"
    assert house.register.stat().st_mode & 0o077 == 0
