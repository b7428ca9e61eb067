"""What each category means, as data: for people who classify, and for the reader of requests.

The shipped table is `profiles/taxonomy.toml`; a profile's own `[taxonomy]` lays its entries over it, key by key.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from typing import Any, Self

from hotline.rules import sources
from hotline.rules.meaning import Meaning


@dataclass(frozen=True, eq=False)
class Taxonomy:
    """All meanings by code, of both levels."""

    meanings: Mapping[str, Meaning]
    version: str

    @classmethod
    def of(cls, over: Mapping[str, Meaning]) -> Self:
        """The shipped table with a profile's entries laid over it."""
        whole = {code: dict(entry) for code, entry in _shipped().items()}
        for code, entry in over.items():
            whole.setdefault(code, {}).update(entry.model_dump(exclude_unset=True))
        content = json.dumps(whole, sort_keys=True, ensure_ascii=False)
        meanings = {code: Meaning.model_validate(entry) for code, entry in whole.items()}
        return cls(meanings, f"taxonomy@{sha256(content.encode()).hexdigest()[:12]}")

    @cached_property
    def lexicon(self) -> Mapping[str, tuple[str, ...]]:
        """Each word with the categories whose lexicons have it."""
        found: dict[str, tuple[str, ...]] = {}
        for code, meaning in self.meanings.items():
            for word in meaning.words:
                found[word] = (*found.get(word, ()), code)
        return found

    def skill(self, category: tuple[str, ...]) -> str | None:
        """The expert domain of a path: its own, else its head's."""
        own = next((m.skill for c in reversed(category) if (m := self.meanings.get(c)) and m.skill is not None), None)
        return own or None

    def statutory(self, category: tuple[str, ...]) -> tuple[str, ...]:
        """The statutory clocks a path may set going, by id; which of them does depends on type and date."""
        for code in reversed(category):
            meaning = self.meanings.get(code)
            if meaning and meaning.statutory is not None:
                return meaning.statutory
        return ()


@cache
def _shipped() -> Mapping[str, Mapping[str, Any]]:
    data = tomllib.loads((sources.shipped() / "taxonomy.toml").read_text(encoding="utf-8"))
    found: dict[str, Mapping[str, Any]] = {}
    for head, entry in data.items():
        found[head] = {key: value for key, value in entry.items() if not isinstance(value, dict) or key == "near"}
        for word, below in entry.items():
            if isinstance(below, dict) and word != "near":
                found[f"{head}.{word}"] = {
                    k: v.split() if k == "words" and isinstance(v, str) else v for k, v in below.items()
                }
    return found
