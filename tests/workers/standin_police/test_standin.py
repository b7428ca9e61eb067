"""The stand-in for another platform: two of them, each a process of its own, hand matters to each other."""

from __future__ import annotations

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.handoff_rule import judge_all, of_standin
from tests.support.nats import NatsServer
from tests.support.police_desk import PoliceDesk
from tests.support.watching import eventually
from workers.standin_police.sending import by_http


@pytest.fixture(params=["http", "nats"])
def desks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[PoliceDesk, PoliceDesk]]:
    """Two of them, linked over HTTP or over a bus."""
    one, two = (
        PoliceDesk(tmp_path / "110", peer_name="110-b"),
        PoliceDesk(tmp_path / "b", name="110-b", peer_name="110"),
    )
    one.peer, two.peer = two.url, one.url
    server = None
    if request.param == "nats":
        server = NatsServer(tmp_path / "nats")
        one.peer = two.peer = server.url
    yield one, two
    one.kill()
    two.kill()
    if server is not None:
        server.kill()


def wrong(one: PoliceDesk, two: PoliceDesk) -> list[str]:
    return judge_all(of_standin(one.name, one.log()), of_standin(two.name, two.log()))


def settled(one: PoliceDesk, two: PoliceDesk) -> None:
    eventually(lambda: not wrong(one, two), within=30, every=0.2, what="settled")


def test_a_matter_passes_and_feedback_comes_back(desks: tuple[PoliceDesk, PoliceDesk]) -> None:
    """Offered, received, accepted, confirmed; then progress and result; both logs name the receiver."""
    one, two = desks
    one.start()
    two.start()
    two.order("next", answer="accept", times=2, progress=0.1, result=0.2)
    handoff = one.order("offer", times=2)
    one.until(handoff, "ended")
    settled(one, two)
    assert [row["kind"] for row in two.log(handoff) if row["what"] == "wrote"] == [
        "received", "accept", "progress", "result",
    ]  # fmt: skip
    assert one.log(handoff)[-1]["holder"] == "110-b"


def test_a_recall_decides_against_an_acceptance_that_comes_late(desks: tuple[PoliceDesk, PoliceDesk]) -> None:
    """The offerer's log had the recall first: the acceptance is void and both logs name the offerer."""
    one, two = desks
    one.start()
    two.start()
    two.order("next", answer="hear")
    handoff = one.order("offer")
    two.until(handoff, "offered")
    eventually(lambda: any(row.get("kind") == "received" for row in one.log(handoff)), what="heard")
    one.order("away")
    two.order("accept", handoff=handoff)
    one.order("recall", handoff=handoff)
    one.order("back")
    two.until(handoff, "recalled")
    settled(one, two)
    assert {one.log(handoff)[-1]["holder"], two.log(handoff)[-1]["holder"]} == {"110"}


def test_one_that_is_killed_goes_on_where_its_log_ends(desks: tuple[PoliceDesk, PoliceDesk]) -> None:
    """What was planned and what is owed stands in the log: kill -9 of both loses nothing and doubles nothing."""
    one, two = desks
    one.start()
    two.start()
    two.order("next", answer="accept", after=1.0, result=0.5)
    handoff = one.order("offer")
    two.until(handoff, "offered")
    two.kill()
    one.kill()
    two.start()
    one.start()
    one.until(handoff, "ended")
    settled(one, two)


def test_what_goes_wrong_by_seed_breaks_no_rule(desks: tuple[PoliceDesk, PoliceDesk]) -> None:
    """Late, twice, disputed, away, answers lost: by both logs never nobody, and exactly one when all is settled."""
    one, two = desks
    two.start("--seed", "7", "--offers", "6")
    one.start("--seed", "8", "--offers", "6")
    eventually(
        lambda: len({r["handoff_id"] for r in one.log() if "handoff_id" in r}) == 12, within=30, every=0.3, what="12"
    )
    settled(one, two)


def test_a_message_that_is_not_signed_or_not_its_peers_changes_nothing(tmp_path: Path) -> None:
    """Named, and the log is as it was."""
    desk = PoliceDesk(tmp_path, peer="http://127.0.0.1:9/")
    desk.start()
    try:
        request = urllib.request.Request(desk.url, b"{}", {"webhook-id": "x", "webhook-timestamp": "1"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=5)
        assert refused.value.code == 403
        refused.value.close()
        assert desk.ask("/orders", {"do": "dance"})[0] == 422
        assert desk.ask("/orders", {"do": "accept", "handoff": "nobody's"}) == (409, {"code": "unknown_handoff"})
        assert desk.log() == []
    finally:
        desk.kill()


def test_orders_come_from_a_file_once(tmp_path: Path) -> None:
    """One JSON a line; started again on its log it does not do them again."""
    orders = tmp_path / "orders.jsonl"
    orders.write_text('# two matters\n{"do": "offer"}\n\n{"do": "offer", "danger": true, "way": "one_key"}\n')
    desk = PoliceDesk(tmp_path, peer="http://127.0.0.1:9/")
    try:
        for _ in range(2):
            desk.start("--orders", str(orders))
            assert [row["kind"] for row in desk.log() if row["what"] == "wrote"] == ["offer", "offer"]
            desk.kill()
    finally:
        desk.kill()


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    """The other side may have taken it or not: it is sent again, and the sender lives on."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def half_an_answer() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n")

        other = threading.Thread(target=half_an_answer)
        other.start()
        send = by_http(f"http://127.0.0.1:{server.getsockname()[1]}/", "a secret of the test's own")
        assert send("matter:12345:1", b"{}") is None
        other.join()
