"""`hotline rates`: a rate with its proof, and what is wrong with a file of formulas."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from hotline.command import Refused
from hotline.rates import catalogue
from hotline.rates.answer import Answer, Figure
from hotline.texts import LANGUAGES, say, sentence
from workers.opening import opened
from workers.profile_cli import list_findings, out
from workers.rates_said import asked as said
from workers.what_if_cli import what_if

app = typer.Typer(name="rates", help="指标 / rates", invoke_without_command=True)
app.command("what-if")(what_if)


@app.callback()
def rates(
    context: typer.Context,
    rate: Annotated[
        str | None, typer.Option(help="指标；单独给出则列出全部口径 / a rate; alone: all its variants")
    ] = None,
    formula: Annotated[list[str] | None, typer.Option(help="公式，可重复 / a formula; may be repeated")] = None,
    start: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="起始日（含）/ first day")
    ] = None,
    end: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="结束日（含）/ last day")] = None,
    by: Annotated[list[str] | None, typer.Option(help="拆分，如 month,unit / split by, such as month,unit")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="DIMENSION=VALUE", help="筛选，可重复 / a filter; may be repeated")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="按当时所知 / as known at that moment")] = None,
    happened_by: Annotated[str | None, typer.Option(help="按当时实际 / as things stood at that moment")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="与接口相同的 JSON / the JSON of the API")] = False,
) -> None:
    """指标及其依据，与接口的回答相同 / a rate with its proof: the answer of the API."""
    if context.invoked_subcommand is not None:
        return
    if start is None or end is None:
        raise typer.BadParameter("--from YYYY-MM-DD --to YYYY-MM-DD")
    try:
        asked = said(start.date(), end.date(), by or [], where or [], as_of, happened_by)
        with opened() as house:
            from workers.rates import answers

            found = answers(house, rate, formula or [], asked)
    except Refused as refused:
        typer.echo(" / ".join(sentence(refused.code, language, **refused.details) for language in LANGUAGES), err=True)
        raise typer.Exit(1) from None
    if as_json:
        print(
            json.dumps(
                {"answers": [answer.model_dump(mode="json", by_alias=True) for answer in found]}, ensure_ascii=False
            )
        )
        return
    for answer in found:
        _tell(answer)


def _tell(answer: Answer) -> None:
    shown = answer.formula
    out.print(
        f"{shown.title} / {shown.title_en}  {shown.id}@{shown.version}  {shown.hash[:19]}…", markup=False, style="bold"
    )
    out.print(f"{answer.period.start} – {answer.period.end}  {answer.cohort or ''}  #{answer.position}", markup=False)
    table = Table(*answer.by, "%", "numerator", "denominator", "excluded", "answered / asked", "coverage", "population")
    for group in answer.groups if answer.by else []:
        table.add_row(*group.key.values(), *_cells(group))
    table.add_row(*("∑" for _ in answer.by), *_cells(answer.total))
    out.print(table)


def _cells(figure: Figure) -> list[str]:
    excluded = " ".join(f"{ground} {n}" for ground, n in (figure.excluded or {}).items())
    asked = "" if figure.asked is None else f"{figure.answered} / {figure.asked}"
    cells: list[Any] = [
        figure.percent or figure.reason, figure.numerator, figure.denominator, excluded, asked, figure.coverage,
        figure.population,
    ]  # fmt: skip
    return ["" if cell is None else str(cell) for cell in cells]


@app.command("check")
def check_formulas(
    file: Annotated[
        Path | None, typer.Argument(envvar="HOTLINE_FORMULAS", help="公式文件；不写则查自带的 / a file of formulas")
    ] = None,
) -> None:
    """检查一个公式文件；有问题时列出并以 1 退出 / check a file of formulas; with findings the exit code is 1."""
    findings = catalogue.check(file)
    list_findings(findings)
    if findings:
        out.print(_both("in_all", count=len(findings)), markup=False)
        raise typer.Exit(1)
    out.print(_both("nothing_wrong", name=file.name if file is not None else "hotline/rates/formulas"), markup=False)


def _both(key: str, **slots: object) -> str:
    return " / ".join(say(f"profile_page.{key}", language, **slots) for language in LANGUAGES)
