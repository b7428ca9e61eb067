"""The courier: nothing can be stuck in "sent", whatever either side forgets."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from uuid import UUID

import pytest
import structlog
from prometheus_client import CollectorRegistry, generate_latest

from hotline.facts import Recorded
from hotline.handoff.answering import Recall
from hotline.handoff.messages import Message, Offer, read
from hotline.texts import say
from tests.support.watching import eventually
from tests.workers.acting import LEADER, OPERATOR, act
from tests.workers.link.rig import Rig
from workers.directory import CannotStart
from workers.eraser import Eraser
from workers.link.courier import Courier
from workers.link.ledger import Ledger, Noted, forget
from workers.link.lines import linked
from workers.link.pieces import Standing, couriers
from workers.link.road import Answer

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def rig(rigs: Callable[..., Rig]) -> Rig:
    return rigs()


def test_what_was_acknowledged_may_be_forgotten_here(rig: Rig) -> None:
    """Without our ledger everything is said again, and the other side takes nothing twice."""
    rig.desk.start()
    rig.link()
    handoffs = [rig.give() for _ in range(3)]
    for handoff in handoffs:
        rig.until(handoff, "accepted")
    rig.settle()
    rig.unlink()
    taken = len(rig.desk.log())
    forget(rig.house.outbox)
    rig.link()
    ledger = Ledger(rig.house.outbox, "110")
    eventually(lambda: ledger.position() == rig.house.hotline.position() and ledger.standing()[0] == 0, what="said")
    assert len(rig.desk.log()) == taken
    rig.settle()


def test_what_was_acknowledged_may_be_forgotten_over_there(rig: Rig) -> None:
    """The other side lost its log: what we say next makes us begin again with the offer."""
    rig.desk.start()
    rig.link()
    rig.desk.order("next", answer="hear")
    handoff = rig.give()
    eventually(lambda: (state := rig.state(handoff)) is not None and state.acknowledged, what="received")
    rig.desk.kill()
    shutil.rmtree(rig.desk._room / "data")
    rig.desk.start()
    rig.desk.order("next", answer="silent")
    rig.do(handoff, Recall(reason="误转"))
    rig.desk.until(handoff, "recalled")


def test_a_danger_nobody_has_received_is_offered_again(rig: Rig) -> None:
    """Each alarm sends the offer once more, so that the other side's own people are called again."""
    rig.desk.start()
    rig.link()
    rig.desk.order("next", answer="silent")
    handoff = rig.give(danger=True)
    ledger = Ledger(rig.house.outbox, "110")
    eventually(lambda: rig.desk.state(handoff) == "offered" and ledger.standing()[0] == 0, what="heard")
    ledger.note([Noted(rig.stream(handoff), True, 1, True)], ledger.position(), rig.house.now())
    assert ledger.standing()[0] == 1
    eventually(lambda: ledger.standing()[0] == 0, what="said again")
    assert len(rig.desk.log(handoff)) == 2, "taken once"


def test_who_runs_it_sees_what_waits_and_for_how_long(rig: Rig) -> None:
    """`hotline_link_waiting` and its age by platform; 0 when all is said."""
    found = couriers(rig.house, None)
    registry = CollectorRegistry()
    registry.register(Standing(rig.house, found))
    rig.give()
    found["110"].follow()
    told = generate_latest(registry).decode()
    assert 'hotline_link_waiting{platform="110"} 1.0' in told
    assert 'hotline_link_refused{platform="110"} 0.0' in told


@pytest.mark.parametrize(
    "links", ["nobody=http://127.0.0.1/x", "119=http://127.0.0.1/x", "110=nats:", "water=http://127.0.0.1/x"]
)
def test_a_link_that_does_not_fit_the_profile_is_refused_at_the_start(rig: Rig, links: str) -> None:
    """Unknown, without a link in the profile, by another way, without a secret: a sentence in two languages."""
    with pytest.raises(CannotStart, match=" / "):
        linked(rig.settings.model_copy(update={"links": links}), rig.house.rules)


class Forgetful:
    """A road on which every fourth message is lost."""

    def __init__(self) -> None:
        self.sent, self.through = 0, set[str]()

    def run(self, stop: Event) -> None:
        """Nothing to keep open."""

    def send(self, id_: str, body: bytes) -> Answer | None:
        self.sent += 1
        if self.sent % 4 == 0:
            return None
        self.through.add(id_.partition(":")[0])
        return Answer(200, last=1)


def test_a_message_lost_now_and_then_does_not_close_the_road(rig: Rig) -> None:
    """Not a moment passes: two of ten messages are lost and wait for their next try, the eight others are through."""
    for _ in range(10):
        rig.give()
    road = Forgetful()
    courier = Courier(rig.house, linked(rig.settings, rig.house.rules)["110"], road, ticks=lambda: 0.0)
    while courier.follow():
        continue
    with ThreadPoolExecutor(1) as pool:
        eventually(
            lambda: (courier.send(pool), courier.ledger.standing()[0])[1] == 2, within=20, what="eight are acknowledged"
        )
    assert (road.sent, len(road.through)) == (10, 8)


