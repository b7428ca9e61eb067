"""One period counted in two ways: where the figures differ, by how much, and which tickets make the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError
from starlette.datastructures import QueryParams

from hotline.command import Refused
from hotline.rates.answer import Answer
from hotline.rules.sources import profile_names
from workers.compose import House
from workers.web.api import rates as api
from workers.web.api.custody_shown import Named
from workers.web.api.guarding import from_here
from workers.web.api.rates_asked import Comparison
from workers.web.api.rates_shown import Compared, FlipSeen, StatusSeen
from workers.web.auth import TheHouse
from workers.web.pages import analyst_form, labels
from workers.web.pages.analyst import Analyst, local, moments, problem_with, today
from workers.web.pages.analyst_form import Choice, Form
from workers.web.pages.analyst_numbers import Linked, Shown
from workers.web.pages.showing import page, sentences

router = APIRouter(include_in_schema=False, dependencies=[Depends(from_here)])
SIDES = ("a", "b")
USUAL = {"a": "satisfaction.rated_only", "b": "satisfaction.silence_counts"}
"""The two that are taken for one another most often.  (ours)"""


@dataclass(frozen=True)
class Line:
    """A group on both sides; the last line is that of all together and has no names."""

    names: tuple[Named, ...]
    figures: tuple[Shown | None, ...]
    points: str | None
    flips: int | None


@dataclass(frozen=True)
class Flipped:
    """A ticket and how each side counts it, with the due time it is judged by where the sides differ in that."""

    number: str | None
    unit: Named
    sides: tuple[tuple[StatusSeen, str | None], ...]


@router.get("/analyst/compare")
def compare(house: TheHouse, actor: Analyst, request: Request) -> HTMLResponse:
    """The form, and once it has been sent the difference; what cannot be answered is told and nothing typed is lost."""
    given = request.query_params
    form = _form(given, house)
    two = sides(given, form)
    found, problem = None, None
    if "go" in given:
        try:
            found = api.compare(_comparison(given, house, form, two), house, actor, request)
        except (Refused, ValidationError) as wrong:
            problem = problem_with(wrong)
    return page(
        "analyst_compare.html",
        status=problem.status if problem else 200,
        here="/analyst/compare",
        actor=actor,
        form=form,
        sides=two,
        formulas={side: analyst_form.rates(house.formulas, one) for side, one in two.items()},
        problems=sentences(problem) if problem else [],
        splits=analyst_form.splits(form, 0),
        filters=analyst_form.filters(house, form, actor),
        profiles={side: _profiles(given.get(f"{side}_profile", "")) for side in SIDES},
        found=found,
        **(_shown(house, request, form, found) if found else {}),
    )


def sides(given: QueryParams, form: Form) -> dict[str, Form]:
    """The question of each side: the same period, split and filters, its own formula and moments.  Who comes from a figure
    finds its formula and moments on the first side."""
    return {
        side: replace(
            form,
            rate=None,
            formula=_formula(given, side, form),
            as_of=given.get(f"{side}_as_of", form.as_of if side == "a" else ""),
            happened_by=given.get(f"{side}_happened_by", form.happened_by if side == "a" else ""),
        )
        for side in SIDES
    }


def _form(given: QueryParams, house: House) -> Form:
    form = analyst_form.read(given, today(house))
    return form if form.by or "by" in given else replace(form, by=("unit",))


def _formula(given: QueryParams, side: str, form: Form) -> str:
    return given.get(side, "").removeprefix("formula:") or (form.formula if side == "a" else None) or USUAL[side]


def _profiles(chosen: str) -> list[Choice]:
    return [Choice(name, Named(code=name, zh=name, en=name), name == chosen) for name in profile_names()]


def _comparison(given: QueryParams, house: House, form: Form, two: Mapping[str, Form]) -> Comparison:
    """The form as the service API would be asked.  Raises pydantic.ValidationError."""
    zone = house.rules.calendar.zone
    ways = {
        side: {
            "formula": one.formula,
            **{name: one.moment(name, zone) for name in ("as_of", "happened_by")},
            "profile": given.get(f"{side}_profile") or None,
        }
        for side, one in two.items()
    }
    filters = {name: [value] for name, value in form.filters.items()}
    after = given.get("after") or None
    return Comparison.model_validate(
        {**ways, "from": form.start, "to": form.end, "by": list(form.by), **filters, "after": after}
    )


def _shown(house: House, request: Request, form: Form, found: Compared) -> dict[str, Any]:
    linked, flips = Linked(house.rules, house.formulas, form.filters), found.flips
    by_unit = flips.by_unit if flips is not None and found.a.by == ["unit"] else None
    lines = [
        Line(
            line.names,
            line.figures,
            _signed(difference.points),
            None if by_unit is None else by_unit.get(difference.key["unit"], 0),
        )
        for line, difference in zip(linked.lines([found.a, found.b]), found.difference, strict=True)
    ]
    total = Line(
        (), tuple(linked.totals([found.a, found.b])), _signed(found.total.points), flips.count if flips else None
    )
    following = request.url.include_query_params(after=flips.next) if flips is not None and flips.next else None
    return {
        "by": [labels.dimension(name) for name in found.a.by],
        "lines": [*lines, total] if found.a.by else [total],
        "flips": flips,
        "flipped": [_flip(house, flip) for flip in flips.tickets] if flips is not None else [],
        "following": f"{following.path}?{following.query}" if following is not None else None,
        "when": {"a": _when(house, found.a), "b": _when(house, found.b)},
    }


def _signed(points: str | None) -> str | None:
    return points if points is None or points.startswith("-") or not points.strip("0.") else f"+{points}"


def _flip(house: House, flip: FlipSeen) -> Flipped:
    unit = labels.value(house.rules, "unit", flip.unit)
    return Flipped(flip.number, unit, tuple((side, local(house, side.due_at)) for side in (flip.a, flip.b)))


def _when(house: House, answer: Answer) -> list[tuple[str, str]]:
    """The moments a side is looked at from, and the profile it was told again under."""
    said = moments(house, answer)
    return said if answer.profile is None else [*said, ("analyst.profile", answer.profile.version)]
