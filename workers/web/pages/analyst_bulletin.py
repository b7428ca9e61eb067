"""The month's bulletin for whoever has signed in on a page: the service interface's own, as a page or as a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from hotline.command import Refused
from hotline.facts import Actor
from hotline.rates.month import Month
from hotline.rates.subject import READERS
from workers.web.api import bulletins as api
from workers.web.api.guarding import from_here
from workers.web.auth import TheHouse
from workers.web.pages.analyst_form import Form
from workers.web.pages.staff import one_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_here)])
Reader = Annotated[Actor, Depends(one_of("bulletins", *READERS))]
_FORMS = (("analyst.bulletin_page", "html"), ("analyst.bulletin_table", "csv"))
_KNOWN = ("unit", "district")
"""What of a form's filters a bulletin can be of."""


@router.get("/analyst/bulletin/{month}")
def bulletin(month: str, wanted: Annotated[api.Wanted, Query()], house: TheHouse, actor: Reader) -> Response:
    """As a page, unless a table is asked for.  Raises Refused."""
    shown = wanted if wanted.format == "csv" else wanted.model_copy(update={"format": "html"})
    found = api.bulletin_of(month, shown, house, actor)
    assert isinstance(found, Response)
    return found


def links(form: Form) -> Iterator[tuple[str, str]]:
    """The bulletin of the month in which a form's period ends, in each of its forms: its name in the catalogue, and the
    address.  None where the form asks about something that no bulletin is of."""
    try:
        month = Month.read(form.end[:7])
    except Refused:
        return
    of = {name: form.filters[name] for name in _KNOWN if form.filters.get(name)}
    if len(of) > 1:
        return
    for name, kind in _FORMS:
        yield name, f"/analyst/bulletin/{month}?{urlencode({**of, 'format': kind})}"
