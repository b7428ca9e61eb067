"""The due list: everything that waits, and nothing else."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from hotline.ticket.evolving import evolve
from hotline.ticket.ticket import Ticket
from projections import due_list
from projections.due_list import VIEW
from projections.follow import catch_up
from projections.view import Doc, Views
from tests.projections.lives import PaperLog, life, together
from tests.spec import MONDAY

SEEDS = tuple(range(600, 612))


@pytest.mark.parametrize("seed", range(470, 490))
def test_what_waits_is_what_the_running_clocks_have_still_to_ring(seed: int) -> None:
    """After every fact of any life: one line for each alarm of a clock that runs, none for one that stands still."""
    ticket: Ticket | None = None
    doc: Doc | None = None
    for recorded in life(seed):
        ticket, doc = evolve(ticket, recorded), VIEW.fold(doc, recorded)
        assert ticket is not None
        expected = {(r.clock, level, at) for r in ticket.clocks.values() for level, at in r.alarms.items()}
        waiting = {
            (c, level, at) for c, levels in (doc or {"waiting": {}})["waiting"].items() for level, at in levels.items()
        }
        assert waiting == expected, recorded.fact.TOPIC


def test_what_is_due_comes_in_its_order_and_never_early(views: Views) -> None:
    """At any moment the list gives what should have rung by then, the longest waiting first, and nothing later."""
    catch_up(views, VIEW, PaperLog(together(SEEDS)).after)
    everything = due_list.due(views, MONDAY + timedelta(days=9000), limit=10_000)
    assert [t.at for t in everything] == sorted(t.at for t in everything)
    assert due_list.next_at(views) == everything[0].at
    for nth in range(0, len(everything), 3):
        moment = everything[nth].at
        assert due_list.due(views, moment, limit=10_000) == [t for t in everything if t.at <= moment]
        assert all(t.at < moment for t in due_list.due(views, moment - timedelta(microseconds=1), limit=10_000))
    assert due_list.due(views, everything[-1].at, limit=2) == everything[:2]


def test_guessed_dues_wait_for_their_calendar(views: Views) -> None:
    """A due guessed past the published calendar is found once a calendar may reach it, and gone when it is settled."""
    history = life(603)
    first = history[0]
    reading = next(r for r in first.fact.clocks)  # type: ignore[attr-defined]  # a receipt starts the dispatch clock
    guessed = reading.model_copy(update={"provisional": True, "due": reading.due.replace(year=2028)})
    received = replace(first, position=1, fact=first.fact.model_copy(update={"clocks": (guessed,)}))
    settled = replace(first, position=2, fact=first.fact.model_copy(update={"clocks": (reading,)}))
    catch_up(views, VIEW, PaperLog([received]).after)
    assert due_list.provisional(views, date(2026, 12, 31)) == []
    assert due_list.provisional(views, date(2028, 12, 31)) == [first.originator_id]
    catch_up(views, VIEW, PaperLog([received, settled]).after)
    assert due_list.provisional(views, date(2028, 12, 31)) == []


def test_nothing_waits_in_an_empty_house(views: Views) -> None:
    """With no ticket there is no next moment."""
    assert due_list.next_at(views) is None
    assert due_list.due(views, MONDAY) == []
