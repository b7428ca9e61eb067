"""Rates: the formulas, their answers with the proof, the tickets behind a number, and two ways to count side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from pydantic import BaseModel

from hotline.command import Refused
from hotline.facts import Actor, Recorded
from hotline.rates.answer import Answer
from hotline.rates.formula import Formula
from hotline.rates.question import Asked
from hotline.rates.subject import READERS, within_scope
from hotline.seeing import scope_of, sees
from projections.rates import Snapshot
from projections.rates_compare import Side, flips
from projections.rates_moment import Held
from projections.rates_tickets import Found, page
from projections.what_if import Retold
from projections.what_if import Side as Retelling
from projections.what_if import compare as retell
from workers import rates as asking
from workers.compose import House
from workers.web.api import examples
from workers.web.api.rates_asked import BehindQuery, Comparison, RatesQuery
from workers.web.api.rates_shown import (
    Behind,
    Compared,
    FormulaSeen,
    behind,
    compared,
    formula_seen,
)
from workers.web.api.reading import looked, shows
from workers.web.api.refusals import refusals
from workers.web.auth import TheHouse, one_of

router = APIRouter(tags=["rates"], responses=refusals(401, 403))
MayCount = Annotated[Actor, Depends(one_of("rates", *READERS))]

MOST_RETOLD = 1_000
"""Tickets that one request may have told again under another profile (ours): some seconds of one processor, in which the others
are still served.  More is the command line's."""


class Answers(BaseModel):
    """Answers side by side, counted at one position."""

    answers: list[Answer]


@router.get("/formulas", operation_id="formulas")
def formulas(house: TheHouse, actor: MayCount) -> list[FormulaSeen]:
    """Every version of every formula, the city's own after the shipped ones."""
    return [formula_seen(rate, house.formulas) for rate in house.formulas.all]


@router.get("/rates", operation_id="rates", responses=refusals(422, 503))
def rates(query: Annotated[RatesQuery, Query()], house: TheHouse, actor: MayCount) -> Answers:
    """A rate with numerator, denominator, exclusions, coverage, formula and position: one formula, or all variants."""
    _wait(house, query.after_position)
    asked = within_scope(query.asked(query.dimensions), actor, house.rules)
    return Answers(answers=asking.answers(house, query.rate, query.formula, asked))


@router.get("/rates/tickets", operation_id="rates_tickets", responses=refusals(400, 422, 503))
def tickets(
    query: Annotated[BehindQuery, Query()], house: TheHouse, actor: MayCount, request: Request, response: Response
) -> list[Behind]:
    """Exactly the tickets behind a number, by their day.  ``Position`` tells where they were counted; a further page is in
    ``Link: …; rel="next"``."""
    _wait(house, query.after_position)
    with asking.looking(house) as look:
        got = listed(query, house, actor, request, look)
    response.headers["Position"] = str(got.held.position)
    if got.next is not None:
        following = request.url.include_query_params(after=got.next).remove_query_params("after_position")
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return got.tickets


@dataclass(frozen=True)
class Listed:
    """Part of the list of what is behind a number; ``next`` leads to the rest."""

    formula: Formula
    tickets: list[Behind]
    next: str | None
    held: Held


def listed(query: BehindQuery, house: House, actor: Actor, request: Request, look: Snapshot) -> Listed:
    """The same for the API and for pages; the look is recorded.  Raises Refused as ``part_of`` does."""
    got = part_of(query, house, actor, look)
    looked(
        house, request, actor, "list",
        summary={"rate": got.formula.name, "part": query.part, "ground": query.ground},
    )  # fmt: skip
    return got


def part_of(query: BehindQuery, house: House, actor: Actor, look: Snapshot) -> Listed:
    """What ``listed`` gives, for a further part of a list of which the look is recorded already.

    Raises Refused ``ground_without_excluded``, ``bad_cursor``, ``not_of_a_composite`` and those of ``workers.rates``.
    """
    if query.ground is not None and query.part != "excluded":
        raise Refused("ground_without_excluded")
    asked = asked_within(house, actor, query.asked())
    formula = _formula(house, query.formula, asked)
    try:
        got = page(look, formula, asked, query.part, ground=query.ground, after=query.after, limit=query.limit)
    except ValueError:
        raise Refused("bad_cursor") from None
    hidden = _hidden(house, actor, (found.ticket_id for found in got.found))
    seen = [_behind(house, found, asked, hidden=found.ticket_id in hidden) for found in got.found]
    return Listed(formula, seen, got.next, got.held)


