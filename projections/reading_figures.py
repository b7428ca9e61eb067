"""How far proposals are accepted, by model and category: counted over the tickets people decided in a period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel, Field

from hotline.seeing import Scope
from projections.readings import VIEW, WHAT, Line, decided
from projections.view import Views

_FORMULA = "readings/1"
"""accepted = what was proposed is what was decided last, among the tickets in which a person decided it.  (ours)"""


class Accepted(BaseModel):
    """A rate with what it was made of; one for each thing that is proposed."""

    what: str = Field(description="category, type, urgency or unit")
    numerator: int
    denominator: int
    share: float | None
    formula: str = _FORMULA


class OfCategory(BaseModel):
    """How often a proposed category was accepted, by the model that proposed it."""

    model: str
    category: str
    numerator: int
    denominator: int
    share: float
    formula: str = _FORMULA


class ReadingFigures(BaseModel):
    """All figures, as of a position of the log."""

    position: int
    decided: int
    confirmed: int = Field(description="Confirmed in one step, by a person or by rule")
    accepted: list[Accepted]
    by_category: list[OfCategory]


def figures(views: Views, scope: Scope, since: datetime | None = None, until: datetime | None = None) -> ReadingFigures:
    """The figures of what was decided from ``since`` until before ``until``."""
    position = views.position(VIEW.name)
    lines = [line for line in decided(views, scope, since, until) if line.decided_at is not None]
    return ReadingFigures(
        position=position,
        decided=len(lines),
        confirmed=sum(line.confirmed for line in lines),
        accepted=[_accepted(what, lines) for what in WHAT],
        by_category=_by_category(lines),
    )


def _accepted(what: str, lines: Iterable[Line]) -> Accepted:
    pairs = [(getattr(line.proposed, what), getattr(line.decided, what)) for line in lines]
    pairs = [(proposed, said) for proposed, said in pairs if said is not None]
    right = sum(proposed == said for proposed, said in pairs)
    return Accepted(what=what, numerator=right, denominator=len(pairs), share=right / len(pairs) if pairs else None)


def _by_category(lines: Iterable[Line]) -> list[OfCategory]:
    counts: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for line in lines:
        proposed, said = line.proposed.category, line.decided.category
        if line.model is not None and proposed is not None and said is not None:
            counts[line.model, proposed].append(proposed == said)
    return [
        OfCategory(
            model=model, category=code, numerator=sum(right), denominator=len(right), share=sum(right) / len(right)
        )
        for (model, code), right in sorted(counts.items())
    ]
