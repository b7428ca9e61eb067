"""`hotline rates what-if`: a past period counted under another profile, beside what was recorded or under a third."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from hotline.command import Refused
from hotline.rates.answer import Answer, Figure
from hotline.rates.question import Asked
from hotline.rules import ProfileError, Rules, load
from hotline.texts import LANGUAGES, say, sentence
from projections.what_if import Side, compare
from workers.compose import House
from workers.opening import opened
from workers.profile_cli import list_findings
from workers.rates import checked, named
from workers.rates_said import asked as said
from workers.web.api.rates_shown import Compared, Difference, compared

out = Console(soft_wrap=True, highlight=False)


def what_if(
    profile: Annotated[str, typer.Option(help="另一套规则：名称或 TOML 文件 / other rules: a name or a TOML file")],
    start: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="起始日 / first day")],
    end: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="结束日 / last day")],
    rate: Annotated[str | None, typer.Option(help="指标：其全部公式 / a rate: all its formulas")] = None,
    formula: Annotated[list[str] | None, typer.Option(help="公式 / a formula: id or id@version")] = None,
    against: Annotated[
        str | None, typer.Option(help="与哪套规则相比；不写则与实际记录相比 / beside which profile; else as recorded")
    ] = None,
    by: Annotated[list[str] | None, typer.Option(help="拆分，如 month,unit / split by, such as month,unit")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="DIMENSION=VALUE", help="筛选，可重复 / a filter; may be repeated")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="按当时所知 / as known at that moment")] = None,
    happened_by: Annotated[str | None, typer.Option(help="按当时实际 / as things stood at that moment")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="只输出 JSON / JSON alone")] = False,
) -> None:
    """以往期间若按另一套规则计算，指标会是多少（只读）/ what a past period would be under another profile; nothing is changed."""
    question = said(start.date(), end.date(), by or (), where or (), as_of, happened_by)
    with opened() as house:
        try:
            found = _compared(house, checked(house, question), rate, formula or (), profile, against)
        except ProfileError as wrong:
            list_findings(wrong.findings)
            raise typer.Exit(1) from None
        except Refused as refused:
            typer.echo(" / ".join(sentence(refused.code, one, **refused.details) for one in LANGUAGES), err=True)
            raise typer.Exit(1) from None
    if as_json:
        told = [one.model_dump(mode="json", by_alias=True) for one in found]
        print(json.dumps({"compared": told}, ensure_ascii=False))
        return
    for one in found:
        _tell(one)


def _compared(
    house: House, asked: Asked, rate: str | None, formula: Sequence[str], profile: str, against: str | None
) -> list[Compared]:
    """Raises Refused, ProfileError."""
    found = named(house.formulas, rate, formula, asked.start)
    other, ours = _rules(house, profile), _rules(house, against) if against is not None else None
    pairs = [(Side(one, asked, ours), Side(one, asked, other)) for one in found]
    retold = compare(house.views, house.hotline, house.formulas, pairs, house.now(), watched=_watched)
    return [compared(one.a, one.b, one.flips) for one in retold]


def _rules(house: House, profile: str) -> Rules:
    return load(profile, calendar_tables=house.settings.calendar_tables)


def _watched(tickets: Sequence[UUID]) -> Iterable[UUID]:
    """How far it is, on the terminal's other channel: what is piped on stays clean."""
    return track(tickets, description=_both("what_if.telling"), console=Console(stderr=True), transient=True)


def _tell(one: Compared) -> None:
    out.print(
        f"{one.a.formula.title} / {one.a.formula.title_en}  ({one.a.formula.id}@{one.a.formula.version})", markup=False
    )
    out.print(f"  {one.a.formula.hash}", markup=False)
    for side, name in ((one.a, "A"), (one.b, "B")):
        out.print(f"  {name}: {_profile(side)}", markup=False)
    out.print(_table(one))
    flips = one.flips.count if one.flips is not None else 0
    slots = {
        "flips": flips,
        "position": one.b.position,
        "moment": one.b.moment,
        "from_": one.a.period.start,
        "to": one.a.period.end,
    }
    out.print(_both("what_if.in_all", **slots), markup=False)
    if one.flips is not None:
        _tell_flips(one.flips.by_unit)


def _profile(side: Answer) -> str:
    if side.profile is None:
        return _both("what_if.as_recorded")
    return f"{side.profile.name} / {side.profile.name_en}  {side.profile.version}"


def _table(one: Compared) -> Table:
    names = ("what_if.group", "what_if.of_a", "what_if.of_b", "what_if.points")
    table = Table(*(_both(name) for name in names))
    sides = [{tuple(group.key.values()): group for group in side.groups} for side in (one.a, one.b)]
    for each in one.difference if one.a.by else []:
        key = tuple(each.key.values())
        table.add_row(" · ".join(key) or "—", *(_shown(side.get(key)) for side in sides), _points(each))
    table.add_row(_both("what_if.total"), _shown(one.a.total), _shown(one.b.total), _points(one.total))
    return table


def _shown(figure: Figure | None) -> str:
    if figure is None:
        return "—"
    percent = "—" if figure.percent is None else f"{figure.percent} %"
    return percent if figure.denominator is None else f"{percent}  ({figure.numerator} / {figure.denominator:,})"


def _points(change: Difference) -> str:
    if change.points is None:
        return "—"
    return change.points if change.points.startswith("-") else f"+{change.points}"


def _tell_flips(by_unit: dict[str, int]) -> None:
    if by_unit:
        table = Table(_both("what_if.unit"), _both("what_if.flips"))
        for unit, n in by_unit.items():
            table.add_row(unit or _both("routing.nobody"), f"{n:,}")
        out.print(table)


def _both(key: str, **slots: Any) -> str:
    return " / ".join(say(key, language, **slots) for language in LANGUAGES)
