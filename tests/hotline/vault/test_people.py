"""Callers: recognised, found, kept apart."""

from uuid import uuid4

import pytest

from hotline.vault import NotAPhone, Restricted, Vault
from tests.hotline.vault.conftest import House
from tests.hotline.vault.named import known_by_name


def test_the_same_number_and_name_is_the_same_person(house: House, vault: Vault) -> None:
    """A caller is recognised by number and name, however they are written, before and after the flush."""
    first, second, third = uuid4(), uuid4(), uuid4()
    person = vault.person(name="王小明", phone="138-0000-0000", ticket_id=first)
    assert vault.person(name="王 小明", phone="+86 13800000000", ticket_id=second) == person
    vault.flush()
    elsewhere = house.open()
    assert elsewhere.person(name="王小明", phone="１３８００００００００", ticket_id=third) == person
    elsewhere.flush()
    assert set(vault.tickets_of([person])) == {first, second, third}


def test_another_name_on_the_same_number_is_another_person(vault: Vault) -> None:
    """A family's shared telephone has several callers, all found by it."""
    mother = vault.person(name="李梅", phone="13800000000", ticket_id=uuid4())
    son = vault.person(name="王小明", phone="13800000000", ticket_id=uuid4())
    unnamed = vault.person(name=None, phone="13800000000", ticket_id=uuid4())
    vault.flush()
    assert len({mother, son, unnamed}) == 3
    assert set(vault.find_by_phone("138 0000 0000")) == {mother, son, unnamed}
    assert known_by_name(vault, "李 梅") == [mother]


def test_callers_without_a_number_are_never_taken_for_one_another(vault: Vault) -> None:
    """Anonymous callers, and namesakes without a number, each get an id of their own."""
    ids = [vault.person(name=name, phone=phone, ticket_id=uuid4()) for name, phone in
           [(None, None), (None, None), ("王小明", None), ("王小明", ""), ("", " ")]]  # fmt: skip
    vault.flush()
    assert len(set(ids)) == 5
    assert set(known_by_name(vault, "王小明")) == set(ids[2:4])


def test_an_identity_comes_back_whole(house: House, vault: Vault) -> None:
    """Name, number, id number and kind come back, in one process and in the next, one by one and many at once."""
    shop = vault.person(name="好再来面馆", phone="028-86600000", kind="enterprise", ticket_id=uuid4())
    man = vault.person(name="张三", phone="13900000000", id_number="11010519491231002X", ticket_id=uuid4())
    before = vault.identities([shop, man])
    vault.flush()
    found = house.open().identities([shop, man, uuid4()])
    assert found == before
    assert (found[shop].name, found[shop].phone, found[shop].kind) == ("好再来面馆", "02886600000", "enterprise")
    assert (found[man].name, found[man].id_number, found[man].kind) == ("张三", "11010519491231002X", "person")
    assert house.open().identity(man) == found[man]
    assert house.open().identity(uuid4()) is None


def test_an_id_number_given_later_is_added(house: House, vault: Vault) -> None:
    """A known caller who now gives his id number stays the same person, with the number."""
    person = vault.person(name="张三", phone="13900000000", ticket_id=uuid4())
    vault.flush()
    again = vault.person(name="张三", phone="13900000000", id_number="11010519491231002X", ticket_id=uuid4())
    vault.flush()
    assert again == person
    known = house.open().identity(person)
    assert known is not None
    assert (known.name, known.id_number) == ("张三", "11010519491231002X")


def test_a_broken_number_notes_nobody(house: House, vault: Vault) -> None:
    """A number that is none is refused before anything is noted."""
    ticket = uuid4()
    with pytest.raises(NotAPhone):
        vault.person(name="王小明", phone="1380000", ticket_id=ticket)
    vault.flush()
    assert known_by_name(vault, "王小明") == []
    assert vault.tickets_of([]) == []
    assert vault.unseal(ticket, "text", vault.seal(uuid4(), "text", "x")) is None


def test_identities_do_not_print_themselves(vault: Vault) -> None:
    """Neither repr nor str of an identity shows a name or a number, since those end in logs."""
    identity = vault.identity(vault.person(name="王小明", phone="13800000000", id_number="x9", ticket_id=uuid4()))
    shown = f"{identity!r} {identity}"
    assert not any(part in shown for part in ("王小明", "13800000000", "x9", "None"))


def test_a_person_whose_every_ticket_is_store_only_is_not_shown(vault: Vault) -> None:
    """Restricting his only ticket hides a caller from look-ups too; another live ticket keeps him visible."""
    ticket = uuid4()
    person = vault.person(name="王小明", phone="13800000000", ticket_id=ticket)
    vault.flush()
    vault.restrict(ticket)
    with pytest.raises(Restricted):
        vault.identity(person)
    assert vault.identities([person]) == {}
    assert vault.find_by_phone("13800000000") == []
    kept = vault.identity(person, purpose="retention")
    assert kept is not None
    assert kept.name == "王小明"

    assert vault.person(name="王小明", phone="13800000000", ticket_id=uuid4()) == person
    vault.flush()
    assert vault.find_by_phone("13800000000") == [person]
    assert vault.identity(person) == kept


@pytest.mark.parametrize("cipher", ["A", "S"])
def test_a_blind_digest_is_keyed_and_steady(house: House, cipher: str) -> None:
    """Digests of one value agree across spellings and restarts, differ by kind and vault, and show nothing."""
    vault = house.open(cipher=cipher)
    vault.migrate()
    digest = vault.blind("phone", "138 0000 0000")
    assert digest == vault.blind("phone", "+8613800000000") == house.open(cipher=cipher).blind("phone", "13800000000")
    assert digest != vault.blind("nuisance", "13800000000")
    assert len(digest) == 64
    assert vault.blind("phone", "withheld") != vault.blind("phone", "unknown")
