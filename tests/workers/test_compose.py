"""The composition root: what is made, what is refused, on both stores."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.vault import MasterKeyUnusable
from tests.support.clock import A_MONDAY_MORNING, SettableClock
from tests.workers.acting import PHONE, closed, receive
from workers.check import findings
from workers.compose import House, build
from workers.notifier import notifier
from workers.settings import Settings
from workers.simulated import Clock


def test_a_whole_life_on_one_postgresql_database(postgres_url: str, tmp_path: Path, clock: SettableClock) -> None:
    """With only HOTLINE_STORE set, log, vault, views, access, accounts and outbox live in one database, and all is well."""
    house = build(Settings(data=tmp_path, store=postgres_url), now=clock)
    ticket = closed(house)
    house.catch_up()
    for recorded in house.hotline.history(ticket):
        notifier(house)(recorded)
    assert house.outbox.of_ticket(ticket)
    assert list(findings(house)) == []
    house.close()
    assert not list(tmp_path.glob("*.db"))


def test_several_may_make_the_tables_at_once(postgres_url: str, tmp_path: Path) -> None:
    """`hotline migrate` from several places at once makes everything once."""
    settings = Settings(data=tmp_path, store=postgres_url)
    build(settings).close()  # the key

    def migrate(_: int) -> House:
        return build(settings)

    with ThreadPoolExecutor(3) as pool:
        houses = list(pool.map(migrate, range(3)))
    written = receive(houses[0])
    assert written.position == len(written.facts)
    for house in houses:
        house.close()


def test_without_create_nothing_is_made(tmp_path: Path) -> None:
    """A process that does not migrate makes no key, no table and no directory."""
    with pytest.raises(FileNotFoundError):
        build(Settings(data=tmp_path / "none"), create=False)
    assert not (tmp_path / "none").exists()


def test_a_new_key_never_takes_the_place_of_a_lost_one(tmp_path: Path) -> None:
    """With the master key lost, starting is refused and no other key is left in its place."""
    settings = Settings(data=tmp_path)
    house = build(settings)
    receive(house)
    house.close()
    settings.master_key_file.unlink()
    with pytest.raises(MasterKeyUnusable):
        build(settings)
    assert not settings.master_key_file.exists()


def test_a_simulated_clock_goes_on_where_the_log_ends(tmp_path: Path) -> None:
    """Started again, a simulated hotline takes up the time of its last fact; before any, the time set for it."""
    settings = Settings(data=tmp_path, clock="simulated", clock_start=A_MONDAY_MORNING)
    house = build(settings)
    assert isinstance(house.now, Clock)
    assert house.now() == A_MONDAY_MORNING
    later = house.now.advance(timedelta(days=3))
    assert house.now.set(A_MONDAY_MORNING) == later, "time does not run backwards"
    receive(house)
    house.close()
    again = build(settings)
    assert again.now() == later
    assert again.vault.find_by_phone(PHONE)
    again.close()
