"""Sweeping keys whose facts never came, and changing the master key."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from hotline.vault import MasterKey, MasterKeyUnusable, Vault, VaultConflict
from tests.hotline.vault.conftest import House


def test_keys_without_facts_are_swept(house: House, vault: Vault) -> None:
    """An old key whose facts never came goes, with its person; one with facts, and a young one, stay."""
    orphan, real, young = uuid4(), uuid4(), uuid4()
    lost, kept = vault.seal(orphan, "text", "甲"), vault.seal(real, "text", "乙")
    vault.person(name="王五", phone="13800000000", ticket_id=orphan)
    vault.flush()
    house.clock.advance(hours=2)
    fresh = vault.seal(young, "text", "丙")
    vault.flush()
    asked: list[UUID] = []

    def known(tickets: Sequence[UUID]) -> set[UUID]:
        asked.extend(tickets)
        return {real}

    older_than = house.clock() - timedelta(hours=1)
    assert vault.sweep_orphans(known, older_than) == 1
    assert set(asked) == {orphan, real}
    assert vault.unseal(orphan, "text", lost) is None
    assert not vault.erased(orphan)
    assert vault.find_by_phone("13800000000") == []
    assert vault.unseal(real, "text", kept) == "乙"
    assert vault.unseal(young, "text", fresh) == "丙"

    assert vault.sweep_orphans(known, older_than) == 0
    assert len(asked) == 2, "what is known to have facts is not asked about again"


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(house: House, vault: Vault) -> None:
    """After a rotation texts, persons, look-ups and digests are as before under the new key, also for what was not
    flushed yet; the old key is refused."""
    ticket, pending = uuid4(), uuid4()
    sealed = vault.seal(ticket, "text", "甲")
    person = vault.person(name="王五", phone="13800000000", ticket_id=ticket)
    vault.flush()
    digest = vault.blind("nuisance", "13800000000")
    waiting = vault.seal(pending, "text", "乙")
    new = MasterKey(b"\x07" * 32)

    assert vault.rotate_master(new) == 2
    vault.flush()
    after = vault.seal(other := uuid4(), "text", "丙")
    vault.flush()

    for process in (vault, house.open(master=new)):
        assert process.unseal_many([(ticket, "text", sealed), (pending, "text", waiting), (other, "text", after)]) == [
            "甲",
            "乙",
            "丙",
        ]
        assert process.find_by_phone("13800000000") == [person]
        assert process.identities([person])[person].name == "王五"
        assert process.blind("nuisance", "13800000000") == digest
    with pytest.raises(MasterKeyUnusable):
        house.open()


def test_a_process_left_behind_by_a_rotation_says_what_is_wrong(house: House, vault: Vault) -> None:
    """A process still holding the old master key names the master key, and does not call the texts tampered."""
    ticket = uuid4()
    sealed = vault.seal(ticket, "text", "甲")
    vault.flush()
    behind = house.open()
    vault.rotate_master(MasterKey(b"\x07" * 32))
    with pytest.raises(MasterKeyUnusable, match="master key"):
        behind.unseal(ticket, "text", sealed)


def test_a_caller_erased_while_he_calls_again_is_taken_down_anew(house: House, vault: Vault) -> None:
    """If another process erases a person between recognising and flushing, the ticket is to be decided again."""
    first, second = uuid4(), uuid4()
    before = vault.person(name="王五", phone="13800000000", ticket_id=first)
    vault.flush()
    assert vault.person(name="王五", phone="13800000000", ticket_id=second) == before
    house.open().erase(first)
    with pytest.raises(VaultConflict) as conflict:
        vault.flush()
    assert conflict.value.tickets == {second}
    after = vault.person(name="王五", phone="13800000000", ticket_id=second)
    vault.flush()
    assert after != before
    assert vault.find_by_phone("13800000000") == [after]


def test_many_processes_may_prepare_one_vault(house: House) -> None:
    """Preparing the tables again, from any process, changes nothing and keeps the index key."""
    first = house.open()
    first.migrate()
    digest = first.blind("phone", "12345")
    second = house.open()
    second.migrate()
    first.migrate()
    assert {first.blind("phone", "12345"), second.blind("phone", "12345")} == {digest}


def test_a_vault_without_tables_says_what_to_do(house: House) -> None:
    """Using a vault before `migrate` names `migrate`."""
    with pytest.raises(RuntimeError, match="migrate"):
        house.open().blind("phone", "12345")
