"""The scoreboard over any lives: every earlier state by both times, and counts that are those of its rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from hotline.application import Hotline
from hotline.facts import Recorded
from hotline.rates.outcome import ASPECTS, OutcomeRow
from hotline.two_times import stood_from
from projections.follow import catch_up
from projections.rebuild import rebuild
from projections.registry import VIEWS
from projections.scoreboard import outcome_of, outcomes
from projections.scoreboard_sums import month_of
from projections.scoreboard_tables import DIMENSIONS, sums, versions
from projections.view import Views
from tests.projections.lives import PaperLog, life, together, write_down

SEEDS = tuple(range(500, 518))
VIEW = VIEWS["scoreboard"]


def histories(facts: list[Recorded]) -> dict[UUID, list[Recorded]]:
    ordered = sorted(facts, key=lambda r: (r.originator_id.int, r.position))
    return {ticket: list(own) for ticket, own in groupby(ordered, key=lambda r: r.originator_id)}


def crossed(facts: tuple[Recorded, ...], chance: Random) -> list[Recorded]:
    """The same facts, many of them entered long after they were so, with the two times crossing wherever they can."""
    ago = (0, 3, 70, 900)
    return [
        replace(r, happened_at=r.recorded_at - timedelta(hours=chance.choice(ago))) if chance.random() < 0.4 else r
        for r in facts
    ]


def counted(views: Views) -> Counter[tuple[Any, ...]]:
    """What the sums must be, counted one row after another."""
    keys: Counter[tuple[Any, ...]] = Counter()
    for kind in ("ticket", "call"):
        for _, row in outcomes(views, kind=kind):
            channel = row.facet("channel")
            values = {"all": "", "channel": "" if channel == "none" else channel}
            for name, aspect in ASPECTS.items():
                day = getattr(row, f"{aspect.cohort}_day") if aspect.of == kind else None
                for by in DIMENSIONS if day is not None else ():
                    value = values[by] if by in values else getattr(row, by) or ""
                    for grain, start in (("day", day), ("month", month_of(day))):
                        keys[name, grain, by, start, value, row.facets & aspect.mask] += 1
    return keys


def summed(views: Views) -> Counter[tuple[Any, ...]]:
    with views.engine.connect() as connection:
        return Counter({tuple(key): n for *key, n in connection.execute(select(sums))})


def states(views: Views) -> set[tuple[Any, ...]]:
    with views.engine.connect() as connection:
        return {tuple(row) for row in connection.execute(select(versions))}


@pytest.mark.parametrize("limit", [1, 7, 1000])
def test_sums_are_those_of_the_rows_after_every_batch(views: Views, limit: int) -> None:
    """Given a history taken in batch by batch, when any batch is written, then each count is that of the rows, and a count of
    none is no row."""
    log = PaperLog(together(SEEDS[:6] if limit == 1 else SEEDS))
    for end in range(limit, len(log.facts) + limit, limit * (25 if limit == 1 else 1)):
        catch_up(views, VIEW, PaperLog(log.facts[:end]).after, limit)
        assert summed(views) == counted(views)
    assert summed(views)


def test_any_earlier_state_is_a_fresh_replay_up_to_there(views: Views) -> None:
    """Given facts of which many were entered late, when any state is asked for by either time or both, then it is what a replay
    of the facts known and standing by then gives; with neither, the rows as they are."""
    chance = Random(7)
    facts = crossed(together(SEEDS), chance)
    catch_up(views, VIEW, PaperLog(facts).after, limit=29)
    own = histories(facts)
    moments: list[datetime | None] = [None, *(chance.choice(facts).recorded_at for _ in range(9))]
    stood: list[datetime | None] = [None, *(stood_from(chance.choice(facts)) for _ in range(9))]
    seen = 0
    for as_of in moments:
        for happened_by in stood:
            found = dict(outcomes(views, as_of=as_of, happened_by=happened_by))
            fresh = {t: outcome_of(history, as_of=as_of, happened_by=happened_by) for t, history in own.items()}
            assert found == {ticket: row for ticket, row in fresh.items() if row is not None}
            seen += len(found)
    assert seen > 500


def test_a_fact_that_comes_late_adds_states_and_changes_none(views: Views) -> None:
    """Given what is known, when facts come that stood earlier than others, then the states of before are there untouched, and
    some fact has made several."""
    facts = crossed(together(SEEDS[:8]), Random(3))
    catch_up(views, VIEW, PaperLog(facts[:150]).after)
    before = states(views)
    catch_up(views, VIEW, PaperLog(facts).after)
    after = states(views)
    assert before < after
    made = Counter(state[2] for state in after)  # by position
    assert max(made.values()) > 2


def test_a_count_that_somebody_changed_is_noticed_and_mended(views: Views, hotline: Hotline) -> None:
    """Given sums that were tampered with, when the view is rebuilt, then it says so and counts the rows anew, and following goes
    on from there."""
    facts = together(SEEDS)
    write_down(hotline, facts[:-200])
    catch_up(views, VIEW, hotline.facts_after)
    assert rebuild(views, VIEW, hotline).same is True
    with views.writing() as connection:
        connection.execute(update(sums).where(sums.c.by == "all").values(n=sums.c.n + 1))
    assert rebuild(views, VIEW, hotline).same is False
    assert summed(views) == counted(views)
    write_down(hotline, facts[-200:])
    catch_up(views, VIEW, hotline.facts_after, limit=20)
    assert summed(views) == counted(views)
    assert rebuild(views, VIEW, hotline).same is True


def test_every_fact_of_a_life_can_be_asked_back(views: Views) -> None:
    """Given lives as they are lived, when each is asked for as known at each of its facts, then it is the replay up to that."""
    facts = list(together(SEEDS[:5]))
    catch_up(views, VIEW, PaperLog(facts).after)
    for ticket, history in histories(facts).items():
        for recorded in history:
            found: dict[UUID, OutcomeRow] = dict(outcomes(views, as_of=recorded.recorded_at))
            assert found.get(ticket) == outcome_of(r for r in history if r.recorded_at <= recorded.recorded_at)
    assert len(life(SEEDS[0])) > 10
