"""Holding a model against what people decided."""

from uuid import UUID

from hotline.ticket.actions import ACTIONS
from hotline.ticket.receiving import Caller, Receive
from tests.tickets import FUMES, OPERATOR
from workers.compose import House
from workers.shadow import decided

WORDS = "楼下烧烤店的油烟天天往屋里灌，窗户都不敢开"


def _received(house: House, words: str) -> UUID:
    request = Receive(channel="phone", text=words, caller=Caller(name="林小满", phone="13800001234"))
    return house.hotline.receive(request, by=OPERATOR).stream


def test_only_what_a_person_decided_counts(house: House) -> None:
    """Given a ticket classified twice and one not at all, when history is gone through, then the last decision stands
    and the undecided ticket is left out."""
    twice = _received(house, WORDS)
    for category in (("environment", "environment.social_noise"), FUMES):
        house.hotline.handle(ACTIONS["classify"](type="complaint", category=category), on=twice, by=OPERATOR)
    _received(house, "还没有人看过")
    (only,) = decided(house)
    assert (only.text, only.category, only.types, only.owner) == (WORDS, FUMES[1], ("complaint",), None)


def test_erased_words_are_not_read(house: House) -> None:
    """Given a classified ticket whose key is destroyed, when history is gone through, then it is left out."""
    ticket = _received(house, WORDS)
    house.hotline.handle(ACTIONS["classify"](type="complaint", category=FUMES), on=ticket, by=OPERATOR)
    house.vault.erase(ticket)
    assert list(decided(house)) == []
