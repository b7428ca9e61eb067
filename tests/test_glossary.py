"""The glossary keeps up with the words in force."""

import re
from pathlib import Path
from typing import get_args

from hotline.rules.written import SMALL_NAMES
from hotline.ticket import facts
from hotline.ticket.actions import ACTIONS
from hotline.ticket.ticket import Part, State

GLOSSARY = Path(__file__).parents[1] / "docs" / "glossary.md"


def test_the_glossary_explains_every_word_in_force() -> None:
    """Each state, part, action, limit and answer of a ticket has a line in docs/glossary.md."""
    words = {*ACTIONS, *SMALL_NAMES, *State, *get_args(Part), *get_args(facts.Exclusion)}
    for choice in (facts.Type, facts.Urgency, facts.Resolution, facts.Satisfaction, facts.Dissatisfaction):
        words |= set(get_args(choice))
    explained = set(re.findall(r"`([^`]+)`", GLOSSARY.read_text("utf-8")))
    assert {str(word) for word in words} - explained == set()
