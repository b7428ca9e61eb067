"""`hotline backup` and `hotline restore`, by their commands, on both stores."""

import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from typer.testing import CliRunner, Result

from hotline.facts import Role
from hotline.vault import MasterKey
from tests.support.clock import SettableClock
from tests.support.watching import eventually
from tests.workers.acting import NAME, PHONE, TEXT, closed, receive
from tests.workers.conftest import Open
from tests.workers.test_erased import erase, traces
from workers import backup_sqlite
from workers.backup import keys_of, opened
from workers.behind import mismatches
from workers.check import findings
from workers.cli import app
from workers.compose import House
from workers.eraser import Eraser
from workers.notifier import notifier

Hotline = Callable[..., Result]
Fresh = Callable[[], AbstractContextManager[str]]


@pytest.fixture
def hotline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hotline:
    """A command of the hotline on `tmp_path / "data"`; further settings by name."""

    def run(*words: object, **given: object) -> Result:
        with monkeypatch.context() as env:
            for name, value in {"data": tmp_path / "data", **given}.items():
                env.setenv(f"HOTLINE_{name.upper()}", str(value))
            return CliRunner().invoke(app, [str(word) for word in words])

    return run


@pytest.fixture
def elsewhere(tmp_path: Path, store_url: str, request: pytest.FixtureRequest) -> Iterator[dict[str, object]]:
    """Settings of another, empty place for the same kind of store, with the same master key and register at hand."""
    beside = {
        "data": tmp_path / "new",
        "master_key_file": tmp_path / "data" / "master.key",
        "erasure_register": tmp_path / "data" / "erasures",
    }
    if store_url.startswith("sqlite:"):
        yield beside
    else:
        fresh: Fresh = request.getfixturevalue("fresh_postgres")
        with fresh() as other:
            yield {**beside, "store": other}


def live_through(house: House) -> None:
    """Some tickets, everybody told, views at the end."""
    closed(house)
    receive(house)
    for recorded in house.hotline.facts_after(0):
        notifier(house)(recorded)
    while Eraser(house).step():
        pass
    house.catch_up()


@contextmanager
def busy(house: House) -> Iterator[None]:
    """People calling the whole time, and views and notices following."""
    stop, failures = Event(), list[Exception]()

    def work() -> None:
        position = house.hotline.position()
        try:
            while not stop.is_set():
                receive(house)
                house.catch_up()
                for recorded in house.hotline.facts_after(position):
                    notifier(house)(recorded)
                    position = recorded.position
        except Exception as failure:  # noqa: BLE001  # told to the test
            failures.append(failure)

    thread = Thread(target=work)
    thread.start()
    begun = house.hotline.position()
    eventually(lambda: house.hotline.position() > begun, what="somebody calls")
    try:
        yield
    finally:
        stop.set()
        thread.join(30)
    assert failures == []


def test_what_was_backed_up_at_work_lives_elsewhere(
    open_house: Open, hotline: Hotline, store_url: str, elsewhere: dict[str, object], tmp_path: Path
) -> None:
    """A backup made while calls come in, restored into an empty place: words, names, accounts, notices and views are
    there and fit together."""
    house = open_house(store=store_url)
    live_through(house)
    token = house.accounts.issue_token(Role.OPERATOR)
    known = house.hotline.facts_after(0, 10_000)
    with busy(house):
        made = hotline("backup", tmp_path / "copy", store=store_url)
    assert made.exit_code == 0, made.output

    done = hotline("restore", tmp_path / "copy", **elsewhere)

    assert done.exit_code == 0, done.output
    again = open_house(**elsewhere)
    assert again.hotline.facts_after(0, len(known)) == known
    assert again.hotline.position() > known[-1].position
    ticket = known[0].originator_id
    assert again.vault.unseal(ticket, "received.text", known[0].fact.text) == TEXT  # type: ignore[attr-defined]
    assert [p.name for p in again.vault.identities(again.vault.find_by_phone(PHONE)).values()] == [NAME]
    assert again.accounts.actor_of_token(token) is not None
    assert {t.fact_id for t in again.outbox.of_ticket(ticket)} == {t.fact_id for t in house.outbox.of_ticket(ticket)}
    assert list(mismatches(again)) == []
    again.catch_up()
    assert list(findings(again)) == []
    assert receive(again).position > known[-1].position


