"""Formulas of bulletins alone: reworks, return requests, extensions."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from hotline.rates.checking import examine
from hotline.rates.formula import Formula
from hotline.rules.findings import ProfileError


@cache
def formulas() -> Mapping[str, Formula]:
    """By ``id@version``, in the order they are shown."""
    page, findings = examine(tomllib.loads((files("hotline.rates") / "handling.toml").read_text(encoding="utf-8")))
    if page is None or findings:
        raise ProfileError(findings)
    return MappingProxyType({formula.name: formula for formula in page.formula})
