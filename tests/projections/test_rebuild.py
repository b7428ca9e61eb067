"""A view is built anew beside the live one, compared, and switched."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import inspect, text

from hotline.application import Hotline
from projections import board, rebuild
from projections.beside import Beside, Overtaken
from projections.follow import catch_up
from projections.rebuild import digest
from projections.registry import VIEWS
from projections.view import Views, main_table, metadata
from tests.projections.lives import life, ticket_id, together, write_down

SEEDS = tuple(range(500, 512))
VIEW = VIEWS["board"]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Little memory and small batches, so that a short history exercises what a long one does."""
    monkeypatch.setattr(rebuild, "BATCH", 20)
    monkeypatch.setattr(rebuild, "AT_HAND", 4)


@pytest.fixture
def log(hotline: Hotline) -> Hotline:
    write_down(hotline, together(SEEDS))
    return hotline


def tables(views: Views) -> set[str]:
    return set(inspect(views.engine).get_table_names())


def rows(views: Views) -> str:
    with views.engine.connect() as connection:
        return digest(connection, VIEW)


@pytest.mark.parametrize("name", VIEWS)
def test_built_anew_is_the_same_as_followed(views: Views, log: Hotline, name: str) -> None:
    """Every view, built anew, holds to the byte what it came to by following; nothing is left lying about."""
    view, before = VIEWS[name], tables(views)
    catch_up(views, view, log.facts_after, limit=13)
    report = rebuild.rebuild(views, view, log)
    assert (report.same, report.facts) == (True, log.position())
    assert views.position(name) == log.position()
    assert tables(views) == before
    assert rebuild.rebuild(views, view, log).same is True


def test_a_view_never_begun_is_built_to_the_end(views: Views, log: Hotline) -> None:
    """With nothing to compare to, the build itself becomes the live view, and following goes on from there."""
    report = rebuild.rebuild(views, VIEW, log)
    assert report.same is None
    assert [r.version for r in board.find(views, [ticket_id(s) for s in SEEDS])] == [len(life(s)) for s in SEEDS]
    assert catch_up(views, VIEW, log.facts_after) == 0


def test_a_damaged_view_is_noticed_and_mended(views: Views, log: Hotline) -> None:
    """A row that somebody changed shows in the comparison; comparing alone mends nothing, switching does."""
    catch_up(views, VIEW, log.facts_after)
    whole = rows(views)
    with views.writing() as connection:
        connection.execute(text("UPDATE board_v4 SET state = 'closed' WHERE state <> 'closed'"))
    damaged = rows(views)
    assert damaged != whole
    assert rebuild.rebuild(views, VIEW, log, switch=False).same is False
    assert rows(views) == damaged
    assert rebuild.rebuild(views, VIEW, log).same is False
    assert rows(views) == whole


def test_documents_at_hand_do_not_outlive_a_switch(views: Views, log: Hotline) -> None:
    """After a switch the follower works on the new rows, not on what it remembers of the old ones."""
    everything = log.facts_after(0, 10_000)
    half = everything[: len(everything) // 2]
    catch_up(views, VIEW, lambda position, limit: [r for r in half if r.position > position][:limit])
    with views.writing() as connection:
        connection.execute(
            text("UPDATE board_v4 SET doc = replace(doc, :was, :wrong)"), {"was": '"urges":0', "wrong": '"urges":7'}
        )
    rebuild.rebuild(views, VIEW, log)
    catch_up(views, VIEW, log.facts_after)
    assert rebuild.rebuild(views, VIEW, log, switch=False).same is True


def test_the_live_view_goes_on_meanwhile(views: Views, log: Hotline) -> None:
    """What is written while a view is built anew is in the live view at once, and in the new one at the switch."""
    end = log.position()
    catch_up(views, VIEW, log.facts_after)
    more = [replace(r, originator_id=ticket_id(9999)) for r in life(520)]

    def meanwhile(done: int, of: int) -> None:
        assert done <= of
        if more:
            write_down(log, [more.pop(0)])
            catch_up(views, VIEW, log.facts_after)
            assert views.position("board") == log.position()

    report = rebuild.rebuild(views, VIEW, log, meanwhile)
    assert report.same is True
    assert log.position() > end
    assert views.position("board") == log.position()
    assert board.find(views, [ticket_id(9999)])


def test_a_crash_in_the_middle_leaves_the_live_view_alone(
    views: Views, log: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed half-way, with even the clearing away left undone: the live view is untouched, the next try succeeds."""
    catch_up(views, VIEW, log.facts_after)
    before = rows(views)

    def dies(done: int, of: int) -> None:
        if done > of // 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(Beside, "drop", lambda self: None)
        with pytest.raises(KeyboardInterrupt):
            rebuild.rebuild(views, VIEW, log, dies)
    assert "board_v4_beside" in tables(views)
    assert rows(views) == before
    assert rebuild.rebuild(views, VIEW, log).same is True
    assert "board_v4_beside" not in tables(views)


def test_of_two_rebuilds_the_later_one_counts(views: Views, log: Hotline) -> None:
    """A second rebuild of the same view takes over; the first one notices and changes nothing."""
    catch_up(views, VIEW, log.facts_after)

    def another(done: int, of: int) -> None:
        Beside.cleared(views, VIEW)

    with pytest.raises(Overtaken):
        rebuild.rebuild(views, VIEW, log, another)
    assert rebuild.rebuild(views, VIEW, log).same is True


def test_a_newer_version_takes_the_place_of_the_older(
    views: Views, log: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed view is a new one: built while the old one serves, which is dropped at the switch."""
    old = VIEWS["due_list"]
    catch_up(views, old, log.facts_after)
    try:
        table = main_table("due_list_v3")
        new = replace(old, version=3, table=table, columns=lambda doc: {}, lines=())
        views.__dict__["known"] = {"due_list": new}
        views.migrate()
        assert {"due_list_v2", "due_list_v3"} <= tables(views)
        assert rebuild.rebuild(views, new, log).same is None
        assert "due_list_v3" in tables(views)
        assert not any(name.startswith("due_list_v2") for name in tables(views))
        assert views.position("due_list") == log.position()
    finally:
        metadata.remove(metadata.tables["due_list_v3"])
