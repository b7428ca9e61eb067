"""Platforms that cannot agree, over the API and with the stand-in as the other side: disputed, talked over between the two,
and when it is still undecided the one that the citizen turned to first has it.  Both logs say so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from hotline.facts import Role
from hotline.handoff import facts as f
from tests.support.watching import eventually
from tests.workers.link.rig import Rig
from workers.clock import TheClock
from workers.web.api import examples

pytestmark = pytest.mark.timeout(180)
UNDECIDED = '\n[platforms]\nundecided = "3 seconds"\n'
REASON = {"reason": "现场是消费纠纷，不属警情。"}


class People:
    """An operator and the police desk at the service API of a rig."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self._web = rig, httpx2.Client(base_url=f"http://127.0.0.1:{rig.to_us.port}/api/v1", timeout=20)
        self._tokens = {role: rig.house.accounts.issue_token(role) for role in (Role.OPERATOR, Role.POLICE_DESK)}

    def ask(self, method: str, path: str, role: Role = Role.POLICE_DESK, body: object = None, **more: str) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[role]}", **{n.replace("_", "-"): v for n, v in more.items()}}
        answer = self._web.request(method, path, json=body, headers=headers)
        self.rig.house.catch_up()
        return answer

    def seen(self, handoff: str) -> Any:
        """The hand-off as the police desk is shown it."""
        return self.ask("GET", f"/handoffs/{self.rig.stream(handoff)}")

    def step(self, handoff: str, action: str, body: object = None) -> Any:
        path, tag = f"/handoffs/{self.rig.stream(handoff)}", self.seen(handoff).headers["ETag"]
        return self.ask("POST", f"{path}/{action}", body=body, If_Match=tag)

    def hands_off(self) -> tuple[Any, str]:
        """A new ticket offered to 110: what its receipt answered, and the hand-off."""
        body = {"channel": "phone", "text": "店家与顾客争执", "caller": {"phone": "13812345678"}}
        filed = self.ask("POST", "/tickets", Role.OPERATOR, body, Idempotency_Key=str(uuid4())).json()
        path = f"/tickets/{filed['number']}"
        tag = self.ask("GET", path, Role.OPERATOR).headers["ETag"]
        offer = {"to": "110", "way": "push", "summary": "店家与顾客争执", "reason": "治安"}
        assert self.ask("POST", f"{path}/hand-off", Role.OPERATOR, offer, If_Match=tag).status_code == 200
        (line,) = self.ask("GET", "/handoffs?direction=out&open_only=true").json()
        return filed, line["handoff_id"]

    def becomes(self, handoff: str, stage: str) -> None:
        """Wait until it stands so."""
        self.until(lambda: self.seen(handoff).json()["stage"] == stage, stage)

    def until(self, probe: Callable[[], object], what: str) -> None:
        """Wait for something, the clock ringing what is due meanwhile."""

        def there() -> object:
            self.rig.house.catch_up()
            TheClock(self.rig.house, patience=0).ring()
            return probe()

        eventually(there, within=40, every=0.2, what=what)

    def close(self) -> None:
        self._web.close()


@pytest.fixture
def people(rigs: Callable[..., Rig]) -> Iterator[People]:
    rig = rigs(more=UNDECIDED)
    rig.desk.start()
    rig.link()
    found = People(rig)
    yield found
    found.close()


def never_early(rig: Rig, handoff: str, kind: type[f.HandOffFact]) -> None:
    """What ended the dispute came once, and not before its time."""
    history = rig.house.hotline.history(rig.stream(handoff))
    due = next(c.due for r in history if isinstance(r.fact, f.HandOffDisputed) for c in r.fact.clocks if not c.stopped)
    (end,) = [r for r in history if isinstance(r.fact, kind)]
    assert end.recorded_at >= due


def test_ours_that_they_dispute_stays_ours_in_the_end(people: People) -> None:
    """The citizen called 12345: 110 disputes, we say why it is theirs, nobody gives way, and after the wait we keep it; the
    offer is off over there, the citizen reads that it goes on here."""
    rig, own = people.rig, people.rig.house.rules.platforms.own
    rig.desk.order("next", answer="dispute", settle=60)
    filed, handoff = people.hands_off()
    people.becomes(handoff, "disputed")
    assert people.seen(handoff).json()["holder"] == own
    assert people.step(handoff, "accept").json()["code"] == "not_ours_to_accept"
    assert people.step(handoff, "dispute", REASON).status_code == 200
    eventually(
        lambda: any(r.get("kind") == "dispute" for r in rig.desk.log(handoff) if r["what"] == "took"),
        what="they read it",
    )
    people.becomes(handoff, "recalled")
    never_early(rig, handoff, f.HandOffRecalled)
    rig.settle()
    assert rig.desk.log(handoff)[-1]["holder"] == own
    ticket = people.ask("GET", f"/tickets/{filed['number']}", Role.OPERATOR).json()
    assert [(s["kind"], s["holder"]) for s in ticket["custody"]["stretches"]] == [("centre", "12345")]
    public = people.ask("GET", f"/public/tickets/{filed['number']}", Query_Code=filed["query_code"]).json()
    assert public["milestones"][-1]["code"] == "hand_off_ended"
    assert (public["custody"]["now"]["kind"], public["custody"]["told"]) == ("centre", None)


def test_theirs_that_we_dispute_stays_theirs_in_the_end(people: People) -> None:
    """The citizen called 110: after the wait our desk sees that they are to keep it, and they take the offer back."""
    rig = people.rig
    handoff = rig.desk.order("offer", text="店家与顾客争执")
    rig.until(handoff, "offered")
    assert people.step(handoff, "dispute", REASON).status_code == 200
    people.until(lambda: people.ask("GET", "/handoffs?attention=undecided").json(), "our desk sees it")
    never_early(rig, handoff, f.HandOffUndecided)
    assert people.seen(handoff).json()["holder"] == "110"
    rig.desk.order("recall", handoff=handoff)
    people.until(lambda: people.seen(handoff).json()["stage"] == "recalled", "recalled")
    rig.settle()
    assert people.seen(handoff).json()["holder"] == rig.desk.log(handoff)[-1]["holder"] == "110"
    assert people.step(handoff, "accept").json()["code"] == "accept_of_recalled"
    assert people.ask("GET", "/handoffs?attention=undecided").json() == []


def test_theirs_of_a_citizen_who_called_us_first_is_ours_in_the_end(people: People) -> None:
    """He had called 12345 before: we dispute what 110 offers, and after the wait it is a ticket here all the same."""
    rig, own = people.rig, people.rig.house.rules.platforms.own
    handoff = rig.desk.order("offer", text="店家与顾客争执", first=own)
    rig.until(handoff, "offered")
    assert people.step(handoff, "feedback", dict(examples.FEEDBACK)).json()["code"] == "feedback_before_acceptance"
    assert people.step(handoff, "dispute", REASON).status_code == 200
    people.becomes(handoff, "accepted")
    never_early(rig, handoff, f.HandOffAccepted)
    rig.settle()
    assert rig.desk.log(handoff)[-1]["holder"] == own
    number = people.seen(handoff).json()["reference"]
    assert people.ask("GET", f"/tickets/{number}", Role.OPERATOR).json()["custody"]["now"]["kind"] == "centre"
