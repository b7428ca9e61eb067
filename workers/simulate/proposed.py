"""A proposal as the people of a simulation are shown it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Proposed:
    """What somebody is shown of a proposal: codes alone."""

    category: str | None
    type: str
    urgency: str
    unit: str | None
    co: tuple[str, ...] = ()

    @classmethod
    def of_answer(cls, proposal: Mapping[str, Any] | None) -> Proposed | None:
        """From the door's own answer."""
        if proposal is None:
            return None
        category = proposal["categories"][0]["category"][-1] if proposal["categories"] else None
        told = {name: proposal[name] for name in ("type", "urgency", "unit")}
        return cls(category=category, co=tuple(proposal["co"]), **told)

    @classmethod
    def of_suggestions(cls, suggestions: list[dict[str, Any]]) -> Proposed | None:
        """From what the service API suggests."""
        first: dict[str, dict[str, Any]] = {}
        for one in suggestions:
            first.setdefault(one["about"], one)
        if "category" not in first or "unit" not in first:
            return None
        value = {name: first[name]["value"] for name in ("category", "type", "urgency", "unit")}
        return cls(co=tuple(first["unit"]["co"]), **value)
