"""Sealing and opening texts."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from hotline.sealing import CipherName, Tampered, is_sealed
from hotline.vault import Erased, MasterKey, MasterKeyUnusable, Restricted, Vault, VaultConflict
from tests.hotline.vault.conftest import House


def test_a_sealed_text_opens_after_a_restart(house: House) -> None:
    """What was sealed and flushed opens in another process, one by one and in a batch."""
    vault = house.open()
    vault.migrate()
    tickets = [uuid4() for _ in range(3)]
    items = [(ticket, "text", vault.seal(ticket, "text", f"第{n}件：路灯不亮")) for n, ticket in enumerate(tickets)]
    vault.flush()

    again = house.open()

    assert [again.unseal(*item) for item in items] == ["第0件：路灯不亮", "第1件：路灯不亮", "第2件：路灯不亮"]
    assert house.open().unseal_many([*items, items[0]]) == [
        "第0件：路灯不亮",
        "第1件：路灯不亮",
        "第2件：路灯不亮",
        "第0件：路灯不亮",
    ]
    assert all(is_sealed(sealed) for _, _, sealed in items)


def test_nothing_is_kept_before_flush(house: House) -> None:
    """A key that was not flushed is known to nobody else, and its text opens only where it was sealed."""
    vault = house.open()
    vault.migrate()
    ticket = uuid4()
    sealed = vault.seal(ticket, "text", "井盖丢失")
    assert vault.unseal(ticket, "text", sealed) == "井盖丢失"
    assert house.open().unseal(ticket, "text", sealed) is None


def test_a_text_opens_under_its_own_ticket_and_label_only(vault: Vault) -> None:
    """A ciphertext moved to another ticket or another field is called tampered."""
    mine, other = uuid4(), uuid4()
    sealed = vault.seal(mine, "text", "楼道堆物")
    vault.seal(other, "text", "…")
    vault.flush()
    with pytest.raises(Tampered):
        vault.unseal(other, "text", sealed)
    with pytest.raises(Tampered):
        vault.unseal(mine, "place", sealed)
    with pytest.raises(Tampered):
        vault.unseal_many([(mine, "text", sealed), (mine, "place", sealed)])


def test_a_ticket_never_heard_of_opens_as_nothing(vault: Vault) -> None:
    """An unknown ticket gives None and is not called erased."""
    foreign = vault.seal(uuid4(), "text", "x")
    stranger = uuid4()
    assert vault.unseal(stranger, "text", foreign) is None
    assert vault.unseal_many([(stranger, "text", foreign)]) == [None]
    assert not vault.erased(stranger)


def test_both_ciphers_are_read_whatever_is_set(house: House) -> None:
    """A vault that was switched to SM4 still opens what AES sealed, and the reverse."""
    first = house.open(cipher="A")
    first.migrate()
    ticket = uuid4()
    by_aes = first.seal(ticket, "text", "甲")
    first.flush()
    second = house.open(cipher="S")
    by_sm4 = second.seal(ticket, "text", "乙")
    assert by_sm4.startswith("s1.S.")
    assert second.unseal(ticket, "text", by_aes) == "甲"
    assert first.unseal(ticket, "text", by_sm4) == "乙"


def test_the_wrong_master_key_is_named_at_once(house: House) -> None:
    """A vault opened with another master key says so when it is opened, not when a citizen calls."""
    house.open().migrate()
    with pytest.raises(MasterKeyUnusable, match="master key does not fit"):
        house.open(master=MasterKey(b"\x01" * 32))


def test_two_processes_never_hold_two_keys_for_one_ticket(house: House) -> None:
    """Of two processes that make a key for the same ticket the second is told to decide again, and then agrees."""
    one, two = house.open(), house.open()
    one.migrate()
    two.migrate()
    ticket, bystander = uuid4(), uuid4()
    kept = one.seal(ticket, "text", "先")
    lost = two.seal(ticket, "text", "后")
    beside = two.seal(bystander, "text", "旁")
    one.flush()
    with pytest.raises(VaultConflict) as conflict:
        two.flush()
    assert conflict.value.tickets == {ticket}
    assert two.unseal(ticket, "text", kept) == "先"
    with pytest.raises(Tampered):
        two.unseal(ticket, "text", lost)
    two.flush()
    again = two.seal(ticket, "text", "后")
    assert house.open().unseal(ticket, "text", again) == "后"
    assert house.open().unseal(bystander, "text", beside) == "旁"


def test_a_restricted_ticket_is_stored_only(house: House, vault: Vault) -> None:
    """In its store-only stage a text opens for retention and erasure alone, in every process."""
    ticket, free = uuid4(), uuid4()
    sealed, other = vault.seal(ticket, "text", "噪音"), vault.seal(free, "text", "积水")
    vault.flush()
    elsewhere = house.open()
    assert elsewhere.unseal(ticket, "text", sealed) == "噪音"

    vault.restrict(ticket)

    for process in (vault, elsewhere):
        with pytest.raises(Restricted):
            process.unseal(ticket, "text", sealed)
        with pytest.raises(Restricted):
            process.seal(ticket, "text", "更多")
        assert process.unseal_many([(ticket, "text", sealed), (free, "text", other)]) == [None, "积水"]
        assert process.unseal(ticket, "text", sealed, purpose="retention") == "噪音"


def test_threads_seal_and_flush_side_by_side(house: House, vault: Vault) -> None:
    """Eight threads that seal and flush at once lose no key and get no conflict."""
    start = Barrier(8)
    shared = uuid4()

    def work(_: int) -> list[tuple[UUID, str, str]]:
        start.wait()
        items: list[tuple[UUID, str, str]] = []
        for _ in range(10):
            ticket = uuid4()
            items.append((ticket, "text", vault.seal(ticket, "text", "积水")))
            items.append((shared, "note", vault.seal(shared, "note", "积水")))
            vault.flush()
        return items

    with ThreadPoolExecutor(8) as threads:
        done = [item for items in threads.map(work, range(8)) for item in items]
    assert len(done) == 160
    assert set(house.open().unseal_many(done)) == {"积水"}


@pytest.mark.parametrize("cipher", ["A", "S"])
def test_a_file_is_sealed_as_it_is(house: House, cipher: CipherName) -> None:
    """Any bytes come back under the same ticket and label alone; the envelope adds 33 bytes; erased, it is never opened."""
    vault = house.open(cipher=cipher)
    vault.migrate()
    ticket, content = uuid4(), bytes(range(256)) * 40
    sealed = vault.seal_bytes(ticket, "attachment.1", content)
    vault.flush()
    assert len(sealed) == len(content) + 33
    assert content[:32] not in sealed
    assert vault.unseal_bytes(ticket, "attachment.1", sealed) == content
    for other, label, given in ((ticket, "attachment.2", sealed), (ticket, "attachment.1", sealed[:-1] + b"x"),
                                (ticket, "attachment.1", sealed[:20]), (ticket, "attachment.1", b"plain")):  # fmt: skip
        with pytest.raises(Tampered):
            vault.unseal_bytes(other, label, given)
    assert vault.unseal_bytes(uuid4(), "attachment.1", sealed) is None
    vault.restrict(ticket)
    with pytest.raises(Restricted):
        vault.unseal_bytes(ticket, "attachment.1", sealed)
    vault.erase(ticket)
    assert vault.unseal_bytes(ticket, "attachment.1", sealed) is None
    with pytest.raises(Erased):
        vault.seal_bytes(ticket, "attachment.1", content)
