"""The words for what an answer is split by, and for the values it is split into."""

from __future__ import annotations

from hotline.rules import Rules
from hotline.texts import known, say
from workers.web.api.custody_shown import Named

_TABLES = ("value", "source")
"""Where the words of a value stand that has no table of its dimension's own name."""


def dimension(name: str) -> Named:
    """What a dimension is called."""
    return word("dimension", name)


def value(rules: Rules, dimension: str, code: str) -> Named:
    """What a value of a dimension is called: a unit's name, a category's words, a month as it is written."""
    if not code:
        return Named(code=code, zh=say("analyst.unknown"), en=say("analyst.unknown", "en"))
    match dimension:
        case "unit" if code in rules.units:
            unit = rules.units[code]
            return Named(code=code, zh=unit.name, en=unit.name_en)
        case "head" | "category" if code in rules.categories:
            category = rules.categories[code]
            return Named(code=code, zh=category.zh, en=category.en)
        case "district" if code in rules.districts:
            words = rules.districts[code]
            return Named(code=code, zh=words.zh, en=words.en)
        case "month":
            return period("month", code)
    for table in (dimension, *_TABLES):
        if known(f"{table}.{code}"):
            return word(table, code)
    return Named(code=code, zh=code, en=code)


def word(table: str, code: str) -> Named:
    """A word of the catalogue.  Raises KeyError."""
    return Named(code=code, zh=say(f"{table}.{code}"), en=say(f"{table}.{code}", "en"))


def rate(code: str, title: tuple[str, str]) -> Named:
    """What a rate is called; one of a city's own is called like its first formula."""
    if known(f"rate.{code}"):
        return Named(code=code, zh=say(f"rate.{code}"), en=say(f"rate.{code}", "en"))
    return Named(code=code, zh=title[0], en=title[1])


def period(kind: str, code: str) -> Named:
    """A month or a year as people write it."""
    year, _, month = code.partition("-")
    return Named(code=code, zh=say(f"analyst.{kind}", year=year, month=month.lstrip("0")), en=code)
