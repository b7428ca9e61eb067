"""Erasing: nothing is left, nothing comes back, nobody else loses anything."""

import shutil
import sqlite3
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from hotline.vault import Erased, Vault
from hotline.vault.tables import connect, keys, links, lookups, persons
from tests.hotline.vault.conftest import House
from tests.hotline.vault.named import known_by_name

TEXT = "三单元的电梯又停了，老人下不了楼"
NAME, PHONE = "欧阳小满", "13800001234"


def _take_down(vault: Vault, ticket: UUID, *, name: str = NAME, phone: str = PHONE) -> tuple[str, UUID]:
    sealed = vault.seal(ticket, "text", TEXT)
    person = vault.person(name=name, phone=phone, ticket_id=ticket)
    vault.flush()
    return sealed, person


def _spellings(word: str) -> list[bytes]:
    raw = word.encode()
    spelled = [raw, word.encode("utf-16-le"), word.encode("utf-16-be"), raw.hex().encode(), raw.hex().upper().encode()]
    for skipped in range(3):  # base64 of the word as it looks at each offset inside a longer text
        padded = b"\0" * skipped + raw
        spelled += [encode(padded)[4 if skipped else 0 : -4] for encode in (b64encode, urlsafe_b64encode)]
    return spelled


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_erased_ticket_is_gone_everywhere(house: House, vault: Vault) -> None:
    """After an erase the text, the person and the look-ups are gone in every process, at once and after a restart."""
    ticket = uuid4()
    elsewhere = house.open()
    sealed, person = _take_down(vault, ticket)
    assert elsewhere.unseal(ticket, "text", sealed) == TEXT

    vault.erase(ticket)

    for process in (vault, elsewhere, house.open()):
        assert process.erased(ticket)
        assert process.unseal(ticket, "text", sealed) is None
        assert process.unseal_many([(ticket, "text", sealed)]) == [None]
        assert process.identity(person) is None
        assert process.find_by_phone(PHONE) == known_by_name(process, NAME) == process.tickets_of([person]) == []


def test_erasing_twice_is_erasing_once(vault: Vault) -> None:
    """An erase may be repeated, and may name a ticket the vault never knew: no key is ever made for it then."""
    ticket, unknown = uuid4(), uuid4()
    _take_down(vault, ticket)
    vault.erase(ticket)
    vault.erase(ticket, unknown)
    assert vault.erased(ticket)
    assert vault.erased(unknown)
    for gone in (ticket, unknown):
        with pytest.raises(Erased):
            vault.seal(gone, "text", "再写")
        with pytest.raises(Erased):
            vault.person(name="x", phone=None, ticket_id=gone)


def test_what_was_not_flushed_is_erased_too(vault: Vault) -> None:
    """An erase between sealing and flushing leaves neither key nor person, and the flush does not bring them back."""
    ticket, beside = uuid4(), uuid4()
    sealed = vault.seal(ticket, "text", TEXT)
    person = vault.person(name=NAME, phone=PHONE, ticket_id=ticket)
    kept = vault.seal(beside, "text", "别的")
    vault.erase(ticket)
    vault.flush()
    assert vault.unseal(ticket, "text", sealed) is None
    assert vault.identity(person) is None
    assert vault.unseal(beside, "text", kept) == "别的"


def test_a_person_with_another_ticket_stays(vault: Vault) -> None:
    """A caller's other ticket keeps him and its own text; erasing that one too lets him go."""
    first, second, stranger = uuid4(), uuid4(), uuid4()
    _, person = _take_down(vault, first)
    sealed, same = _take_down(vault, second)
    theirs, other = _take_down(vault, stranger, name="王五", phone="13900009999")
    assert same == person

    vault.erase(first)
    assert vault.find_by_phone(PHONE) == [person]
    assert vault.tickets_of([person]) == [second]
    assert vault.unseal(second, "text", sealed) == TEXT

    vault.erase(second)
    assert vault.identity(person) is None
    assert vault.find_by_phone("13900009999") == [other]
    assert vault.unseal(stranger, "text", theirs) == TEXT


def test_a_caller_who_comes_back_is_not_tied_to_what_was_erased(vault: Vault) -> None:
    """After an erase the same caller gets a new id, so that the old ticket's facts do not point at him again."""
    _, before = _take_down(vault, ticket := uuid4())
    vault.erase(ticket)
    _, after = _take_down(vault, uuid4())
    assert after != before


