"""What simulated people say."""

from collections import Counter
from itertools import chain
from random import Random
from typing import get_args

import pytest

from hotline.reading.personal import find
from hotline.rules import load
from hotline.ticket.facts import Dissatisfaction, Type, Urgency
from workers.simulate.texts import SLOT, Pattern, draw, fill, patterns, phrase_kinds, phrases, slot_names

RULES = load("sichuan-2025")
SECRET = {"name", "phone"}  # slots that may never stand in what is published
KINDS = {
    "supplement", "ask_supplement", "return_reason", "refuse_return", "adjudication", "extension_reason",
    "deferral_plan", "review_pass", "review_reject", "call_back_satisfied", "call_back_dissatisfied", "urge", "withdraw",
}  # fmt: skip


def texts_of(pattern: Pattern) -> tuple[str, ...]:
    return tuple(text for text in (pattern.text, pattern.reply, pattern.expert_answer) if text)


def filled(text: str, seed: int = 1) -> str:
    rng = Random(seed)
    return fill(text, draw(rng) | {"phone": "00000000000"}, rng)


def test_every_category_is_asked_about_in_several_voices() -> None:
    """Each category of the lower level has at least three patterns, and no pattern names a category that is not there."""
    counted = Counter(pattern.category for pattern in patterns())
    lower = {code for code, category in RULES.categories.items() if category.level == 2}
    assert set(counted) == lower
    assert {code: n for code, n in counted.items() if n < 3} == {}


def test_patterns_speak_the_words_of_a_ticket() -> None:
    """Types and urgencies are the ticket's own, all of them occur, and exactly the consults carry an operator's answer."""
    assert {pattern.type for pattern in patterns()} == set(get_args(Type))
    assert {pattern.urgency for pattern in patterns()} == set(get_args(Urgency))
    assert [p.text for p in patterns() if (p.type == "consult") != bool(p.expert_answer)] == []


def test_every_slot_can_be_filled() -> None:
    """No text holds a slot that nobody fills, nor a brace that is no slot."""
    said = [text for pattern in patterns() for text in texts_of(pattern)]
    said += [text for kind in phrase_kinds() for phrase in phrases(kind) for text in (phrase.text, phrase.basis)]
    assert set(chain.from_iterable(SLOT.findall(text) for text in said)) <= slot_names()
    assert [text for text in said if "{" in filled(text) or "}" in filled(text)] == []


def test_some_callers_say_who_they_are() -> None:
    """Enough requests hold a name or a number that covering them up has something to do."""
    telling = [pattern for pattern in patterns() if SECRET & set(SLOT.findall(pattern.text))]
    assert len(telling) >= 20
    assert {slot for pattern in telling for slot in SLOT.findall(pattern.text)} >= SECRET


def test_nothing_is_said_twice() -> None:
    """No two patterns share a text, a reply or an operator's answer; no phrase stands twice."""
    said = Counter(text for pattern in patterns() for text in texts_of(pattern))
    said += Counter(phrase.text for kind in phrase_kinds() for phrase in phrases(kind))
    assert [text for text, n in said.items() if n > 1] == []


@pytest.mark.parametrize("seed", range(3))
def test_texts_have_the_length_of_real_ones(seed: int) -> None:
    """A request is 15 to 200 characters once filled, a reply 40 to 150."""
    assert [p.text for p in patterns() if not 15 <= len(filled(p.text, seed)) <= 200] == []
    assert [p.reply for p in patterns() if not 40 <= len(filled(p.reply, seed)) <= 150] == []


def test_what_is_published_names_nobody() -> None:
    """Replies, operators' answers and legal bases hold no personal data, so that they pass the check of a public reply."""
    published = [text for p in patterns() for text in (p.reply, p.expert_answer)]
    published += [phrase.basis for phrase in phrases("return_reason")]
    published += [phrase.text for phrase in phrases("extension_reason")]  # the caller is told why it takes longer
    assert [text for text in published if SECRET & set(SLOT.findall(text))] == []
    # As the desk checks a public reply: a door is no refusal there (it also sees one in 一户一表, a meter for every home).
    assert [text for text in published if {span.kind for span in find(filled(text))} - {"door"}] == []


def test_every_kind_of_phrase_is_there() -> None:
    """Each kind has at least a dozen phrases, and asking for another kind says which there are."""
    assert set(phrase_kinds()) == KINDS
    assert {kind: len(phrases(kind)) for kind in KINDS if len(phrases(kind)) < 12} == {}
    with pytest.raises(KeyError, match="supplement"):
        phrases("gossip")


def test_phrases_carry_what_their_command_asks_for() -> None:
    """A return has a legal basis, an unhappy answer a cause, a rejection the check that failed, in the rules' own words."""
    assert [phrase.text for phrase in phrases("return_reason") if not phrase.basis] == []
    assert {phrase.cause for phrase in phrases("call_back_dissatisfied")} == set(get_args(Dissatisfaction))
    assert {phrase.check for phrase in phrases("review_reject")} == set(RULES.review_checks)


def test_filling_keeps_what_it_is_given() -> None:
    """A given value wins, a slot that stands twice reads the same, and one seed always means one text."""
    twice = fill("{street}口，还是{street}，{community}", {"community": "甲小区"}, Random(7))
    street = twice.split("口，还是")[0]
    assert twice == f"{street}口，还是{street}，甲小区"
    assert street in draw_all("street")
    assert twice == fill("{street}口，还是{street}，{community}", {"community": "甲小区"}, Random(7))


def test_a_slot_without_words_is_refused() -> None:
    """A telephone number is given by whoever fills the text; it and an unknown slot raise KeyError naming the slot."""
    for text in ("打{phone}", "在{nowhere}"):
        with pytest.raises(KeyError, match=SLOT.findall(text)[0]):
            fill(text, {}, Random(0))


def draw_all(slot: str) -> set[str]:
    return {draw(Random(seed))[slot] for seed in range(300)}