def test_keys_are_apart_and_the_master_key_is_in_neither(open_house: Open, hotline: Hotline, tmp_path: Path) -> None:
    """The backup holds no key and no name, its `.vault` nothing else; master key and register are in neither, both are
    nobody else's to read."""
    house = open_house()
    ticket = receive(house).stream
    house.vault.erase(receive(house).stream)
    assert hotline("backup", tmp_path / "copy").exit_code == 0
    files = [tmp_path / "copy", keys_of(tmp_path / "copy")]
    assert names_in(files[0]) == ["manifest.json", "views", "outbox", "access", "accounts", "store"]
    assert names_in(files[1]) == ["manifest.json", "vault"]
    with sqlite3.connect(tmp_path / "data" / "vault.db") as vault:
        (wrapped,) = vault.execute("SELECT wrapped FROM vault_keys WHERE ticket_id = ?", (ticket.hex,)).fetchone()
    secret, register = (tmp_path / "data" / "master.key", tmp_path / "data" / "erasures")
    assert [wrapped.encode() in file.read_bytes() for file in files] == [False, True]
    for file in files:
        assert secret.read_bytes().strip() not in file.read_bytes()
        assert MasterKey.load(secret).secret not in file.read_bytes()
        assert register.read_bytes() not in file.read_bytes()
        assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy", "copy.vault", "data"]


def names_in(file: Path) -> list[str]:
    with tarfile.open(file) as tar:
        return tar.getnames()


def test_an_older_backup_does_not_undo_an_erasure(
    open_house: Open, hotline: Hotline, store_url: str, clock: SettableClock, tmp_path: Path
) -> None:
    """Backed up, then erased, then restored: log and keys are the old ones, and the words and the person stay gone."""
    house = open_house(store=store_url)
    ticket = closed(house)
    house.catch_up()
    sealed = house.hotline.history(ticket)[0].fact.text  # type: ignore[attr-defined]
    assert hotline("backup", tmp_path / "copy", store=store_url).exit_code == 0
    erase(house, ticket, clock)
    while Eraser(house).step():
        pass
    house.close()

    done = hotline("restore", tmp_path / "copy", "--replace", store=store_url)

    assert done.exit_code == 0, done.output
    again = open_house(store=store_url)
    with opened(tmp_path / "copy") as (manifest, _):
        assert again.hotline.position() == manifest.position
    assert again.vault.unseal(ticket, "received.text", sealed) is None
    assert again.vault.find_by_phone(PHONE) == []
    assert again.vault.erased(ticket)
    assert traces(tmp_path) == []


def test_an_interrupted_restore_is_ended_by_repair(
    open_house: Open, hotline: Hotline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between two stores, the house is not opened as it is; `repair` ends what was begun."""
    house = open_house()
    live_through(house)
    assert hotline("backup", tmp_path / "copy").exit_code == 0
    end = house.hotline.position()
    receive(house)
    house.close()
    real, moved = backup_sqlite.os.replace, []

    def die_at_the_third(made: str, store: str) -> None:
        if len(moved) == 2:
            raise KeyboardInterrupt
        moved.append(store)
        real(made, store)

    with monkeypatch.context() as patched:
        patched.setattr(backup_sqlite.os, "replace", die_at_the_third)
        assert hotline("restore", tmp_path / "copy", "--replace").exit_code != 0
    assert len(moved) == 2
    for words in (["check"], ["up"], ["backup", tmp_path / "another"]):
        refused = hotline(*words)
        assert refused.exit_code == 1
        assert "hotline repair" in refused.output

    mended = hotline("repair")

    assert mended.exit_code == 0, mended.output
    again = open_house()
    assert again.hotline.position() == end
    assert list(findings(again)) == []