def test_no_byte_of_an_erased_ticket_stays_in_the_files(sqlite_house: House) -> None:
    """A byte search over every file of the vault finds no spelling of the words and none of the destroyed rows."""
    vault = sqlite_house.open()
    vault.migrate()
    others = [uuid4() for _ in range(300)]
    for n, other in enumerate(others[:150]):
        vault.seal(other, "text", "…")
        vault.person(name=f"某{n}", phone=f"139{n:08}", ticket_id=other)
    vault.flush()
    ticket = uuid4()
    _take_down(vault, ticket)
    for other in others[150:]:
        vault.seal(other, "text", "…")
    vault.flush()
    with sqlite3.connect(sqlite_house.folder / "vault.db") as raw:
        row = raw.execute("select wrapped from vault_keys where ticket_id = ?", (ticket.hex,)).fetchone()
        person = raw.execute("select person_id from vault_links where ticket_id = ?", (ticket.hex,)).fetchone()
        locked = raw.execute("select wrapped, sealed from vault_persons where person_id = ?", person).fetchone()
        found_by = raw.execute("select digest from vault_lookups where person_id = ?", person).fetchall()
    raw.close()
    destroyed = [*row, *person, *locked, *(digest for (digest,) in found_by)]
    assert len(destroyed) == 7
    before = b"".join(_files(sqlite_house.folder).values())
    assert all(part.encode() in before for part in destroyed), "the search must be able to find them"

    vault.erase(ticket)

    fragments = [part[at : at + 24].encode() for part in destroyed for at in range(0, len(part) - 23, 8)]
    words = [spelling for word in (TEXT, NAME, PHONE) for spelling in _spellings(word)]
    files = _files(sqlite_house.folder)
    assert {"vault.db", "erased.register"} <= set(files)
    for name, content in files.items():
        assert not [part for part in [*fragments, *words] if part in content], name
    assert len(vault.unseal_many([(other, "text", vault.seal(other, "text", "在")) for other in others])) == 300


def test_the_words_never_stand_in_the_files_at_all(sqlite_house: House) -> None:
    """Even before an erase no file of the vault holds a name, a number or a word in the clear."""
    vault = sqlite_house.open()
    vault.migrate()
    _take_down(vault, uuid4())
    for name, content in _files(sqlite_house.folder).items():
        assert not [word for word in (TEXT, NAME, PHONE) for part in _spellings(word) if part in content], name


def test_an_older_backup_does_not_bring_a_ticket_back(sqlite_house: House) -> None:
    """The vault's file restored from before the erase, beside the newer register, opens with the ticket destroyed."""
    vault = sqlite_house.open()
    vault.migrate()
    ticket, living = uuid4(), uuid4()
    sealed, person = _take_down(vault, ticket)
    kept, _ = _take_down(vault, living, name="王五", phone="13900009999")
    vault.close()
    shutil.copytree(sqlite_house.folder, sqlite_house.folder.parent / "backup")
    sqlite_house.open().erase(ticket)
    sqlite_house.opened[-1].close()

    for old in (sqlite_house.folder.parent / "backup").glob("vault.db*"):
        shutil.copy(old, sqlite_house.folder / old.name)
    restored = sqlite_house.open()

    assert restored.erased(ticket)
    assert restored.unseal(ticket, "text", sealed) is None
    assert restored.identity(person) is None
    assert restored.find_by_phone(PHONE) == []
    assert restored.unseal(living, "text", kept) == TEXT
    assert restored.reapply_register() == 0


def test_rows_restored_under_a_running_vault_are_destroyed_again(house: House, vault: Vault) -> None:
    """On either store, rows of an older dump that come back are destroyed by reapplying the register, or at opening."""
    ticket = uuid4()
    sealed, person = _take_down(vault, ticket)
    engine = connect(house.url)
    with engine.connect() as connection:
        dump = {table: [dict(row._mapping) for row in connection.execute(select(table))]
                for table in (keys, persons, lookups, links)}  # fmt: skip
    for reopen in (False, True):
        vault.erase(ticket)
        with engine.begin() as connection:
            connection.execute(keys.delete())
            for table, rows in dump.items():
                connection.execute(insert(table), rows)
        process = house.open() if reopen else vault
        assert process.reapply_register() == (0 if reopen else 1)
        assert process.unseal(ticket, "text", sealed) is None
        assert process.identity(person) is None
        assert known_by_name(process, NAME) == []
    engine.dispose()


def test_nothing_is_erased_that_could_not_be_registered(house: House, vault: Vault) -> None:
    """When the register cannot be written the erase fails whole: better a repeated request than a return of the dead."""
    ticket = uuid4()
    sealed, _ = _take_down(vault, ticket)
    house.register.mkdir()
    with pytest.raises(OSError, match="directory"):
        vault.erase(ticket)
    assert vault.unseal(ticket, "text", sealed) == TEXT


def test_a_reader_in_the_way_is_reported_and_a_second_erase_finishes(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process reads the file the journal cannot be emptied: the erase says so, and repeating it does."""
    monkeypatch.setattr("hotline.vault.tables.BUSY_SECONDS", 0.2)
    vault = sqlite_house.open()
    vault.migrate()
    ticket = uuid4()
    sealed, _ = _take_down(vault, ticket)
    reader = sqlite3.connect(sqlite_house.folder / "vault.db", isolation_level=None)
    reader.execute("begin")
    reader.execute("select count(*) from vault_keys").fetchone()
    with pytest.raises(TimeoutError, match="once more"):
        vault.erase(ticket)
    assert vault.unseal(ticket, "text", sealed) is None
    reader.execute("commit")
    reader.close()
    vault.erase(ticket)
    assert (sqlite_house.folder / "vault.db-wal").stat().st_size == 0
