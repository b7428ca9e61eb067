"""The data dictionary: what every table, column, value and code that analysts meet means, in Chinese and English."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hotline.rules import Rules
from hotline.texts import say
from projections.analyst_sql import VIEWS
from projections.described import FILES, Column, Described, value_told

_SEVERAL = "values"


def made(rules: Rules) -> Mapping[str, Any]:
    """The dictionary: of tables their columns, of columns their values, and the codes of the rules in force."""
    return {
        "rules": rules.version,
        "tables": [_table(told) for told in (*FILES.values(), *(view.told for view in VIEWS))],
        "codes": {
            "unit": {u.id: {"zh": u.name, "en": u.name_en, "tier": u.tier} for u in rules.units.values()},
            "category": {code: {"zh": c.zh, "en": c.en} for code, c in rules.categories.items()},
            "district": {code: {"zh": name.zh, "en": name.en} for code, name in rules.profile.districts.items()},
        },
    }


def as_json(told: Mapping[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def as_markdown(told: Mapping[str, Any]) -> str:
    """The same to read."""
    return "\n".join(_lines(told)) + "\n"


def _table(told: Described) -> Mapping[str, Any]:
    return {"name": told.name, **told.told(), "columns": [_column(told, column) for column in told.columns]}


def _column(told: Described, column: Column) -> Mapping[str, Any]:
    found: dict[str, Any] = {"name": column.name, "type": column.kind, **told.about(column)}
    if column.values:
        found[_SEVERAL] = {value: value_told(column, value) or {} for value in column.values}
    return found


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"# {say('dictionary.title')} / {say('dictionary.title', 'en')}"
    yield f"\n{say('dictionary.rules', rules=told['rules'])} / {say('dictionary.rules', 'en', rules=told['rules'])}"
    for table in told["tables"]:
        yield f"\n## {table['name']}\n\n{table['zh']}\n\n{table['en']}\n"
        yield from _heading("column", "type", "meaning")
        for column in table["columns"]:
            kind = f"kind.{column['type']}"
            yield f"| `{column['name']}` | {say(kind)} / {say(kind, 'en')} | {column['zh']} / {column['en']}{_values(column)} |"
    for what, codes in told["codes"].items():
        yield f"\n## {say('dictionary.codes')} / {say('dictionary.codes', 'en')}: {what}\n"
        yield from _heading("code", "meaning")
        for code, words in codes.items():
            yield f"| `{code}` | {words['zh']} / {words['en']} |"


def _heading(*names: str) -> Iterator[str]:
    yield "| " + " | ".join(f"{say(f'dictionary.{name}')} / {say(f'dictionary.{name}', 'en')}" for name in names) + " |"
    yield "|" + " --- |" * len(names)


def _values(column: Mapping[str, Any]) -> str:
    told = (
        f"`{value}`" + (f" {words['zh']} / {words['en']}" if words else "")
        for value, words in column.get(_SEVERAL, {}).items()
    )
    return "".join(f"<br>{value}" for value in told)
