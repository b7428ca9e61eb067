"""After an erasure nothing of the caller is left in any file of the hotline."""

import base64
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

from hotline.facts import SYSTEM
from hotline.ticket.facts import ProcessingRestricted, TicketErased
from hotline.ticket.supervising import Ring
from tests.support.clock import SettableClock
from tests.support.nats import NatsServer
from tests.support.watching import eventually
from tests.workers.acting import LEADER, NAME, OPERATOR, PHONE, TEXT, act, closed, dispatched, finish
from workers.attachments import label_of
from workers.bus import Bus
from workers.compose import House
from workers.eraser import Eraser
from workers.notifier import notifier
from workers.relay import Relay

PHOTO, PHOTO_NAME = "bytes-of-a-photo-nobody-else-has", "欧阳测试家门口的试验照片.pdf"
CANARIES = (NAME, PHONE, TEXT, "样例路 12 号 3 单元", PHOTO, PHOTO_NAME)


def spellings(word: str) -> set[bytes]:
    """The ways in which a word could lie in a file, however it is aligned within base64."""
    found = {word.encode(coding) for coding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")}
    found |= {word.encode().hex().encode(), word.encode("unicode_escape")}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + word.encode()).rstrip(b"=")
        found.add(encoded[4:-2])
    return found


def traces(folder: Path) -> list[str]:
    """Files that hold a canary, or half of one, in any spelling."""
    held = {file.name: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    wanted = {c: [s for part in (c, c[: len(c) // 2 + 2]) for s in spellings(part) if len(s) > 5] for c in CANARIES}
    return [
        f"{name}: {canary}"
        for name, content in held.items()
        for canary, spelled in wanted.items()
        if any(one in content for one in spelled)
    ]


def attach(house: House, ticket: UUID) -> None:
    """What the web does with a file."""
    made, content = UUID(int=77), b"%PDF-" + PHOTO.encode()
    house.attachments.put(ticket, made, house.vault.seal_bytes(ticket, label_of(made), content), house.now())
    act(house, ticket, "attach", OPERATOR, attachment=made, kind="pdf", size=len(content), name=PHOTO_NAME)
    house.attachments.settle(ticket, made)


def erase(house: House, ticket: UUID, clock: SettableClock) -> None:
    """Ask, approve, and let the statutory retention run out."""
    act(house, ticket, "erase", OPERATOR, reason="来电人要求删除")
    act(house, ticket, "approve-erasure", LEADER)
    clock.advance(days=366 * 40)
    house.hotline.handle(Ring(clock="retention", level="red"), on=ticket, by=SYSTEM)
    assert isinstance(house.hotline.history(ticket)[-1].fact, TicketErased)


def test_no_fragment_is_left_anywhere(
    house: House, nats_server: NatsServer, tmp_path: Path, clock: SettableClock
) -> None:
    """Log, views, vault, outbox, accounts, record of looks, attachments and the bus's own store: no name, number, word,
    place or photo."""
    ticket = dispatched(house)
    attach(house, ticket)
    finish(house, ticket)
    relay, stop = Relay(house.hotline, Bus(nats_server.url)), Event()
    thread = Thread(target=relay.run, args=(stop,))
    thread.start()
    try:
        for recorded in house.hotline.facts_after(0):
            notifier(house)(recorded)
        house.catch_up()
        assert house.outbox.of_ticket(ticket)
        assert house.vault.find_by_phone(PHONE)
        erase(house, ticket, clock)
        while Eraser(house).step():
            pass
        house.catch_up()
        eventually(lambda: relay.position == house.hotline.position(), what="the bus has the whole log")
        assert traces(tmp_path) == []
        assert list(house.attachments) == []
        assert house.vault.find_by_phone(PHONE) == []
        assert house.vault.erased(ticket)
        (received, *_) = house.hotline.history(ticket)
        assert house.vault.unseal(ticket, "received.text", received.fact.text) is None  # type: ignore[attr-defined]
        assert all(told.notice is None for told in house.outbox.of_ticket(ticket))
    finally:
        stop.set()
        thread.join(10)


def test_the_search_would_find_a_trace(tmp_path: Path) -> None:
    """The search itself finds a canary in every spelling it claims to look for."""
    for nth, spelled in enumerate(spellings(TEXT)):
        (tmp_path / f"f{nth}").write_bytes(b"xx" + spelled + b"yy")
    assert len({line.split(":")[0] for line in traces(tmp_path)}) == len(spellings(TEXT))


def test_the_store_only_stage_closes_the_words(house: House) -> None:
    """An approval before the retention ended: the vault opens the words to nobody, and they are still kept."""
    ticket = closed(house)
    act(house, ticket, "erase", OPERATOR, reason="来电人要求删除")
    act(house, ticket, "approve-erasure", LEADER)
    assert isinstance(house.hotline.history(ticket)[-1].fact, ProcessingRestricted)
    while Eraser(house).step():
        pass
    (received, *_) = house.hotline.history(ticket)
    sealed = received.fact.text  # type: ignore[attr-defined]
    assert house.vault.unseal_many([(ticket, "received.text", sealed)]) == [None]
    assert house.vault.unseal(ticket, "received.text", sealed, purpose="retention") == TEXT


def test_an_eraser_that_died_half_way_goes_on(house: House, clock: SettableClock) -> None:
    """Killed after the decision and before its position moved, the eraser erases on return; twice changes nothing."""
    ticket = closed(house)
    erase(house, ticket, clock)
    before = house.outbox.position("eraser")
    while Eraser(house).step():
        pass
    house.outbox.move("eraser", before)
    while Eraser(house).step():
        pass
    assert house.vault.erased(ticket)
    assert house.outbox.position("eraser") == house.hotline.position()
