"""What the people of a simulation have counted: what they did, what they were told, and what was refused to them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """`counts` by "group.name"; refusals by code, and apart from them those nobody had reason to expect."""

    counts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)

    def add(self, key: str, times: int = 1) -> None:
        self.counts[key] += times

    def refuse(self, action: str, code: str, expected: bool) -> None:
        """A refusal somebody got."""
        self.refused[code] += 1
        if not expected and len(self.surprises) < 100:
            self.surprises.append(f"{action}: {code}")

    def group(self, name: str) -> dict[str, int]:
        """All counts of one group, in the order of their names."""
        start = f"{name}."
        return {key.removeprefix(start): n for key, n in sorted(self.counts.items()) if key.startswith(start)}
