"""The courier: nothing can be stuck in "sent", whatever either side forgets."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest
import structlog
from prometheus_client import CollectorRegistry, generate_latest

from hotline.handoff.answering import Recall
from tests.support.watching import eventually
from tests.workers.link.rig import Rig
from workers.directory import CannotStart
from workers.link.courier import Courier
from workers.link.ledger import Ledger, forget
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
    ledger.note([(rig.stream(handoff), True, 1, True)], ledger.position(), rig.house.now())
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
