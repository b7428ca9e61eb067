"""What was read is suggested with reasons to who took the request down, flagged where it is dangerous, and learned from."""

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from hotline.facts import Role
from tests.workers.web.desk import API, Desk
from workers.compose import House

LAMPS = "玉林北街的路灯坏了好几盏，晚上黑漆漆的，请尽快修"
FIRE = "隔壁着火了，浓烟滚滚，有人被困"


def about(told: dict, what: str) -> list[dict]:  # type: ignore[type-arg]
    return [one for one in told["suggestions"] if one["about"] == what]


@pytest.fixture
def analyst(desk_of: Callable[..., Desk]) -> Desk:
    return desk_of(Role.ANALYST)


def test_who_takes_it_down_is_told_what_was_read_and_why(operator: Desk, house: House) -> None:
    """Three categories with their chances, type, urgency, owner, place and unit, each with words of his own text or a rule."""
    told = operator.receive(text=LAMPS, place={"address": "玉林北街 12 号"}).json()

    best, *others = about(told, "category")
    assert (best["value"], len(others)) == ("municipal.street_lights", 2)
    assert best["probability"] > others[0]["probability"]
    for reason in best["because"]:
        assert LAMPS[reason["start"] : reason["end"]] == reason["words"]
    assert [about(told, what)[0]["value"] for what in ("district", "street")] == ["wuhou", "yulin"]
    (unit,) = about(told, "unit")
    assert (unit["value"], unit["rule"], unit["version"]) == (
        "wuhou-city-management",
        "municipal",
        house.rules.profile.catalogue,
    )
    assert unit["why"]["zh"]
    assert unit["why"]["en"]


def test_the_same_request_sent_again_is_answered_alike(operator: Desk) -> None:
    """Suggestions and all, though nothing of the words is kept in the clear."""
    key = str(uuid4())
    first, again = (operator.receive(key, text=LAMPS) for _ in range(2))
    assert first.json() == again.json()


def test_no_word_of_it_stands_in_the_log(operator: Desk, house: House) -> None:
    """The fact holds places in the text alone."""
    operator.receive(text=LAMPS)
    (stored,) = (e for e in house.hotline.store.select_notifications(0, 10) if e.topic == "ticket.read")
    assert not any(LAMPS[n : n + 2] in stored.state.decode() for n in range(len(LAMPS) - 1))


def test_the_proposal_is_confirmed_in_one_step(operator: Desk, house: House) -> None:
    """The dossier shows it with the reason for the unit; after the step the ticket is that unit's."""
    number = operator.receive(text=LAMPS).json()["number"]
    seen = operator.ticket(number)
    assert "confirm-reading" in seen["allowed"]
    assert about(seen["reading"], "unit")[0]["why"]["zh"].startswith("按派单目录规则 municipal")

    operator.done(number, "confirm-reading")

    seen = operator.ticket(number)
    assert (seen["state"], seen["lead"], seen["reading"]["confirmed"]) == ("in_progress", "wuhou-city-management", True)
    assert "confirm-reading" not in seen["allowed"]


def test_words_are_shown_only_to_who_sees_the_text_whole(
    operator: Desk, dispatcher: Desk, analyst: Desk, desk_of: Callable[..., Desk]
) -> None:
    """A clerk and an analyst see what was proposed and by which rule, and no word it rests on."""
    number = operator.receive(text=LAMPS).json()["number"]
    operator.done(number, "confirm-reading")
    for reader in (analyst, dispatcher, desk_of(Role.UNIT_CLERK, unit="wuhou-city-management")):
        reading = reader.ticket(number)["reading"]
        assert about(reading, "category")[0]["value"] == "municipal.street_lights"
        assert not any(
            reason["words"] for one in reading["suggestions"] for reason in one["because"] if reason["source"] == "text"
        )


def test_an_emergency_is_flagged_until_somebody_has_decided(operator: Desk, desk_of: Callable[..., Desk]) -> None:
    """The board shows the rule that holds; urgency is proposed and not changed; a classification takes the flag away."""
    told = operator.receive(text=FIRE).json()
    number = told["number"]
    assert about(told, "alarm")[0]["rule"].startswith("fire.")
    assert about(told, "urgency")[0]["value"] == "emergency"
    supervisor = desk_of(Role.SUPERVISOR)
    flagged = supervisor.get("/tickets?alarm=true").json()
    assert [(row["number"], row["urgency"]) for row in flagged] == [(number, "normal")]
    assert flagged[0]["alarms"]

    operator.done(number, "classify", type="help", category=["safety", "safety.fire_explosion"], urgency="emergency")

    assert supervisor.get("/tickets?alarm=true").json() == []


def test_a_danger_in_a_public_form_is_told_at_once(web: TestClient, operator: Desk, house: House) -> None:
    """Nobody is on the line: 119 is told in the same write, and the citizen's page says no more than that."""
    filed = web.post(f"{API}/public/requests", json={"text": FIRE}, headers={"Idempotency-Key": str(uuid4())}).json()
    house.catch_up()
    seen = operator.ticket(filed["number"])
    told = [entry for entry in seen["timeline"] if entry["topic"] == "ticket.handed_off"]
    assert [(entry["details"]["platform"], entry["details"]["danger"]) for entry in told] == [("119", True)]
    assert "suggestions" not in filed


def test_a_correction_is_listed_for_learning_without_a_word(operator: Desk, analyst: Desk) -> None:
    """What was proposed and what a person decided, by number; what was right is not in it."""
    wrong, right = (operator.receive(text=LAMPS).json()["number"] for _ in range(2))
    operator.done(wrong, "classify", type="consult", category=["market", "market.prices"])
    operator.done(right, "confirm-reading")

    (one,) = analyst.get("/reading/corrections").json()

    assert (one["number"], one["by"]) == (wrong, "operator")
    assert {"category", "type"} <= set(one["what"])
    assert one["proposed"]["category"] == "municipal.street_lights"
    assert (one["decided"]["category"], one["decided"]["type"]) == ("market.prices", "consult")
    assert "路灯" not in json.dumps(one, ensure_ascii=False)


def test_figures_tell_how_far_proposals_are_accepted(operator: Desk, analyst: Desk) -> None:
    """With numerator and denominator, by what is proposed and by category and model."""
    wrong, right = (operator.receive(text=LAMPS).json()["number"] for _ in range(2))
    operator.done(wrong, "classify", type="consult", category=["market", "market.prices"])
    operator.done(right, "confirm-reading")

    told = analyst.get("/reading/figures").json()

    assert (told["decided"], told["confirmed"]) == (2, 1)
    category = next(one for one in told["accepted"] if one["what"] == "category")
    assert (category["numerator"], category["denominator"]) == (1, 2)
    (of_lamps,) = told["by_category"]
    assert (of_lamps["category"], of_lamps["numerator"], of_lamps["denominator"]) == ("municipal.street_lights", 1, 2)


def test_who_teaches_sees_only_his_district(operator: Desk, desk_of: Callable[..., Desk]) -> None:
    """A correction outside one's scope is not there, and operators are not asked to teach."""
    number = operator.receive(text=LAMPS, place={"district": "wuhou"}).json()["number"]
    operator.done(number, "classify", type="consult", category=["market", "market.prices"])
    assert desk_of(Role.ANALYST, district="jinniu").get("/reading/corrections").json() == []
    assert len(desk_of(Role.ANALYST, district="wuhou").get("/reading/corrections").json()) == 1
    assert operator.get("/reading/corrections").status_code == 403
