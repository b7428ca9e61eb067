"""A simulated hotline is one whose people and whose books say the same."""

from __future__ import annotations

from collections import Counter
from typing import Any, get_args
from uuid import UUID

import pytest

from hotline.facts import Recorded
from hotline.sealing import Sealed
from hotline.ticket.facts import ClockRang
from tests.workers.simulate.conftest import Act, Lived
from workers.check import findings
from workers.compose import House
from workers.simulate.habits import Habits

pytestmark = pytest.mark.slow

DRAWN = {"number", "access", "person_id", "reference", "arrival"}
"""Fields that chance fills anew in every run: the random part of a number, code and token, and who the vault says it is."""


def test_the_people_count_what_the_views_and_the_log_say(lived: Lived) -> None:
    """Every figure that the actors counted is the figure in the views and the log, and there are many of them."""
    _, outcome = lived
    assert outcome.differing == {}
    assert outcome.figures > 60
    intake = outcome.tally.group("intake")
    assert sum(intake.values()) == 200  # received, turned away, or kept by 110
    assert sum(outcome.tally.group("state").values()) == outcome.tally.counts["intake.received"]


def test_what_inspectors_found_is_what_the_scoreboard_has(act: Act) -> None:
    """Given people who go and see most of what units claim, some of it twice, when it ends, then each finding is a fact, and the last of
    each ticket is on the scoreboard and in its sums: the people's own count says the same."""
    _, outcome = act(80, 15, seed=3, habits=Habits(inspected=0.9, inspected_again=0.5))
    assert outcome.differing == {}
    assert outcome.tally.surprises == []
    found, scored = outcome.tally.group("inspected"), outcome.tally.group("scored")
    last = {name.removeprefix("inspected_"): n for name, n in scored.items() if name.startswith("inspected_")}
    assert sum(found.values()) > sum(last.values()) > 0
    assert set(last) <= set(found)


def test_nobody_is_refused_without_reason(lived: Lived) -> None:
    """Actors know their work: whatever was refused to them was refused for a reason they had to expect."""
    assert lived[1].tally.surprises == []


def test_the_invariants_hold_afterwards(lived: Lived) -> None:
    """`hotline check` finds nothing broken in a store that was lived in."""
    assert list(findings(lived[0])) == []


def test_alarms_ring_inside_the_simulation_and_never_early(lived: Lived) -> None:
    """The hotline's own clock works at simulated time: reds ring, none before its due."""
    rung = [(r.recorded_at, r.fact) for r in _facts(lived[0]) if isinstance(r.fact, ClockRang)]
    reds = [(at, fact.due) for at, fact in rung if fact.level == "red"]
    assert reds
    assert all(at >= due for at, due in reds)


def test_the_same_seed_gives_the_same_facts(act: Act) -> None:
    """Two runs from one seed write the same facts but for what is drawn by chance or sealed; another seed does not."""
    first, again, other = (
        _shapes(act(100, 12, seed)[0]) for seed in (11, 11, 12)
    )  # long enough for samples to be drawn
    assert any(shape[1] == "ticket.reply_accepted" and shape[-1]["call_back"] is None for shape in first)
    assert first == again
    assert first != other


def test_the_books_agree_across_new_year(act: Act) -> None:
    """Over New Year, with its holidays and make-up days, people and books still agree and nobody is surprised."""
    _, outcome = act(100, 12, seed=4, start="2025-12-26")
    assert outcome.differing == {}
    assert outcome.tally.surprises == []


@pytest.mark.parametrize("profile", ["shandong-2020", "shanghai-street-2019", "beijing"])
def test_every_profile_can_be_lived_in(act: Act, profile: str) -> None:
    """The actors know no city: under each shipped profile they work by its rules, and the books agree."""
    _, outcome = act(60, 8, seed=6, profile=profile)
    assert outcome.differing == {}
    assert outcome.tally.surprises == []
    assert outcome.tally.counts["given.dispatched"] > 0


def _facts(house: House) -> list[Recorded]:
    return house.hotline.facts_after(0, 1_000_000)


def _shapes(house: House) -> list[tuple[Any, ...]]:
    """All facts in order, without what is sealed or drawn by chance, and without the claims of numbers."""
    facts = [r for r in _facts(house) if not r.fact.TOPIC.startswith(("number.", "caller."))]
    kinds = Counter(r.fact.TOPIC.partition(".")[0] for r in facts)
    assert kinds.keys() >= {"ticket", "call", "seat", "consultation"}
    return [(_id(r), r.fact.TOPIC, r.by, r.recorded_at, _kept(r)) for r in facts]


def _id(recorded: Recorded) -> tuple[UUID, int]:
    return recorded.originator_id, recorded.originator_version


def _kept(recorded: Recorded) -> dict[str, Any]:
    dumped = recorded.fact.model_dump(mode="json")
    fields = type(recorded.fact).model_fields
    return {k: v for k, v in dumped.items() if k not in DRAWN and not _sealed(fields[k])}


def _sealed(field: Any) -> bool:
    """Whether a field holds sealed text, or may."""
    patterns = [getattr(m, "pattern", None) for m in (*field.metadata, *_inner(field.annotation))]
    return get_args(Sealed)[1].pattern in patterns


def _inner(annotation: Any) -> list[Any]:
    return [m for part in get_args(annotation) for m in getattr(part, "__metadata__", ())]
