"""What simulated citizens and units say: request patterns over every category, and the short phrases that follow.

All texts are written for this project; places, shops and names in them are fictional (see slots.toml).
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

SLOT = re.compile(r"\{([a-z_]+)\}")
GIVEN = frozenset({"phone"})  # slots that have no word list: the caller of fill() gives them


@dataclass(frozen=True)
class Pattern:
    """One thing citizens ask, with how it is registered and how a unit (or, for a consult, the operator) answers."""

    category: str
    type: str
    urgency: str
    text: str
    reply: str
    expert_answer: str = ""


@dataclass(frozen=True)
class Phrase:
    """One short thing people say later on; `basis`, `cause` and `check` are set for the kinds that need them."""

    text: str
    basis: str = ""
    cause: str = ""
    check: str = ""


@cache
def patterns() -> tuple[Pattern, ...]:
    """Every request pattern, in a fixed order (files by name), so that a seed always means the same texts."""
    names = sorted(path.name for path in files(__name__).iterdir() if path.name.endswith(".toml"))
    return tuple(Pattern(**row) for name in names for row in _table(name).get("pattern", ()))


@cache
def phrases(kind: str) -> tuple[Phrase, ...]:
    """The phrases of one kind; KeyError when there is no such kind."""
    if kind not in phrase_kinds():
        raise KeyError(f"no phrases of kind {kind!r}; there are: {', '.join(phrase_kinds())}")
    return tuple(Phrase(**row) for row in _table("phrases.toml")[kind])


def phrase_kinds() -> tuple[str, ...]:
    """The kinds phrases() knows, in the order of the file."""
    return tuple(_table("phrases.toml"))


def slot_names() -> frozenset[str]:
    """Every slot a text may use."""
    return frozenset(_table("slots.toml")["slots"]) | GIVEN | {"name"}


def draw(rng: Random) -> dict[str, str]:
    """One value for every slot that has words, so that a request, its supplements and its reply name the same place."""
    return {slot: _word(slot, rng) for slot in sorted(slot_names() - GIVEN)}


def fill(text: str, slots: Mapping[str, str], rng: Random) -> str:
    """The text with its slots replaced by `slots`, or by drawn words where `slots` says nothing.

    A slot that stands twice gets one value. KeyError for a slot that is unknown or has to be given (`phone`).
    """
    values = dict(slots)
    for slot in SLOT.findall(text):
        if slot not in values:
            values[slot] = _word(slot, rng)
    return SLOT.sub(lambda match: values[match[1]], text)


def _word(slot: str, rng: Random) -> str:
    table = _table("slots.toml")
    if slot == "name":
        surname, given = (rng.choice(table["names"][part]) for part in ("surname", "given"))
        return f"{surname}{given}"
    if slot not in table["slots"]:
        raise KeyError(
            f"the slot {{{slot}}} has no words in slots.toml: give its value in `slots`, or correct its name"
        )
    return str(rng.choice(table["slots"][slot]))


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__name__) / name).read_text("utf-8"))
