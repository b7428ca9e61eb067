"""From counts to a bulletin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from hotline.rates.answer import Figure, FormulaShown
from hotline.rates.bulletin import Bulletin, Change, Gap, RateLine, Volume
from hotline.rates.grading import few, graded
from hotline.rates.outcome import FACETS
from hotline.rates.subject import Whose, subject
from hotline.rules import Rules
from hotline.rules.bulletin_rule import BulletinRule

RECEIVED, CLOSED, DIRECT = "volume.counted@1", "rework@1", "direct_answer@1"
"""Formulas from whose counts volumes are taken: the population of the first two, the numerator of the third."""
GAP = ("resolution.claimed@1", "resolution.strict@1", "resolution.inspected@1")
HANDLING = ("rework@1", "returned@1", "extended@1", "overdue@1")
COUNTED_BY = (RECEIVED, CLOSED, DIRECT, *GAP, *HANDLING)
"""By their exact versions, so that these sections are counted alike in every month."""
ELSEWHERE = frozenset({"connection", "cause"})
"""Rates that have a section of their own."""
SHORT = 12
"""So many digits of a content hash tell formulas apart."""

Pair = tuple[Figure, Figure]
"""Of the month, and of the month before."""


@dataclass(frozen=True)
class Numbers:
    """Everything that was counted for one bulletin."""

    formulas: Mapping[str, FormulaShown]
    """Those in force by ``id@version``, in the order they are shown, and those of ``COUNTED_BY``."""
    figures: Mapping[str, Pair]
    """By ``id@version``."""
    received: Mapping[str, Mapping[str, tuple[int, int]]]
    """Dimension → value → received in the month and in the month before."""
    in_force: Sequence[str]


@dataclass(frozen=True)
class When:
    """Which month, as of when and up to where in the log."""

    month: str
    before: str
    unfinished: bool
    as_of: datetime
    position: int
    computed_at: datetime


def made(numbers: Numbers, whose: Whose, when: When, rules: Rules) -> Bulletin:
    """The bulletin of these numbers."""
    rule = rules.bulletin
    lines = {name: _line(rule, numbers.formulas[name], pair) for name, pair in numbers.figures.items()}
    shown = [lines[name] for name in numbers.in_force]
    total, before = _population(numbers, RECEIVED)
    return Bulletin(
        month=when.month,
        month_before=when.before,
        unfinished=when.unfinished,
        subject=subject(whose, rules),
        profile=rules.version,
        as_of=when.as_of,
        position=when.position,
        computed_at=when.computed_at,
        minimum=rule.minimum,
        volumes=[
            _volume("received", (total, before), when.unfinished),
            _volume("closed", _population(numbers, CLOSED), when.unfinished),
            _volume("answered_on_the_line", _numerators(numbers.figures[DIRECT]), when.unfinished, of=total),
        ],
        by_channel=list(_by(numbers, "channel", _in_order("channel"), total, when.unfinished)),
        by_type=list(_by(numbers, "type", _in_order("type"), total, when.unfinished)),
        categories=list(_by(numbers, "category", _most(numbers, rule), total, when.unfinished)),
        calls=[line for line in shown if line.formula.rate == "connection"] if whose.city else None,
        rates=[line for line in shown if line.formula.rate not in ELSEWHERE],
        resolution=_gap(*(lines[name] for name in GAP)),
        causes=[line for line in shown if line.formula.rate == "cause"],
        handling=[lines[name] for name in HANDLING],
    )


def change_of_count(now: int, before: int, *, unfinished: bool) -> Change:
    """In percent of the month before, half away from zero."""
    if unfinished:
        return Change(value=None, unit="percent", reason="unfinished")
    if not before:
        return Change(value=None, unit="percent", reason="none_before")
    return Change(value=_hundredths(Decimal(now - before) * 100 / before), unit="percent")


def change_of_rate(now: Figure, before: Figure) -> Change:
    """In percentage points, between the two as they are shown: whoever subtracts gets the same."""
    if now.percent is None or before.percent is None:
        return Change(value=None, unit="points", reason="no_value" if now.percent is None else "none_before")
    return Change(value=_less(now, before), unit="points")


def _line(rule: BulletinRule, formula: FormulaShown, pair: Pair) -> RateLine:
    now, before = pair
    grade, ungraded = graded(rule, formula.id, now)
    return RateLine(
        formula=formula,
        short_hash=formula.hash.removeprefix("sha256:")[:SHORT],
        now=now,
        before=before,
        change=change_of_rate(now, before),
        grade=grade,
        ungraded=ungraded,
        too_few=now.percent is not None and few(rule, now),
    )


def _gap(claimed: RateLine, confirmed: RateLine, inspected: RateLine) -> Gap:
    return Gap(
        claimed=claimed,
        confirmed=confirmed,
        inspected=inspected,
        claimed_less_confirmed=_less(claimed.now, confirmed.now),
        claimed_less_inspected=_less(claimed.now, inspected.now),
    )


def _less(one: Figure, other: Figure) -> str | None:
    if one.percent is None or other.percent is None:
        return None
    return str(Decimal(one.percent) - Decimal(other.percent))


def _by(
    numbers: Numbers, dimension: str, keys: Iterable[str], total: int, unfinished: bool
) -> Iterator[Volume]:  # those of which there were none in either month are not told
    found = numbers.received[dimension]
    for key in keys:
        if key in found:
            yield _volume(key, found[key], unfinished, of=total)


def _in_order(dimension: str) -> Iterator[str]:
    yield from FACETS[dimension].values[1:]
    yield ""


def _most(numbers: Numbers, rule: BulletinRule) -> list[str]:
    """The categories most asked about this month, by code where as many asked."""
    counts = {key: now for key, (now, _) in numbers.received["category"].items() if key and now}
    return sorted(counts, key=lambda key: (-counts[key], key))[: rule.top_categories]


def _volume(key: str, pair: tuple[int, int], unfinished: bool, *, of: int | None = None) -> Volume:
    now, before = pair
    share = _hundredths(Decimal(now) * 100 / of) if of else None
    return Volume(
        key=key, count=now, before=before, change=change_of_count(now, before, unfinished=unfinished), share=share
    )


def _population(numbers: Numbers, name: str) -> tuple[int, int]:
    now, before = numbers.figures[name]
    return now.population or 0, before.population or 0


def _numerators(pair: Pair) -> tuple[int, int]:
    now, before = (int(figure.numerator or 0) for figure in pair)
    return now, before


def _hundredths(exact: Decimal) -> str:
    return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))
