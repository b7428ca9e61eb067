"""`hotline link` as processes over one PostgreSQL: one works, the other waits; killed in the middle, nothing is nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.facts import Actor, Role
from hotline.ticket.actions import ACTIONS
from tests.handoff_rule import judge_all, of_house, of_standin
from tests.support.nats import NatsServer
from tests.support.police_desk import SECRET, PoliceDesk
from tests.support.watching import eventually
from tests.workers.acting import receive
from tests.workers.pieces import Town
from workers.compose import House, build
from workers.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
OPERATOR = Actor(id="op1", role=Role.OPERATOR)


@pytest.fixture
def town(postgres_url: str, nats_server: NatsServer, tmp_path: Path) -> Iterator[Town]:
    found = Town(tmp_path, postgres_url, nats_server.url)
    yield found
    found.close()


@pytest.fixture
def house(town: Town, tmp_path: Path) -> Iterator[House]:
    found = build(Settings(data=tmp_path / "data", store=town.store))
    yield found
    found.close()


@pytest.fixture
def desk(town: Town, house: House, tmp_path: Path) -> Iterator[PoliceDesk]:
    """A stand-in that the town's processes are linked to."""
    found = PoliceDesk(tmp_path / "desk", peer_name=house.rules.platforms.own)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "110").write_text(SECRET)
    town.env |= {"HOTLINE_LINKS": f"110={found.url}", "HOTLINE_LINK_KEYS": str(tmp_path / "links")}
    yield found
    found.kill()


def give(house: House) -> None:
    body = {"to": "110", "way": "push", "summary": "试验用的警情", "reason": "属公安职责"}
    house.hotline.handle(ACTIONS["hand-off"](**body), on=receive(house).stream, by=OPERATOR)


def test_links_and_stand_in_are_killed_in_the_middle_and_no_matter_is_nobodys(
    town: Town, house: House, desk: PoliceDesk
) -> None:
    """kill -9 of the working link, of the web that takes what comes, and of the stand-in, while matters pass both ways."""
    web = town.start("web")
    desk.peer = f"http://127.0.0.1:{web.port}/api/v1/link/110"
    eventually(lambda: web.ready, within=90, every=0.2, what="the web")
    desk.start("--seed", "5")
    active, (waiting,) = town.one_active("link 110", town.start("link"), town.start("link"))
    for n in range(12):
        give(house)
        desk.order("offer")
        if n == 4:
            active.kill()
        if n == 7:
            desk.kill()
            desk.start("--seed", "5")
    web.kill()
    assert not judge_all(of_house(house), of_standin("110", desk.log()), settled=False)
    again = town.start("web")
    desk.kill()
    desk.peer = f"http://127.0.0.1:{again.port}/api/v1/link/110"
    desk.start("--seed", "5")
    logs = lambda: judge_all(of_house(house), of_standin("110", desk.log()))  # noqa: E731
    eventually(lambda: len(of_house(house)) == 24 and not logs(), within=90, every=0.5, what="settled")
    assert waiting.figure('hotline_active{work="link 110"}') == 1
    eventually(lambda: waiting.figure('hotline_link_waiting{platform="110"}') == 0, what="nothing waits")
    assert waiting.end() == 0


def test_a_link_without_platforms_rests_and_says_so(town: Town, house: House) -> None:
    """Nothing set up: it is alive and ready, and names the platforms of the profile that nobody has linked."""
    piece = town.start("link")
    eventually(lambda: piece.ready, within=60, every=0.2, what="ready")
    assert "110" in piece.get("/readyz")[1]
    assert piece.end() == 0


def test_a_link_that_cannot_be_says_what_to_do(town: Town, house: House, desk: PoliceDesk) -> None:
    """A platform without its secret ends the process with a sentence."""
    town.env["HOTLINE_LINKS"] = "water=http://127.0.0.1:9/"
    told = town.run("link")
    assert told.returncode == 1
    assert "HOTLINE_LINK_KEYS" in told.stderr
    assert "Traceback" not in told.stderr
