"""Asking for rates, the same for the API, the command line and pages: which formulas, of whom, in one state of the view."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from hotline.command import Refused
from hotline.rates.answer import Answer
from hotline.rates.catalogue import Catalogue, Rate
from hotline.rates.question import Asked
from hotline.rules import ProfileError, Rules, load, profile_names
from projections.rates import Snapshot, snapshot
from workers.compose import House


def answers(house: House, rate: str | None, formulas: Sequence[str], asked: Asked) -> list[Answer]:
    """An answer for each formula named, or for every variant of the rate, all counted in one state of the scoreboard.

    Raises Refused by any of the names in ``hotline/texts/rates.toml``, or ``view_behind``.
    """
    question, found = checked(house, asked), named(house.formulas, rate, formulas, asked.start)
    with looking(house) as look:
        return [look.answer(each, question, house.now()) for each in found]


@contextmanager
def looking(house: House) -> Iterator[Snapshot]:
    """The scoreboard as it stands, for as many answers as one likes."""
    with snapshot(house.views, house.hotline, house.formulas) as look:
        yield look


def checked(house: House, asked: Asked) -> Asked:
    """A question that can be answered now.  Raises Refused."""
    return asked.checked(house.now(), house.rules.calendar.zone)


def named(catalogue: Catalogue, rate: str | None, formulas: Sequence[str], on: date) -> tuple[Rate, ...]:
    """The formulas meant: those named, or all of a rate.  With a rate a formula may be named without it (``rated_only``).

    Raises Refused ``no_formula_named``, ``unknown_formula``, ``unknown_rate``, ``formula_of_another_rate``,
    ``formula_not_in_force``.
    """
    if not formulas:
        if rate is None:
            raise Refused("no_formula_named")
        return catalogue.variants(rate, on)
    found = tuple(_named(catalogue, rate, name, on) for name in formulas)
    for each in found:
        if rate is not None and each.rate != rate:
            raise Refused("formula_of_another_rate", formula=each.id, rate=each.rate)
    return found


def _named(catalogue: Catalogue, rate: str | None, name: str, on: date) -> Rate:
    whole = f"{rate}.{name}"
    ids = {each.id for each in catalogue.all}
    known = name.partition("@")[0] in ids or whole.partition("@")[0] not in ids
    return catalogue.find(name if known else whole, on)


def profile(house: House, name: str | None) -> Rules | None:
    """The rules of a profile by its name, with the operator's calendar tables; no file, since whoever asks may be anybody who
    counts.  None for no name.  Raises Refused ``unknown_profile``, ``profile_unsound``."""
    if name is None or name == house.rules.id:
        return None if name is None else house.rules
    if name not in profile_names():
        raise Refused(
            "unknown_profile", profile=name[:80], known=" ".join(dict.fromkeys((house.rules.id, *profile_names())))
        )
    try:
        return load(name, calendar_tables=house.settings.calendar_tables)
    except ProfileError as wrong:
        found = "; ".join(f"{finding.where}: {finding.problem_zh} / {finding.problem_en}" for finding in wrong.findings)
        raise Refused("profile_unsound", profile=name, findings=found) from None
