"""What a chart draws: names along an axis and a row of values for each of a few series, as plain data for a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hotline.rates.answer import Answer
from hotline.rates.fields import TIMES
from hotline.rules import Rules
from hotline.texts import LANGUAGES, say
from workers.web.api.custody_shown import Named
from workers.web.pages import labels

MOST_BARS = 60
"""More bars than this cannot be told apart; the table beside the chart has them all.  (ours)"""
MOST_SERIES = 8
"""As many patterns as one can tell apart without colour.  (ours)"""


def chart(rules: Rules, answers: Sequence[Answer]) -> dict[str, Any] | None:
    """The chart of answers, None where there is no value to draw: variants as bars side by side, groups along the axis, lines
    where the axis is time; with two splits the second gives the series of the first answer."""
    if not answers:
        return None
    drawn = _split_twice(rules, answers[0]) if len(answers[0].by) == 2 else _variants(rules, answers)
    has_value = any(value is not None for series in drawn["series"] for value in series["values"])
    return drawn if has_value else None


def _variants(rules: Rules, answers: Sequence[Answer]) -> dict[str, Any]:
    by = answers[0].by
    if not by:
        names = [_formula(answer) for answer in answers]
        return _drawn("bars", names, [("", [answer.total.percent for answer in answers])])
    found = [{group.key[by[0]]: group for group in answer.groups} for answer in answers]
    keys = sorted({key for groups in found for key in groups})
    if by[0] not in TIMES:
        keys = sorted(keys, key=lambda key: (-_size(found, key), key))
    shown = keys[: MOST_BARS // min(len(answers), MOST_SERIES)] if by[0] not in TIMES else keys
    series = [
        (_formula(answer), [groups[key].percent if key in groups else None for key in shown])
        for answer, groups in zip(answers, found, strict=True)
    ]
    names = [_both(labels.value(rules, by[0], key)) for key in shown]
    return _drawn("lines" if by[0] in TIMES else "bars", names, series[:MOST_SERIES], left_out=len(keys) - len(shown))


def _split_twice(rules: Rules, answer: Answer) -> dict[str, Any]:
    """Time, where it is one of the two, along the axis; else the first."""
    axis, other = answer.by if answer.by[1] not in TIMES else reversed(answer.by)
    found = {(group.key[axis], group.key[other]): group for group in answer.groups}
    along = sorted({key for key, _ in found})
    sizes: dict[str, int] = {}
    for (_, key), group in found.items():
        sizes[key] = sizes.get(key, 0) + (group.denominator or 0)
    others = sorted(sizes, key=lambda key: (-sizes[key], key))
    shown = along if axis in TIMES else along[: MOST_BARS // max(1, min(len(others), MOST_SERIES))]
    series = [
        (_both(labels.value(rules, other, key)), [g.percent if (g := found.get((at, key))) else None for at in shown])
        for key in others[:MOST_SERIES]
    ]
    names = [_both(labels.value(rules, axis, key)) for key in shown]
    return _drawn("lines" if axis in TIMES else "bars", names, series, left_out=max(0, len(others) - MOST_SERIES))


def _formula(answer: Answer) -> str:
    return in_both(answer.formula.title, answer.formula.title_en)


def _both(named: Named) -> str:
    return in_both(named.zh, named.en)


def in_both(zh: str, en: str) -> str:
    """A name in both languages of the page, since a chart has no second line for one of them; once where they are the same."""
    return zh if zh == en else f"{zh} {en}"


def _size(found: Sequence[dict[str, Any]], key: str) -> int:
    return max((groups[key].population or 0 for groups in found if key in groups), default=0)


def _drawn(
    kind: str, names: list[str], series: list[tuple[str, list[str | None]]], left_out: int = 0
) -> dict[str, Any]:
    values = [
        {"name": name, "values": [float(percent) if percent is not None else None for percent in row]}
        for name, row in series
    ]
    told = (
        say("analyst.chart_told", of, kind=say(f"analyst.chart_{kind}", of), series=len(series), names=len(names))
        for of in LANGUAGES
    )
    return {"kind": kind, "names": names, "series": values, "left_out": left_out, "told": " ".join(told)}
