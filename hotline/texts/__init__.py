"""The one catalogue of everything a person is told: Simplified Chinese, English beside it.

Keys are ``table.name`` ("refused.too_late", "state.received"); ``{slots}`` are filled by the caller.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Every text by key; each has ``zh`` and ``en``."""
    found: dict[str, Mapping[str, str]] = {}
    for page in sorted(files(__package__).iterdir(), key=lambda p: p.name):
        if page.name.endswith(".toml"):
            for table, entries in tomllib.loads(page.read_text(encoding="utf-8")).items():
                found |= {f"{table}.{name}": MappingProxyType(text) for name, text in entries.items()}
    return MappingProxyType(found)


def say(key: str, language: Language = "zh", **slots: object) -> str:
    """The text of ``key`` with its slots filled.  Raises KeyError for a key or a slot that is not there."""
    return catalogue()[key][language].format(**slots)


def known(key: str) -> bool:
    return key in catalogue()


def sentence(code: str, language: Language = "zh", **details: object) -> str:
    """A refusal as the person reads it; a state among the details is named in words."""
    state = details.get("state")
    named = {f"state_{lang}": say(f"state.{state}", lang) for lang in LANGUAGES} if state else {}
    return say(f"refused.{code}", language, **{**details, **named})
