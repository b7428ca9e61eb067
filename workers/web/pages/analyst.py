"""The analysts' page: every variant of a rate side by side, each with its proof, and each number a way to its tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import ValidationError

from hotline.command import Refused
from hotline.facts import Actor
from hotline.rates.answer import Answer
from hotline.rates.subject import READERS
from workers.compose import House
from workers.web.api import rates as api
from workers.web.api.custody_shown import Named
from workers.web.api.guarding import from_here
from workers.web.api.rates_asked import RatesQuery
from workers.web.auth import TheHouse
from workers.web.errors import Problem, problem_of
from workers.web.fields import field_errors
from workers.web.pages import analyst_bulletin, analyst_form, labels
from workers.web.pages.analyst_chart import chart
from workers.web.pages.analyst_csv import download, table
from workers.web.pages.analyst_form import Form
from workers.web.pages.analyst_numbers import Linked
from workers.web.pages.showing import page, sentences
from workers.web.pages.staff import one_of

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_here)])
Analyst = Annotated[Actor, Depends(one_of("rates", *READERS))]


@router.get("/analyst")
def rates(house: TheHouse, actor: Analyst, request: Request) -> HTMLResponse:
    """The form, and under it what was asked; what cannot be answered is told above it and nothing typed is lost."""
    form = analyst_form.read(request.query_params, today(house))
    try:
        answers, problem = answered(house, actor, form), None
    except (Refused, ValidationError) as wrong:
        answers, problem = [], problem_with(wrong)
    return page(
        "analyst.html",
        status=problem.status if problem else 200,
        here="/analyst",
        actor=actor,
        form=form,
        problems=sentences(problem) if problem else [],
        rates=analyst_form.rates(house.formulas, form),
        splits=[analyst_form.splits(form, place) for place in (0, 1)],
        filters=analyst_form.filters(house, form, actor),
        shortcuts=list(analyst_form.shortcuts(form, today(house))),
        answers=answers,
        **(_shown(house, form, answers) if answers else {}),
    )


@router.get("/analyst/table.csv")
def table_csv(house: TheHouse, actor: Analyst, request: Request) -> Response:
    """What the page shows as a table for a spreadsheet, with formula, hash, position and moment in every line."""
    form = analyst_form.read(request.query_params, today(house))
    answers = answered(house, actor, form)
    return download(f"rates-{form.start}-{form.end}.csv", table(house.rules, answers))


def answered(house: House, actor: Actor, form: Form) -> list[Answer]:
    """The answers to a form.  Raises Refused, pydantic.ValidationError."""
    return api.rates(asked(house, form), house, actor).answers


def asked(house: House, form: Form) -> RatesQuery:
    """The form as the service API would be asked.  Raises pydantic.ValidationError."""
    zone = house.rules.calendar.zone
    what = {"formula": [form.formula]} if form.formula else {"rate": form.rate}
    times = {name: at for name in ("as_of", "happened_by") if (at := form.moment(name, zone)) is not None}
    filters = {name: [value] for name, value in form.filters.items()}
    return RatesQuery.model_validate(
        {**what, "from": form.start, "to": form.end, "by": list(form.by), **filters, **times}
    )


def problem_with(wrong: Refused | ValidationError) -> Problem:
    """What was wrong with a question, for the page."""
    if isinstance(wrong, Refused):
        return problem_of(wrong)
    found = wrong.errors(include_url=False, include_input=False)
    return Problem("invalid", errors=field_errors([{**error, "loc": ("query", *error["loc"])} for error in found]))


def local(house: House, at: datetime | None) -> str | None:
    """A moment as people here write it."""
    return f"{house.rules.calendar.local(at):%Y-%m-%d %H:%M:%S}" if at is not None else None


def moments(house: House, answer: Answer) -> list[tuple[str, str]]:
    """The moments an answer is looked at from: the name of each in the catalogue, and the time."""
    times = (("analyst.as_of_short", answer.as_of), ("analyst.happened_by_short", answer.happened_by))
    return [(name, str(local(house, at))) for name, at in times if at is not None]


def _shown(house: House, form: Form, answers: Sequence[Answer]) -> dict[str, Any]:
    titles = answers[0].formula.title, answers[0].formula.title_en
    first, linked = answers[0], Linked(house.rules, house.formulas, form.filters)
    only = [analyst_form.only(form, answer.formula.id).address() for answer in answers]
    chosen = [labels.value(house.rules, name, value) for name, value in form.filters.items()]
    return {
        "totals": linked.totals(answers),
        "lines": linked.lines(answers, form.sort),
        "sorting": [analyst_form.by_rate_of(form, answer.formula.id).address() + "#groups" for answer in answers],
        "by": [labels.dimension(name) for name in first.by],
        "chosen": chosen,
        "only": only,
        "drawn": chart(house.rules, answers),
        "drawn_of": Named(code="", zh=titles[0], en=titles[1])
        if len(first.by) > 1
        else labels.rate(first.formula.rate, titles),
        "as_then": moments(house, first),
        "moment": local(house, first.moment),
        "computed_at": local(house, first.computed_at),
        "export": form.address("/analyst/table.csv"),
        "compare": form.address("/analyst/compare"),
        "bulletins": list(analyst_bulletin.links(form)),
    }


def today(house: House) -> date:
    """The local day."""
    return house.rules.calendar.local(house.now()).date()