@router.post("/rates/compare", operation_id="rates_compare", responses=refusals(422, 503))
def compare(
    comparison: Annotated[
        Comparison,
        Body(
            openapi_examples={
                "variants": {"value": dict(examples.COMPARISON)},
                "profiles": {"value": dict(examples.PROFILES)},
            }
        ),
    ],
    house: TheHouse,
    actor: MayCount,
    request: Request,
) -> Compared:
    """Two formulas, two moments or two profiles of one period: both answers, their difference by group, and the tickets that
    flip.  With a profile each ticket is told again, so the period must be a small one; docs/what-if.md."""
    ways = tuple((way, asked_within(house, actor, comparison.asked(way))) for way in (comparison.a, comparison.b))
    rates = tuple(house.formulas.find(way.formula, asked.start) for way, asked in ways)
    profiles = tuple(asking.profile(house, way.profile) for way, _ in ways)
    sides = tuple(Retelling(*side) for side in zip(rates, (asked for _, asked in ways), profiles, strict=True))
    found = _flipping(house, (sides[0], sides[1]), comparison)
    hidden = _hidden(house, actor, (flip.ticket_id for flip in found.flips.some)) if found.flips else frozenset[UUID]()
    looked(house, request, actor, "list", summary={"compared": " ".join(rate.name for rate in rates)})
    return compared(found.a, found.b, found.flips, hidden)


def _flipping(house: House, sides: tuple[Retelling, Retelling], comparison: Comparison) -> Retold:
    """Counted by the scoreboard where no profile is named, else ticket by ticket."""
    page_of: dict[str, Any] = {"after": comparison.after, "limit": comparison.limit}
    if any(side.rules is not None for side in sides):
        return retell(house.views, house.hotline, house.formulas, [sides], house.now(), most=MOST_RETOLD, **page_of)[0]
    with asking.looking(house) as look:
        a, b = (look.answer(side.rate, side.asked, house.now()) for side in sides)
        each = [Side(side.rate, side.asked) for side in sides if isinstance(side.rate, Formula)]
        return Retold(a, b, flips(look, each[0], each[1], **page_of) if len(each) == 2 else None)


def _wait(house: House, position: int | None) -> None:
    if position is not None:
        shows(house, position, "scoreboard")


def asked_within(house: House, actor: Actor, asked: Asked) -> Asked:
    """The question, checked, as this actor may ask it.  Raises Refused."""
    return asking.checked(house, within_scope(asked, actor, house.rules))


def _formula(house: House, name: str, asked: Asked) -> Formula:
    found = house.formulas.find(name, asked.start)
    if not isinstance(found, Formula):
        raise Refused("not_of_a_composite", formula=found.id)
    return found


def _hidden(house: House, actor: Actor, tickets: Iterable[UUID]) -> frozenset[UUID]:
    """Tickets that are counted and not shown: a complaint about a team of the hotline is not that team's to see, a report not
    that of the unit it accuses."""
    scope = scope_of(actor, house.rules)
    if scope.not_about is None and not scope.never_accused:
        return frozenset()
    states = ((ticket, house.hotline.ticket(ticket)) for ticket in tickets)
    return frozenset(ticket for ticket, state in states if state is not None and not sees(scope, state))


def _behind(house: House, found: Found, asked: Asked, *, hidden: bool) -> Behind:
    history: list[Recorded] = []
    if found.row.facet("excluded") and not hidden:
        until = min((moment for moment in (asked.as_of, asked.happened_by) if moment is not None), default=None)
        facts = house.hotline.history(found.ticket_id)
        history = [fact for fact in facts if until is None or fact.recorded_at <= until]
    return behind(found, history, hidden=hidden)
