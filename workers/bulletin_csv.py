"""A bulletin as one table: a row for every number, opened by a spreadsheet and run by none."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from hotline.rates.answer import Figure
from hotline.rates.bulletin import Bulletin, RateLine, Volume
from hotline.rates.bulletin_making import SHORT
from workers.bulletin_words import Words
from workers.export_csv import cell

COLUMNS = (
    "section", "item", "name", "value_percent", "count", "before", "change", "change_unit", "share", "grade", "note",
    "numerator", "denominator", "population", "excluded", "asked", "answered", "coverage", "formula", "version", "hash",
    "value", "source",
)  # fmt: skip
BOM = "\ufeff"
"""By which a spreadsheet knows that it is UTF-8."""
Row = Mapping[str, object]


def as_csv(bulletin: Bulletin, words: Words) -> str:
    """The whole file.  Its heads are in the language of ``words``, its order is ``COLUMNS``."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([words.say(name) for name in COLUMNS])
    for row in (*_about(bulletin, words), *_volumes(bulletin, words), *_lines(bulletin, words)):
        writer.writerow([shown(row.get(name)) for name in COLUMNS])
    return BOM + file.getvalue()


def shown(value: object) -> str:
    """A number stays one, also below nothing; what else begins like a formula does not."""
    if isinstance(value, str) and _is_number(value):
        return value
    return cell(value)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and not text.startswith("+")
    except InvalidOperation:
        return False


def _about(bulletin: Bulletin, words: Words) -> Iterator[Row]:
    told: dict[str, object] = {
        "title": words.say("title"),
        "subject": words.subject(bulletin),
        "month": bulletin.month,
        "as_of": bulletin.as_of.isoformat(),
        "position": bulletin.position,
        "profile": bulletin.profile,
        "minimum": bulletin.minimum,
        "computed_at": bulletin.computed_at.isoformat(),
    }
    for item, value in told.items():
        yield {"section": words.say("about"), "item": item, "name": words.say(item), "value": value}
    if bulletin.unfinished:
        yield {"section": words.say("about"), "item": "unfinished", "name": words.say("unfinished"), "value": True}


def _volumes(bulletin: Bulletin, words: Words) -> Iterator[Row]:
    for section in ("volumes", "by_channel", "by_type", "categories"):
        volumes: list[Volume] = getattr(bulletin, section)
        for volume in volumes:
            yield {
                "section": words.say(section),
                "item": volume.key,
                "name": words.key(section, volume.key),
                "count": volume.count,
                "before": volume.before,
                "change": volume.change.value,
                "change_unit": words.say(volume.change.unit),
                "share": volume.share,
                "note": words.reason(volume.change),
            }


def _lines(bulletin: Bulletin, words: Words) -> Iterator[Row]:
    for section in ("calls", "rates", "causes", "handling"):
        lines: list[RateLine] = getattr(bulletin, section) or []
        for line in lines:
            yield _line(section, line, bulletin, words)
            for part in line.now.parts or ():
                yield {
                    "section": words.say("part"),
                    "item": f"{line.formula.id}:{part.formula}",
                    "name": words.title(line.formula),
                    "formula": part.formula.partition("@")[0],
                    "version": part.formula.partition("@")[2],
                    "hash": part.hash.removeprefix("sha256:")[:SHORT],
                    "note": f"{part.points} ×",
                    **_figure(part, words),
                }
    gap = bulletin.resolution
    for line in (gap.claimed, gap.confirmed, gap.inspected):
        yield _line("resolution", line, bulletin, words)
    for name in ("claimed_less_confirmed", "claimed_less_inspected"):
        said = {"section": words.say("resolution"), "item": name, "name": words.say(name)}
        yield {**said, "value": getattr(gap, name), "note": words.say("points")}


def _line(section: str, line: RateLine, bulletin: Bulletin, words: Words) -> Row:
    return {
        "section": words.say(section),
        "item": line.formula.id,
        "name": words.title(line.formula),
        "before": line.before.percent,
        "change": line.change.value,
        "change_unit": words.say(line.change.unit),
        "grade": words.grade(line),
        "note": words.note(line, bulletin.minimum) or words.reason(line.change),
        "formula": line.formula.id,
        "version": line.formula.version,
        "hash": line.short_hash,
        "source": line.formula.source,
        **_figure(line.now, words),
    }


def _figure(figure: Figure, words: Words) -> Row:
    coverage = None if figure.coverage is None else f"{Decimal(figure.coverage) * 100:.2f}"
    return {
        "value_percent": figure.percent,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "population": figure.population,
        "excluded": "; ".join(words.excluded(figure)).replace("\u00a0", " "),
        "asked": figure.asked,
        "answered": figure.answered,
        "coverage": coverage,
    }
