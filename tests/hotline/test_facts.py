"""Facts as they are written down, and read again for as long as there are any."""

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.persistence import StoredEvent
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from hotline.facts import Fact, FactMapper
from hotline.store import SQLiteLog
from hotline.ticket.evolving import replay
from hotline.ticket.facts import AssignmentReplied, TicketUrged
from hotline.ticket.ticket import State, Ticket
from tests import golden_facts as golden

FILES = sorted(golden.FOLDER.glob("*.json"))
OLD_STORE = Path(__file__).parents[1] / "data" / "store-2026-11-22.sqlite"


def revived(path: Path) -> Any:
    topic = path.stem.rpartition(".v")[0]
    state = path.read_bytes().removesuffix(b"\n")
    event = StoredEvent(originator_id=golden.STREAM, originator_version=1, topic=topic, state=state)
    return FactMapper().to_domain_event(event)


@pytest.mark.parametrize("cls", golden.fact_classes(), ids=lambda c: c.TOPIC)
def test_every_fact_has_its_golden_file(cls: type[Fact]) -> None:
    """Of its present version and of every earlier one; `python -m tests.golden_facts --new` writes what is missing."""
    for version in range(1, cls.VERSION + 1):
        assert golden.path_of(cls.TOPIC, version).is_file()


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_golden_file_of_every_version_can_be_read(path: Path) -> None:
    """What was ever stored loads as today's fact, with who, when and why."""
    recorded = revived(path)
    assert path.stem.rpartition(".v")[0] == recorded.fact.TOPIC
    assert (recorded.by.id, recorded.cause.policy, recorded.recorded_at) == ("op1", "golden@1", golden.AT)
    assert recorded.when == golden.AT


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_newest_version_is_written_byte_for_byte_as_ever(path: Path) -> None:
    """A changed shape without a new version shows here; an older version is written as the newest."""
    recorded = revived(path)
    newest = golden.path_of(recorded.fact.TOPIC, recorded.fact.VERSION)
    assert FactMapper().to_stored_event(recorded).state + b"\n" == newest.read_bytes()


def test_nothing_golden_belongs_to_a_fact_that_is_gone() -> None:
    """A fact once stored is never removed from the code."""
    known = {golden.path_of(c.TOPIC, v).name for c in golden.fact_classes() for v in range(1, c.VERSION + 1)}
    assert {path.name for path in FILES} == known


@pytest.mark.parametrize(("claimed", "became"), [(True, "resolved"), (False, "unresolved")])
def test_a_claim_of_the_first_version_is_told_in_words(claimed: bool, became: str) -> None:
    """Version 1 said yes or no."""
    old = from_json(golden.path_of("ticket.replied", 1).read_bytes())["fact"] | {"claimed": claimed}
    assert AssignmentReplied.revive(old, 1).claimed == became
    with pytest.raises(ValidationError):
        AssignmentReplied.revive(old, 2)


def test_a_missing_step_between_versions_is_an_error() -> None:
    """It is never guessed."""
    with pytest.raises(KeyError):
        TicketUrged.revive({"clocks": (), "words": None}, 0)


def test_an_unknown_field_in_history_is_an_error() -> None:
    """A fact of a newer program is not read as if the rest were not there."""
    state = from_json(golden.path_of("ticket.urged", 1).read_bytes())
    state["fact"]["mood"] = "angry"
    event = StoredEvent(golden.STREAM, 1, "ticket.urged", to_json(state))
    with pytest.raises(ValidationError):
        FactMapper().to_domain_event(event)


@pytest.fixture
def old_log(tmp_path: Path) -> SQLiteLog:
    """A copy of the store an earlier commit wrote; see tests/data/README.md."""
    from eventsourcing.sqlite import SQLiteDatastore

    copy = tmp_path / "old.sqlite"
    shutil.copy(OLD_STORE, copy)
    return SQLiteLog(SQLiteDatastore(str(copy)))


def test_a_store_of_an_earlier_commit_is_read_to_the_end(old_log: SQLiteLog) -> None:
    """43 facts, four of them in the older shape, give four tickets in the states they were left in."""
    facts = [FactMapper().to_domain_event(n) for n in old_log.select_notifications(1, 1000)]
    assert len(facts) == 43
    assert [f.position for f in facts] == list(range(1, 44))
    claims = [f.fact.claimed for f in facts if isinstance(f.fact, AssignmentReplied)]
    assert claims == ["resolved", "resolved", "unresolved", "unresolved"]
    tickets: dict[int, Ticket] = {}
    for nth in range(1, 5):
        ticket = replay(None, [f for f in facts if f.originator_id == UUID(int=nth)])
        assert ticket is not None
        tickets[nth] = ticket
    states = [State.CLOSED, State.REPLIED, State.CLOSED, State.IN_PROGRESS]
    assert [t.state for t in tickets.values()] == states
    assert tickets[1].reworks == 1
    assert tickets[1].clocks["citizen"].kept
