"""Several processes for one piece of work: one active, handed over when it dies; lost connections; ending in good order."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from math import isnan
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from hotline.facts import Recorded, Role
from hotline.ticket.facts import ClockRang
from projections.follow import catch_up
from projections.registry import VIEWS
from tests.support.nats import NatsServer
from tests.support.watching import eventually
from tests.workers.acting import classified, receive
from tests.workers.pieces import Town
from tests.workers.test_alone import cut
from tests.workers.test_relay import ids_in, ids_on
from workers.compose import House, build
from workers.settings import Settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
LONG_AGO = timedelta(days=60)


@pytest.fixture
def town(postgres_url: str, nats_server: NatsServer, tmp_path: Path) -> Iterator[Town]:
    found = Town(tmp_path, postgres_url, nats_server.url)
    yield found
    found.close()


@pytest.fixture
def house(town: Town, tmp_path: Path) -> Iterator[House]:
    """The stores of the town, with tables; its clock stands two months before that of the processes."""
    settings = Settings(data=tmp_path / "data", store=town.store)
    found = build(settings, now=lambda: datetime.now(UTC) - LONG_AGO)
    yield found
    found.close()


def test_before_migrate_a_piece_says_what_to_do(town: Town) -> None:
    """On a database without tables a piece ends with 1, names the command to run, and makes nothing by itself."""
    told = town.run("project")
    assert told.returncode == 1
    assert "hotline migrate" in told.stderr
    assert "Traceback" not in told.stderr
    with psycopg.connect(town.store) as connection:
        made = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_name LIKE 'hotline%'")
        assert made.fetchone() == (0,)


def test_a_relay_that_is_killed_is_followed_by_the_other(town: Town, house: House, nats_server: NatsServer) -> None:
    """Two relays: one carries, the other waits and is ready; after kill -9 the other goes on, each fact once, in order."""
    receive(house)
    active, (waiting,) = town.one_active("relay", town.start("relay"), town.start("relay"))
    behind = "hotline_relay_behind"
    eventually(lambda: active.figure(behind) == 0, within=20, every=0.1, what="the bus has the log")
    assert isnan(waiting.figure(behind) or 0.0), "who waits raises no alarm"
    active.kill()
    receive(house)
    eventually(lambda: waiting.figure(behind) == 0, within=20, every=0.1, what="the other has taken over")
    assert waiting.figure('hotline_active{work="relay"}') == 1
    assert ids_on(nats_server) == ids_in(house)
    assert waiting.end() == 0


def test_two_clocks_ring_once(town: Town, house: House) -> None:
    """With two clocks what came due rings once, and the second clock goes on when the first is killed."""
    active, (waiting,) = town.one_active("clock", town.start("clock"), town.start("clock"))
    first, only_first = classified(house), house.hotline.position()
    second = classified(house)
    due_list = VIEWS["due_list"]

    def early(position: int, limit: int) -> list[Recorded]:
        return [one for one in house.hotline.facts_after(position, limit) if one.position <= only_first]

    def rung(ticket: UUID) -> list[tuple[str, str]]:
        facts = [r.fact for r in house.hotline.history(ticket)]
        return [(fact.clock, fact.level) for fact in facts if isinstance(fact, ClockRang)]

    catch_up(house.views, due_list, early)  # nobody runs `project` here: the clock sees what we let it see
    eventually(lambda: rung(first), within=20, every=0.1, what="the first ticket's clock rings")
    assert rung(second) == []
    active.kill()

    def second_rings() -> bool:
        catch_up(house.views, due_list, house.hotline.facts_after)
        return ("dispatch", "red") in rung(second)

    eventually(second_rings, within=30, every=0.1, what="the other clock goes on")
    for ticket in (first, second):
        levels = rung(ticket)  # looked at once: the clock goes on ringing what else is due
        assert len(levels) == len(set(levels)), "once"
    assert waiting.end() == 0


def test_a_view_is_followed_by_one_process_after_another(town: Town, house: House) -> None:
    """Two followers of the board: after kill -9 of the first the second keeps the board at the end of the log. Each
    process keeps only the view it was started for."""
    one, other = town.start("project", "--view", "board"), town.start("project", "--view", "board")
    active, (waiting,) = town.one_active("view board", one, other)
    written = receive(house)
    eventually(lambda: house.views.position("board") >= written.position, within=20, what="the board shows it")
    active.kill()
    written = receive(house)
    eventually(lambda: house.views.position("board") >= written.position, within=20, what="the board goes on")
    assert house.views.position("dossier") == 0
    assert waiting.end() == 0


def test_a_lost_database_ends_a_piece(town: Town, house: House) -> None:
    """Its connections cut, a piece ends with 1 and a sentence, so that its supervisor starts it again."""
    piece = town.start("react")
    town.one_active("eraser", piece)
    cut(town.store)
    assert piece.process.wait(20) == 1
    assert "等待重新启动" in piece.told
    assert "Traceback" not in piece.told


def test_a_web_process_outlives_cut_connections(town: Town, house: House) -> None:
    """The web answers again after its connections were cut."""
    web = town.start("web")
    eventually(lambda: web.ready, within=90, every=0.1, what="the web is ready")
    token = house.accounts.issue_token(Role.SUPERVISOR)
    assert web.get("/api/v1/tickets", token)[0] == 200
    cut(town.store)
    eventually(lambda: web.get("/api/v1/tickets", token)[0] == 200, within=20, every=0.1, what="the web is back")


def test_a_web_process_finishes_what_it_has_begun(town: Town, house: House) -> None:
    """Asked to end, the web still answers the open request, and exits with 0 within ten seconds."""
    web = town.start("web")
    eventually(lambda: web.ready, within=90, every=0.1, what="the web is ready")
    token = house.accounts.issue_token(Role.SUPERVISOR)
    begun = HTTPConnection("127.0.0.1", web.port, timeout=20)
    unseen = receive(house).position  # nobody keeps the views here, so whoever asks for it waits
    begun.request("GET", f"/api/v1/tickets?after_position={unseen}", headers={"Authorization": f"Bearer {token}"})
    assert web.get("/livez")[0] == 200  # whatever came before this has been read
    code = web.end(within=10)
    answer = begun.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (503, "view_behind")
    assert code == 0
