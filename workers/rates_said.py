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
    return Asked(start, end, dimensions, filters, _moment(as_of), _moment(happened_by))


def _moment(written: str | None) -> datetime | None:
    if written is None:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise typer.BadParameter(say("field.timezone_aware") + " / " + say("field.timezone_aware", "en"))
    return moment
