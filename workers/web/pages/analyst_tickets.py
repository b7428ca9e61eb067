"""The tickets behind a number: exactly those, in pages, with what each came to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from hotline.facts import Actor
from hotline.rates.answer import Figure
from projections.rates import Snapshot
from workers import rates as asking
from workers.compose import House
from workers.web.api import rates as api
from workers.web.api.guarding import from_here
from workers.web.api.rates_asked import BehindQuery
from workers.web.auth import TheHouse
from workers.web.pages import analyst_rows, labels
from workers.web.pages.analyst import Analyst, local, moments
from workers.web.pages.analyst_csv import download
from workers.web.pages.analyst_form import FILTERS
from workers.web.pages.showing import page

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_here)])
_ONCE = ("formula", "part", "ground", "from", "to", "as_of", "happened_by")
PAGE = 50
FILE_PAGE = 200


@router.get("/analyst/tickets")
def tickets(house: TheHouse, actor: Analyst, request: Request) -> HTMLResponse:
    """One page of the list, under the number that led to it.  Raises Refused, RequestValidationError."""
    query = _query(request, limit=PAGE)
    with asking.looking(house) as look:
        found = api.listed(query, house, actor, request, look)
        answer = look.answer(found.formula, api.asked_within(house, actor, query.asked()), house.now())
    kind, held = found.formula.of, found.held
    return page(
        "analyst_tickets.html",
        here="/analyst/tickets",
        actor=actor,
        query=query,
        answer=answer,
        as_then=moments(house, answer),
        kind=kind,
        number=_number(answer.total, query.part, query.ground),
        ground=labels.word("exclusion", query.ground) if query.ground else None,
        chosen=[labels.value(house.rules, name, v) for name, values in query.filters().items() for v in values],
        number_heading=analyst_rows.number_heading(kind),
        columns=analyst_rows.columns(kind),
        rows=[analyst_rows.shown(house.rules, kind, each) for each in found.tickets],
        moment=local(house, held.moment),
        position=held.position,
        moved_from=_moved(request, held.position),
        for_ever=_for_ever(request, query, held.moment),
        first=_address(request) if query.after else None,
        following=_address(request, after=found.next) if found.next else None,
        export=_address(request, path="/analyst/tickets.csv"),
        back=_back(query),
    )


@router.get("/analyst/tickets.csv")
def tickets_csv(house: TheHouse, actor: Analyst, request: Request) -> Response:
    """The whole list as a file, counted at one position and looked at once.  Raises Refused, RequestValidationError."""
    query = _query(request, limit=FILE_PAGE)
    with asking.looking(house) as look:
        return download(
            f"tickets-{query.part}-{query.start}-{query.end}.csv", _lines(house, actor, request, look, query)
        )


def _lines(
    house: House, actor: Actor, request: Request, look: Snapshot, query: BehindQuery
) -> Iterator[Sequence[object]]:
    found = api.listed(query, house, actor, request, look)
    kind = found.formula.of
    yield analyst_rows.csv_heading(kind)
    while True:
        for each in found.tickets:
            yield analyst_rows.csv_line(analyst_rows.shown(house.rules, kind, each))
        if found.next is None:
            return
        found = api.part_of(query.model_copy(update={"after": found.next}), house, actor, look)


def _query(request: Request, **more: Any) -> BehindQuery:
    """The address as the service API would be asked.  Raises RequestValidationError."""
    given = request.query_params
    once = {name: given[name] for name in (*_ONCE, "after") if given.get(name)}
    filters = {name: given.getlist(name) for name in FILTERS if name in given}
    try:
        return BehindQuery.model_validate({**once, **filters, **more})
    except ValidationError as wrong:
        found = wrong.errors(include_url=False, include_input=False)
        raise RequestValidationError([{**error, "loc": ("query", *error["loc"])} for error in found]) from wrong


def _number(total: Figure, part: str, ground: str | None) -> str | int | None:
    if part == "excluded":
        left_out = total.excluded or {}
        return left_out.get(ground, 0) if ground else sum(left_out.values())
    found: str | int | None = getattr(total, part, None)
    return found


def _moved(request: Request, position: int) -> int | None:
    """The position the number was counted at, where the log has gone on since."""
    seen = request.query_params.get("seen", "")
    moved = re.fullmatch(r"[0-9]{1,18}", seen) and int(seen) != position and "as_of" not in request.query_params
    return int(seen) if moved else None


def _for_ever(request: Request, query: BehindQuery, moment: datetime | None) -> str | None:
    """The list as of the moment it was counted at; none where it is of an earlier moment already."""
    if moment is None or query.as_of is not None or query.happened_by is not None:
        return None
    return _address(request, as_of=moment.isoformat())


def _address(request: Request, path: str = "/analyst/tickets", **other: str) -> str:
    given = request.query_params.multi_items()
    pairs = [(name, value) for name, value in given if name not in ("after", *other)]
    return f"{path}?{urlencode([*pairs, *other.items()])}"


def _back(query: BehindQuery) -> str:
    """The page of this formula for the same period."""
    what = [("what", f"formula:{query.formula}"), ("from", query.start.isoformat()), ("to", query.end.isoformat())]
    return f"/analyst?{urlencode(what)}"
