"""The description of the bus is that of the program, and what travels is as described."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from hotline.ticket import facts as f
from tests.golden_facts import fact_classes
from tests.workers.acting import closed
from workers import asyncapi
from workers.compose import House
from workers.wire import headers, subject

KEPT = Path(__file__).parents[2] / "docs" / "asyncapi.json"


def check(told: Any, described: Any) -> None:
    """Raises ValidationError."""
    document = asyncapi.describe()
    Draft202012Validator({**described, "components": document["components"]}).validate(told)


def test_the_kept_description_is_the_programs() -> None:
    """docs/asyncapi.json is what `python -m workers.asyncapi` prints today."""
    assert KEPT.read_text(encoding="utf-8") == asyncapi.written(), (
        "run: python -m workers.asyncapi > docs/asyncapi.json"
    )


def test_every_fact_is_described() -> None:
    """A message for each fact, on the subject it travels on."""
    messages = asyncapi.describe()["components"]["messages"]
    assert {subject(fact.TOPIC) for fact in fact_classes()} == {
        one["x-subject"] for one in messages.values() if "x-subject" in one
    }


def test_what_travels_is_as_described(house: House) -> None:
    """Headers and body of every fact of a whole life keep to the schemas; a changed one does not."""
    closed(house)
    messages = asyncapi.describe()["components"]["messages"]
    stored = house.hotline.store.select_notifications(0, 100, inclusive_of_start=False)
    assert len(stored) > 8
    for fact in stored:
        check(headers(fact), messages[fact.topic]["headers"])
        check(json.loads(fact.state), messages[fact.topic]["payload"])
    first = json.loads(stored[0].state)
    with pytest.raises(ValidationError):
        check({**first, "fact": {**first["fact"], "surprise": 1}}, messages[stored[0].topic]["payload"])


def test_older_versions_are_allowed_for() -> None:
    """A fact that was changed names its newest version as the highest."""
    replied = asyncapi.describe()["components"]["messages"][f.AssignmentReplied.TOPIC]
    assert replied["payload"]["properties"]["version"]["maximum"] == f.AssignmentReplied.VERSION > 1
