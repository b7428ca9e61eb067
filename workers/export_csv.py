"""Rows as a CSV file that a spreadsheet opens and never runs."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from hotline.calendar import SHANGHAI

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: object) -> str:
    """A value as it stands in a cell; text that a spreadsheet would run as a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat(timespec="milliseconds")
    if isinstance(value, tuple):
        return cell(";".join(str(part) for part in value))
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]], *, bom: bool) -> int:
    """Write a file of these cells, None an empty one; returns how many rows.  ``bom`` marks it as UTF-8 for spreadsheets that guess otherwise."""
    count = 0
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count
