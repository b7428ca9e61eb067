"""Simulated people at the service API."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from hotline.command import Refused
from hotline.consultation.facts import ConsultationOffered, ConsultationPickedUp
from projections.follow import Follower
from projections.registry import VIEWS
from tests.support.clock import ZONE, SettableClock
from tests.workers.simulate.conftest import BUSY
from workers.clock import TheClock
from workers.compose import House, build
from workers.expert_desk import ExpertDesk
from workers.gateways.signing import secret_of
from workers.running import Crew
from workers.settings import Settings
from workers.simulate.api_run import Passes, through
from workers.simulate.intake import Plan
from workers.simulated import Clock
from workers.web.app import create_app

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
FIRST = datetime(2026, 3, 2, tzinfo=ZONE)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[House]:
    """A house as a server keeps it, linked to 110: followers, the clock and the expert desk at work."""
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "110").write_text(secret_of(b"only for this test, made up 32 b"))
    settings = Settings(data=tmp_path / "data", links="110=http://127.0.0.1:9/link", link_keys=keys)
    house = build(settings, now=Clock(FIRST))
    work = {"views": Follower(house.views, house.hotline, *VIEWS.values()).run}
    crew = Crew({**work, "clock": TheClock(house).run, "desk": ExpertDesk(house).run})
    crew.start()
    yield house
    crew.stop()
    house.close()


def test_people_at_the_api_count_what_its_board_shows(served: House) -> None:
    """Forty requests over four days through HTTP: nobody is surprised, and type, channel and state agree."""
    passes = Passes(served.accounts)
    with TestClient(create_app(served)) as client:
        outcome = through(client, served.settings, Plan(40, 4, 9, FIRST), passes)
    assert outcome.tally.surprises == []
    assert outcome.differing == {}
    assert outcome.tally.counts["intake.received"] == 40
    assert outcome.tally.counts["given.dispatched"] > 0


def test_experts_and_110_act_through_the_interface_too(served: House) -> None:
    """Questions, promised calls, disputes and returns through HTTP and the signed link: nobody is surprised, and calls, seats and
    hand-offs are counted as the interface's figures have them."""
    with TestClient(create_app(served)) as client:
        outcome = through(client, served.settings, Plan(50, 3, 5, FIRST, BUSY), Passes(served.accounts))
    assert outcome.tally.surprises == []
    assert outcome.differing == {}
    met = {key for key, n in outcome.tally.counts.items() if n}
    assert met >= {"consult.instantly", "call.missed", "handed_in.accepted", "handed_out.accepted", "handed_in.done"}


def test_an_offer_over_the_interface_is_taken_in_its_seconds(served: House) -> None:
    """Whoever moves the clock far stops where an offer is made, so that the expert has his seconds at the interface as well."""
    with TestClient(create_app(served)) as client:
        through(client, served.settings, Plan(30, 2, 8, FIRST, BUSY), Passes(served.accounts), verify=False)
    facts = served.hotline.facts_after(0, 1_000_000)
    offered = {(r.originator_id, r.fact.seat): r.recorded_at for r in facts if isinstance(r.fact, ConsultationOffered)}
    taken = [r for r in facts if isinstance(r.fact, ConsultationPickedUp)]
    assert taken
    for r in taken:
        assert isinstance(r.fact, ConsultationPickedUp)
        assert r.recorded_at - offered[r.originator_id, r.fact.seat] < timedelta(seconds=20)


def test_tokens_end_with_the_run(served: House) -> None:
    """After the run nobody comes in with a simulated person's token any more."""
    passes = Passes(served.accounts)
    with TestClient(create_app(served)) as client:
        through(client, served.settings, Plan(1, 1, 1, FIRST), passes, verify=False)
    issued = list(passes._tokens.values())
    passes.revoke()
    assert issued
    assert all(served.accounts.actor_of_token(token) is None for token in issued)


def test_a_server_on_real_time_is_not_simulated_on(tmp_path: Path) -> None:
    """Without a simulated clock the run is refused before anything is written."""
    house = build(Settings(data=tmp_path / "data"), now=SettableClock())
    try:
        with TestClient(create_app(house)) as client, pytest.raises(Refused, match="clock_not_simulated"):
            through(client, house.settings, Plan(5, 1, 1, FIRST), Passes(house.accounts))
        assert house.hotline.position() == 0
    finally:
        house.close()
