"""Groups of words that tell of danger or against it, each one feature of a text."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

PREFIX = "cue."
MOST = 3
"""More words of one group than this tell nothing more; ours."""


@cache
def load() -> Mapping[str, tuple[str, ...]]:
    """Each word with the groups it belongs to, by name (`cue.fire`)."""
    data = tomllib.loads((files(__package__) / "cues.toml").read_text(encoding="utf-8"))["cues"]
    found: dict[str, tuple[str, ...]] = {}
    for name, words in data.items():
        for word in dict.fromkeys(words.split()):
            found[word] = (*found.get(word, ()), PREFIX + name)
    return found


def names() -> tuple[str, ...]:
    """The groups in order."""
    return tuple(dict.fromkeys(name for groups in load().values() for name in groups))
