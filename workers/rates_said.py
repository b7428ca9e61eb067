"""How a question about rates is said on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import typer

from hotline.rates.question import Asked
from hotline.texts import say


def asked(
    start: date, end: date, by: Sequence[str], where: Sequence[str], as_of: str | None, happened_by: str | None
) -> Asked:
    """The question, not yet checked.  Raises typer.BadParameter for what is no filter or no moment."""
    filters: dict[str, tuple[str, ...]] = {}
    for each in where:
        name, equals, value = each.partition("=")
        if not equals:
            raise typer.BadParameter("--where DIMENSION=VALUE")
        filters[name] = (*filters.get(name, ()), value)
    dimensions = tuple(name.strip() for each in by for name in each.split(",") if name.strip())
    return Asked(start, end, dimensions, filters, moment(as_of, "--as-of"), moment(happened_by, "--happened-by"))


def moment(written: str | None, option: str) -> datetime | None:
    """A moment with its zone.  Raises typer.BadParameter for anything else."""
    if written is None:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        both = say("field.timezone_aware") + " / " + say("field.timezone_aware", "en")
        raise typer.BadParameter(both, param_hint=option)
    return at
