"""`hotline profile show` and `hotline profile check`: look at the rules, and find out what is wrong with a set of one's own."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from hotline.counting import Limit
from hotline.rules import Finding, ProfileError, Rules, check, load, profile_names
from hotline.rules.catalogue import gaps
from hotline.rules.findings import LANGUAGES
from hotline.rules.written import SMALL_NAMES, TIERS, TYPES, URGENCIES
from hotline.texts import say

app = typer.Typer(name="profile", help="规则：查看与检查 / rules: show and check", no_args_is_help=True)
out = Console(soft_wrap=True, highlight=False)

Tables = Annotated[
    Path | None,
    typer.Option("--calendar-tables", exists=True, help="日历表文件或文件夹 / a calendar table, or a folder of them"),
]


@app.command("show")
def show_profile(
    name: Annotated[
        str | None,
        typer.Argument(
            envvar="HOTLINE_PROFILE", help="名称或文件；不写则列出全部 / name or file; without it, all are listed"
        ),
    ] = None,
    calendar_tables: Tables = None,
) -> None:
    """显示一套规则的时限 / show the limits of one profile."""
    if name is None:
        for each in profile_names():
            rules = load(each)
            out.print(
                f"{each}\n  {rules.name.zh} / {rules.name.en}\n  {rules.note.zh}\n  {rules.note.en}", markup=False
            )
        return
    try:
        _show(load(name, calendar_tables=calendar_tables))
    except ProfileError as error:
        _tell(error)


@app.command("check")
def check_profile(
    path_or_name: Annotated[str, typer.Argument(help="规则名称或 TOML 文件 / a profile's name or a TOML file")],
    calendar_tables: Tables = None,
) -> None:
    """检查一套规则；有问题时列出并以 1 退出 / check a profile; with findings the exit code is 1."""
    findings = check(path_or_name, calendar_tables=calendar_tables)
    if findings:
        _tell(ProfileError(findings))
    out.print(_both("nothing_wrong", name=path_or_name), markup=False)
    found = list(gaps(load(path_or_name, calendar_tables=calendar_tables)))
    if found:  # such a profile can be used: a person dispatches what the catalogue has no unit for
        out.print(_both("dispatch_gaps", count=len(found)), markup=False, style="bold")
        list_findings(found)


def _tell(error: ProfileError) -> None:
    list_findings(error.findings)
    out.print(_both("in_all", count=len(error.findings)), markup=False)
    raise typer.Exit(1)


def list_findings(findings: Iterable[Finding]) -> None:
    """Where each stands, what it is, and what to write instead."""
    for finding in findings:
        out.print(finding.where, markup=False, style="bold")
        out.print(f"  {finding.problem_zh}\n  {finding.problem_en}\n  → {finding.what_to_do}", markup=False)


def _show(rules: Rules) -> None:
    out.print(f"{rules.name.zh} / {rules.name.en}\n{rules.version}\n{rules.note.zh}\n{rules.note.en}", markup=False)
    for source in rules.sources:
        out.print(f"- {source}", markup=False)
    out.print(_both("calendar_until", day=rules.calendar.known_until), markup=False)
    policy = Table("type", *URGENCIES)
    for type_ in TYPES:
        policy.add_row(type_, *(_said(rules.policy_limit(type_, urgency=urgency)) for urgency in URGENCIES))
    small = Table("limit", *URGENCIES)
    for name in SMALL_NAMES:
        small.add_row(name, *(_said(rules.small_limit(name, urgency=urgency)) for urgency in URGENCIES))
    out.print(policy, small)
    counts = (f"{tier} {sum(unit.tier == tier for unit in rules.units.values())}" for tier in TIERS)
    out.print(_both("units", counts=", ".join(counts)), markup=False)


def _both(key: str, **slots: object) -> str:
    return " / ".join(say(f"profile_page.{key}", language, **slots) for language in LANGUAGES)


def _said(limit: Limit | None) -> str:
    return "-" if limit is None else f"{limit.amount} {limit.unit}"
