"""What must agree across files: codes and sentences, commands and roles, facts and topics, profiles and the rules."""

import ast
import string
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import hotline
from hotline.rules import load, profile_names
from hotline.texts import catalogue, known, sentence
from hotline.ticket.actions import ACTIONS
from hotline.ticket.command import COUNTING, KEEPING
from hotline.ticket.ticket import State
from tests.golden_facts import fact_classes

SOURCE = Path(hotline.__file__).parent
PROFILES = profile_names()
PACKAGES = ("hotline", "projections", "workers")


@cache
def trees() -> list[ast.Module]:
    """The whole product, as Python reads it."""
    files = [f for package in PACKAGES for f in (SOURCE.parent / package).rglob("*.py")]
    return [ast.parse(file.read_text(encoding="utf-8")) for file in files]


def words_in_code() -> set[str]:
    constants = (n for tree in trees() for n in ast.walk(tree) if isinstance(n, ast.Constant))
    return {n.value for n in constants if isinstance(n.value, str)}


def imports(tree: ast.Module, name: str, module: str) -> bool:
    found = (n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == module)
    return any(alias.name == name for n in found for alias in n.names)


def calls(name: str, module: str) -> list[ast.Call]:
    """Every call of a class of that module in the product, where it goes by its own name."""
    nodes = (n for tree in trees() if imports(tree, name, module) for n in ast.walk(tree))
    return [n for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == name]


def refusals() -> dict[str, list[set[str]]]:
    """Code of refusal to the details each place gives with it."""
    found: dict[str, list[set[str]]] = {}
    for call in calls("Refused", "hotline.command"):
        if call.args and isinstance(call.args[0], ast.Constant):
            found.setdefault(str(call.args[0].value), []).append({k.arg for k in call.keywords if k.arg})
    found.setdefault("not_now", []).append({"state"})  # TicketCommand.REFUSAL
    return found


def slots(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_fact_has_a_topic_of_its_own() -> None:
    """Two facts under one name would be read as each other."""
    doubled = {topic: n for topic, n in Counter(c.TOPIC for c in fact_classes()).items() if n > 1}
    assert not doubled
    assert len(fact_classes()) > 60


def test_every_refusal_has_its_sentence_and_every_sentence_a_refusal() -> None:
    """A person never reads a bare code, and the catalogue holds nothing nobody says."""
    written = {key.partition(".")[2] for key in catalogue() if key.startswith("refused.")}
    assert not set(refusals()) - written, "refused without a sentence"
    assert not written - words_in_code(), "a sentence that nobody says"


@pytest.mark.parametrize(("code", "given"), sorted(refusals().items()), ids=lambda v: v if isinstance(v, str) else "")
def test_every_sentence_can_be_filled(code: str, given: list[set[str]]) -> None:
    """Whatever place refuses gives the details its sentence asks for, in both languages."""
    for details in given:
        filled = dict.fromkeys(details, "…") | ({"state": "received"} if "state" in details else {})
        assert sentence(code, "zh", **filled)
        assert sentence(code, "en", **filled)


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_every_text_is_there_in_both_languages_with_the_same_slots(key: str) -> None:
    """Nothing is left out in translation."""
    entry = catalogue()[key]
    assert set(entry) == {"zh", "en"}
    assert entry["zh"].strip()
    assert entry["en"].strip()
    of_language = {lang: {s.removesuffix(f"_{lang}") for s in slots(text)} for lang, text in entry.items()}
    assert of_language["zh"] == of_language["en"]


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_action_says_who_may_take_it(action: str) -> None:
    """By role, under its own name, with a docstring for the person who reads the API."""
    command = ACTIONS[action]
    assert action == command.ACTION
    assert command.ROLES
    assert command.__doc__


def test_what_is_kept_names_actions_that_exist() -> None:
    """Apart from the two commands of the clock."""
    assert COUNTING < KEEPING
    assert KEEPING - {"ring", "confirm-dues"} <= set(ACTIONS)


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_name_for_people(state: State) -> None:
    """In the catalogue."""
    assert known(f"state.{state.value}")


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_loads_and_answers_for_every_type(name: str) -> None:
    """Four of them, so that rules being data is proved by more than one."""
    rules = load(name)
    for type_ in ("consult", "help", "complaint", "report", "suggestion", "praise", "other"):
        assert rules.policy_limit(type_).amount >= 0
        assert rules.call_back(type_).attempts >= 1
        assert rules.retention(type_).years >= 1
    assert len(PROFILES) >= 4
