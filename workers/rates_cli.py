"""`hotline rates`: a rate with its proof, and what is wrong with a file of formulas."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hotline.rates import catalogue
from hotline.texts import LANGUAGES, say
from workers.profile_cli import list_findings, out

app = typer.Typer(name="rates", help="指标 / rates")


@app.callback()
def rates() -> None:
    """指标 / rates."""


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
