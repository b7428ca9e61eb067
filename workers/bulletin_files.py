"""Bulletins as files: what they are called, and how they are written."""

from __future__ import annotations

import os
from pathlib import Path

from hotline.rates.bulletin import Bulletin
from projections.bulletin import Desk
from workers.bulletin_csv import as_csv
from workers.bulletin_html import as_html
from workers.bulletin_words import Words
from workers.compose import House


def desk_of(house: House) -> Desk:
    """What a house makes its bulletins with."""
    return Desk(house.views, house.hotline, house.formulas, house.rules)


def name_of(bulletin: Bulletin) -> str:
    """What its files are called, without the ending: ``bulletin-2026-10-unit-jinjiang-market``."""
    named = (("district", bulletin.subject.district), ("unit", bulletin.subject.unit))
    return "-".join(("bulletin", bulletin.month, *(f"{kind}-{id}" for kind, id in named if id is not None)))


def write(out: Path, bulletin: Bulletin, words: Words) -> list[Path]:
    """Write page and table into a directory; files of the same name are replaced whole.  Raises OSError."""
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [
        _put(out / f"{name_of(bulletin)}.html", as_html(bulletin, words)),
        _put(out / f"{name_of(bulletin)}.csv", as_csv(bulletin, words)),
    ]


def _put(path: Path, text: str) -> Path:
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        unfinished.write_text(text, encoding="utf-8", newline="")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path