def silenced(rig: Rig, **more: object) -> str:
    """A matter that 110 has not heard of, recalled, and its ticket stored only."""
    handoff = rig.give(**more)
    rig.do(handoff, Recall(reason="误转"))
    state = rig.state(handoff)
    assert state is not None
    act(rig.house, state.ticket, "withdraw", OPERATOR)
    act(rig.house, state.ticket, "erase", OPERATOR, reason="来电人要求删除")
    act(rig.house, state.ticket, "approve-erasure", LEADER)
    while Eraser(rig.house).step():
        pass
    return handoff


class Listening:
    """A road whose other side hears everything; `heard` has the messages by hand-off."""

    def __init__(self) -> None:
        self.heard: dict[str, list[Message]] = {}

    def run(self, stop: Event) -> None:
        """Nothing to keep open."""

    def send(self, id_: str, body: bytes) -> Answer | None:
        said = self.heard.setdefault(id_.partition(":")[0], [])
        said.append(read(body))
        return Answer(200, last=len(said))


def carry(courier: Courier, left: int) -> None:
    """Follow the log to its end and send, until so many matters are left."""
    while courier.follow():
        continue
    with ThreadPoolExecutor(1) as pool:
        eventually(lambda: (courier.send(pool), courier.ledger.standing()[0])[1] == left, within=20, what="carried")


def test_a_ticket_that_is_stored_only_holds_up_no_danger(rig: Rig) -> None:
    """Its words are opened for nobody, so 110 hears of the offer and its recall without them; what comes after it is told."""
    gone = silenced(rig)
    danger = rig.give(danger=True)
    road = Listening()
    carry(Courier(rig.house, linked(rig.settings, rig.house.rules)["110"], road), 0)
    assert {handoff: [said.kind for said in heard] for handoff, heard in road.heard.items()} == {
        gone: ["offer", "recall"], danger: ["offer"],
    }  # fmt: skip
    offer = road.heard[gone][0]
    assert isinstance(offer, Offer)
    assert (offer.body.matter.text, offer.body.matter.caller) == (say("handoff.erased"), None)


def test_a_matter_that_cannot_be_looked_at_ends_no_other_and_is_not_forgotten(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are said, the fault is told, the matter counts among those that wait; it is said when the fault is gone,
    by another process too."""
    broken, whole = rig.give(), rig.give()
    line, road, history = linked(rig.settings, rig.house.rules)["110"], Listening(), rig.house.hotline.history

    def failing(stream: UUID) -> list[Recorded]:
        if stream == rig.stream(broken):
            raise RuntimeError("broken")
        return history(stream)

    monkeypatch.setattr(rig.house.hotline, "history", failing)
    with structlog.testing.capture_logs() as told:
        carry(Courier(rig.house, line, road), 1)
    assert list(road.heard) == [whole]
    assert [(one["matter"], one["log_level"]) for one in told if one["event"] == "matter_failed"] == [
        (str(rig.stream(broken)), "error")
    ]
    monkeypatch.setattr(rig.house.hotline, "history", history)
    carry(Courier(rig.house, line, road), 0)
    assert set(road.heard) == {whole, broken}


class Contrary:
    """A road whose other side refuses everything, by one code and by another in turn."""

    def __init__(self) -> None:
        self.sent = 0

    def run(self, stop: Event) -> None:
        """Nothing to keep open."""

    def send(self, id_: str, body: bytes) -> Answer | None:
        self.sent += 1
        return Answer(409, "unknown_handoff" if self.sent % 2 else "wrong_side")


def test_what_is_refused_again_and_again_is_an_error_once(rig: Rig) -> None:
    """Six tries of one matter: each code is told once as an error, afterwards at info, and it is tried again all the same."""
    rig.give()
    road, now = Contrary(), iter(range(0, 10_000, 100))
    courier = Courier(rig.house, linked(rig.settings, rig.house.rules)["110"], road, ticks=lambda: float(next(now)))
    while courier.follow():
        continue
    with structlog.testing.capture_logs() as told, ThreadPoolExecutor(1) as pool:
        eventually(lambda: (courier.send(pool), road.sent >= 6)[1], within=20, what="six tries")
    levels = [(one["code"], one["log_level"]) for one in told if one["event"] == "message_refused"]
    assert levels[:4] == [
        ("unknown_handoff", "error"), ("wrong_side", "error"), ("unknown_handoff", "info"), ("wrong_side", "info"),
    ]  # fmt: skip


class Poisoned:
    """A road on which nobody answers one matter, and everybody the others."""

    def __init__(self, poison: str) -> None:
        self.poison, self.through = poison, set[str]()

    def run(self, stop: Event) -> None:
        """Nothing to keep open."""

    def send(self, id_: str, body: bytes) -> Answer | None:
        if id_.startswith(self.poison):
            return None
        self.through.add(id_.partition(":")[0])
        return Answer(200, last=1)


def test_a_matter_that_nobody_answers_holds_up_no_other(rig: Rig) -> None:
    """A danger stands first in line and is never answered: the twelve behind it are said all the same."""
    poison = rig.give(danger=True)
    others = {rig.give() for _ in range(12)}
    road = Poisoned(poison)
    stop = Event()
    courier = Courier(rig.house, linked(rig.settings, rig.house.rules)["110"], road)
    work = Thread(target=courier.run, args=(stop,), daemon=True)
    work.start()
    try:
        eventually(lambda: road.through == others, within=30, what="the others")
        eventually(lambda: courier.ledger.standing()[0] == 1, what="all others are acknowledged")
    finally:
        stop.set()
        work.join(10)
