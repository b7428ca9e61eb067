"""From counts to an answer with its proof, wherever they were counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.calendar import SHANGHAI
from hotline.rates.answer import (
    Answer,
    CountedFrom,
    Retold,
    groups,
    period,
    profile_shown,
    scored_groups,
    shown,
)
from hotline.rates.catalogue import Catalogue, Rate
from hotline.rates.counts import Counts, Key
from hotline.rates.formula import Formula
from hotline.rates.question import Asked
from hotline.rules import Rules


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted: up to where in the log, for when, from what, and the groups of each formula of the rate."""

    position: int
    moment: datetime | None
    source: CountedFrom | Retold
    found: Sequence[Mapping[Key, Counts]]


def answered(
    catalogue: Catalogue, rate: Rate, asked: Asked, counted: Counted, now: datetime, rules: Rules | None = None
) -> Answer:
    """The answer that a count is; ``rules`` are those of the profile it was told under, if it was."""
    if isinstance(rate, Formula):
        each, whole = groups(asked.by, rate, counted.found[0])
    else:
        each, whole = scored_groups(asked.by, rate, catalogue.parts(rate), counted.found)
    return Answer(
        formula=shown(rate, catalogue.hash_of(rate)),
        cohort=rate.cohort if isinstance(rate, Formula) else None,
        period=period(asked),
        as_of=_local(asked.as_of),
        happened_by=_local(asked.happened_by),
        by=list(asked.by),
        filters={name: sorted(values) for name, values in sorted(asked.filters.items())},
        groups=each,
        total=whole,
        position=counted.position,
        moment=_local(counted.moment),
        counted_from=counted.source,
        profile=profile_shown(rules) if rules is not None else None,
        computed_at=now.astimezone(SHANGHAI),
    )


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(SHANGHAI) if moment is not None else None
