"""The formulas in force: those shipped, and a city's own beside them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path

from hotline.command import Refused
from hotline.rates.checking import Page, examine
from hotline.rates.formula import Composite, Formula
from hotline.rules.findings import Finding, ProfileError, finding
from hotline.rules.sources import Data, Named, parsed

Rate = Formula | Composite


@dataclass(frozen=True)
class Catalogue:
    """Every version of every formula, in the order they are shown."""

    page: Page

    @cached_property
    def all(self) -> tuple[Rate, ...]:
        return (*self.page.formula, *self.page.composite)

    @cached_property
    def _by_id(self) -> Mapping[str, tuple[Rate, ...]]:
        found: dict[str, list[Rate]] = {}
        for one in self.all:
            found.setdefault(one.id, []).append(one)
        return {id: tuple(sorted(versions, key=lambda one: one.version)) for id, versions in found.items()}

    def find(self, name: str, on: date) -> Rate:
        """The formula called ``id`` in force on a day, or the exact ``id@version`` whatever the day.

        Raises Refused ``unknown_formula``, ``formula_not_in_force``.
        """
        id, _, version = name.partition("@")
        versions = self._by_id.get(id, ())
        if version:
            versions = tuple(one for one in versions if str(one.version) == version)
        if not versions:
            raise Refused("unknown_formula", formula=name[:80])
        if version:
            return versions[0]
        found = _in_force(versions, on)
        if found is None:
            raise Refused("formula_not_in_force", formula=id, day=on)
        return found

    def variants(self, rate: str, on: date) -> tuple[Rate, ...]:
        """Every formula of a rate in force on a day, in the order they are shown.

        Raises Refused ``unknown_rate``, ``formula_not_in_force``.
        """
        ids = dict.fromkeys(one.id for one in self.all if one.rate == rate)
        if not ids:
            raise Refused("unknown_rate", rate=rate[:80])
        found = tuple(one for one in (_in_force(self._by_id[id], on) for id in ids) if one is not None)
        if not found:
            raise Refused("formula_not_in_force", formula=rate, day=on)
        return found

    def parts(self, composite: Composite) -> tuple[Formula, ...]:
        """The formulas a composite is made of, in its order."""
        known = {formula.name: formula for formula in self.page.formula}
        return tuple(known[f"{part.formula}@{part.version}"] for part in composite.parts)

    def hash_of(self, rate: Rate) -> str:
        return rate.hash if isinstance(rate, Formula) else rate.hash(self.parts(rate))


def _in_force(versions: Sequence[Rate], on: date) -> Rate | None:
    """The latest that has begun; none where that has ended."""
    begun = [one for one in versions if one.since <= on]
    last = begun[-1] if begun else None
    return last if last is not None and (last.until is None or on <= last.until) else None


def load(own: Path | None = None) -> Catalogue:
    """The shipped formulas and those of a file.  Raises ProfileError with everything that is wrong with it."""
    return _built(None if own is None else _read(own))


def check(own: Path | None = None) -> list[Finding]:
    """Everything wrong with a file of formulas, or with the shipped ones; an empty list where nothing is."""
    try:
        load(own)
    except ProfileError as error:
        return list(error.findings)
    return []


@lru_cache(maxsize=16)
def _built(own: Named | None) -> Catalogue:
    page, findings = examine(_shipped())
    if page is not None and own is not None:
        page, findings = examine(parsed(*own), page)
    if page is None or findings:
        raise ProfileError(findings)
    return Catalogue(page)


def _shipped() -> Data:
    data: Data = {"formula": [], "composite": []}
    for file in sorted((files("hotline.rates") / "formulas").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            written = tomllib.loads(file.read_text(encoding="utf-8"))
            for kind in data:
                data[kind] += written.get(kind, [])
    return data


def _read(path: Path) -> Named:
    try:
        return path.name, path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProfileError([finding("not_utf8", path.name)]) from None
    except OSError:
        raise ProfileError([finding("no_formulas", path.name, name=path.name)]) from None
