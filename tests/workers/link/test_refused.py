"""What is wrong with a message is named, by a code of its own, and changes nothing in our log."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from hotline.handoff.answering import Accept, Recall
from tests.support.police_desk import SECRET
from tests.workers.link.rig import Rig
from workers.standin_police.signing import headers as signed

OTHER = "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCBvZiAzMiBieXRlcyE="
A_DAY = 86_400.0


@pytest.fixture
def rig(rigs: Callable[..., Rig]) -> Rig:
    """Over HTTP, with nobody at the other end: the messages are made here, signed by the stand-in's own code."""
    return rigs()


def message(rig: Rig, kind: str, seq: int, handoff: str, **body: Any) -> dict[str, Any]:
    return {
        "spec": "handoff/1", "handoff_id": handoff, "sender": "110", "to": rig.house.rules.platforms.own, "seq": seq,
        "at": "2026-03-02T09:00:00+08:00", "kind": kind, "body": body,
    }  # fmt: skip


def offer(rig: Rig, handoff: str = "", **changes: Any) -> dict[str, Any]:
    matter = {"text": "试验用的噪音", "caller": {"name": "王测试", "phone": "13812345678"}}
    body = {"way": "push", "matter": matter, "number": "JW1", "first_received_by": "110"}
    return {**message(rig, "offer", 1, handoff or str(uuid4()), **body), **changes}


def send(
    rig: Rig,
    told: object,
    *,
    secret: str = SECRET,
    id_: str = "",
    late: float = 0.0,
    altered: bytes = b"",
    to: str = "110",
) -> tuple[int, dict[str, Any]]:
    body = told if isinstance(told, bytes) else json.dumps(told, ensure_ascii=False).encode()
    named = told if isinstance(told, dict) else {}
    id_ = id_ or f"{named.get('handoff_id')}:{named.get('sender')}:{named.get('seq')}"
    headers = {"Content-Type": "application/json", **signed(secret, id_, body, time.time() - late)}
    url = f"http://127.0.0.1:{rig.to_us.port}/api/v1/link/{to}"
    request = urllib.request.Request(url, body.replace(b"JW1", altered) if altered else body, headers)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.loads(refused.read())


WRONG: dict[str, tuple[int, Callable[[Rig], tuple[int, dict[str, Any]]]]] = {
    "bad_signature": (403, lambda rig: send(rig, offer(rig), secret=OTHER)),
    "bad_signature: altered": (403, lambda rig: send(rig, offer(rig), altered=b"JW2")),
    "bad_signature: another id": (403, lambda rig: send(rig, b"{}", secret="whsec_" + "A" * 40)),
    "message_stale": (409, lambda rig: send(rig, offer(rig), late=301)),
    "message_stale: replayed": (409, lambda rig: send(rig, offer(rig), late=A_DAY)),
    "message_from_future": (409, lambda rig: send(rig, offer(rig), late=-302)),
    "wrong_sender": (409, lambda rig: send(rig, offer(rig, sender="119"))),
    "wrong_sender: not for us": (409, lambda rig: send(rig, offer(rig, to="12345-elsewhere"))),
    "wrong_sender: id of another message": (409, lambda rig: send(rig, offer(rig), id_="another")),
    "message_malformed": (422, lambda rig: send(rig, offer(rig, kind="gossip"))),
    "message_malformed: no JSON": (422, lambda rig: send(rig, b"\xff")),
    "message_early": (409, lambda rig: send(rig, offer(rig, seq=2))),
    "unknown_handoff": (409, lambda rig: send(rig, message(rig, "accept", 1, str(uuid4()), reference="x"))),
    "no_such_link": (404, lambda rig: send(rig, offer(rig), to="water")),
    "no_such_link: not a platform": (404, lambda rig: send(rig, offer(rig), to="nobody")),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_message_is_named_and_changes_nothing(rig: Rig, case: str) -> None:
    """Each has its own code, in two languages, with nothing of what was sent, and the log ends where it did."""
    status, act = WRONG[case]
    before = rig.house.hotline.position()
    answered, problem = act(rig)
    assert (answered, problem["code"]) == (status, case.partition(":")[0])
    assert problem["detail"]
    assert problem["detail_en"]
    assert "13812345678" not in json.dumps(problem)
    assert rig.house.hotline.position() == before


def test_a_message_that_comes_again_is_acknowledged_again_and_written_once(rig: Rig) -> None:
    """The same attempt replayed within five minutes, or signed anew: 200, `applied` false, nothing written."""
    told = offer(rig)
    assert send(rig, told) == (200, {"applied": True, "last": 1})
    before = rig.house.hotline.position()
    for _ in range(3):
        assert send(rig, told) == (200, {"applied": False, "last": 1})
    assert rig.house.hotline.position() == before


def test_a_message_out_of_its_turn_says_how_far_we_have_heard(rig: Rig) -> None:
    """One that is missing is named by `last`; in order it goes on."""
    told = offer(rig)
    send(rig, told)
    rig.do(told["handoff_id"], Accept())
    early = message(rig, "recall", 3, told["handoff_id"], reason="x")
    status, problem = send(rig, early)
    assert (status, problem["code"], problem["last"]) == (409, "message_early", 1)
    assert send(rig, message(rig, "confirmed", 2, told["handoff_id"])) == (200, {"applied": True, "last": 2})
    status, problem = send(rig, early)
    assert (status, problem["code"], problem["last"]) == (409, "recall_of_accepted", 2)


def test_an_acceptance_of_what_was_recalled_is_void_and_a_second_one_refused(rig: Rig) -> None:
    """The first is told that it is void; whoever says it again after that is refused by name; custody never moved."""
    handoff = rig.give()
    rig.do(handoff, Recall(reason="来电人已和解"))
    assert send(rig, message(rig, "accept", 1, handoff, reference="JJ-1"))[0] == 200
    before = rig.house.hotline.position()
    status, problem = send(rig, message(rig, "accept", 2, handoff, reference="JJ-1"))
    assert (status, problem["code"]) == (409, "accept_of_recalled")
    assert rig.house.hotline.position() == before
    state = rig.state(handoff)
    assert state is not None
    assert (state.stage, state.holder, state.voided) == ("recalled", rig.house.rules.platforms.own, 1)


def test_feedback_before_acceptance_and_a_confirmation_from_the_wrong_side_are_refused(rig: Rig) -> None:
    """Custody is as it was."""
    handoff = rig.give()
    before = rig.house.hotline.position()
    status, problem = send(rig, message(rig, "progress", 1, handoff, words="在路上"))
    assert (status, problem["code"]) == (409, "feedback_before_acceptance")
    status, problem = send(rig, message(rig, "confirmed", 1, handoff))
    assert (status, problem["code"]) == (409, "wrong_side")
    assert rig.house.hotline.position() == before
    state = rig.state(handoff)
    assert state is not None
    assert state.holder == rig.house.rules.platforms.own


def test_a_secret_can_be_changed_without_a_gap(rig: Rig) -> None:
    """Two lines in the file: either proves."""
    file = rig.settings.link_keys
    assert file is not None
    (file / "110").write_text(f"{OTHER}\n{SECRET}\n")
    assert send(rig, offer(rig), secret=SECRET)[0] == 200
    assert send(rig, offer(rig), secret=OTHER)[0] == 200
    (file / "110").write_text(f"{OTHER}\n")
    assert send(rig, offer(rig), secret=SECRET)[0] == 403
