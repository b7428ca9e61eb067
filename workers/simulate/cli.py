"""`hotline simulate`: act out weeks of a hotline's life, then compare what its people counted with what it has."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from os import environ
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hotline.command import Refused
from hotline.texts import say
from workers.compose import build
from workers.settings import Settings
from workers.simulate import habits, summary
from workers.simulate.intake import Plan
from workers.simulate.run import Outcome
from workers.simulate.run import Progress as Follow
from workers.simulate.store_run import run_in_store
from workers.simulated import Clock

app = typer.Typer(name="simulate", help="模拟运行 / simulate")
out, err = Console(highlight=False), Console(stderr=True, highlight=False, soft_wrap=True)

START = "2026-03-02"


@app.callback(invoke_without_command=True)
def command(
    requests: Annotated[int, typer.Option(min=1, max=1_000_000, help="诉求件数 / how many requests")] = 200,
    days: Annotated[int, typer.Option(min=1, max=3_660, help="模拟天数 / over how many days")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="相同的种子产生相同的过程 / the same seed, the same facts")] = 1,
    start: Annotated[str, typer.Option(help="第一天 / the first day, YYYY-MM-DD")] = START,
    profile: Annotated[str | None, typer.Option(help="规则 / the profile")] = None,
    experts: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="专家领域内咨询的请教比例 / share of questions in experts' subjects that are asked"
        ),
    ] = None,
    police: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="110 转来的比例，转出为其二十分之一 / share that 110 brings; a twentieth goes there"
        ),
    ] = None,
    api: Annotated[str | None, typer.Option(help="经 HTTP 接口 / through the service API at this address")] = None,
    speed: Annotated[float | None, typer.Option(min=0.001, help="每秒模拟多少秒 / simulated seconds a second")] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="空目录；用 --api 时为该服务的数据目录 / an empty directory; with --api, that server's own"),
    ] = None,
    verify: Annotated[bool, typer.Option(help="与视图和日志核对 / compare with the views and the log")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / as JSON")] = False,
) -> None:
    """市民、话务员、承办单位与审核员按公开的比例行事 / citizens, operators, units and reviewers act by published mixes."""
    settings = _settings(profile, data, None if api else seed)
    plan = Plan(requests, days, seed, _first(start, settings), habits.with_shares(experts, police))
    begun = time.perf_counter()
    with _progress() as bar:
        progress = _shown_in(bar, days, speed)
        if api is not None:
            outcome = _on_server(api, settings, plan, progress, verify)
        else:
            outcome = _in_store(settings, plan, progress, verify)
    shown = {"requests": requests, "days": days, "seed": seed, "start": start, "profile": settings.profile}
    _tell(outcome, shown, as_json, "same_board" if api else "same")
    seconds = f"{time.perf_counter() - begun:.1f}"
    where = api or settings.data
    err.print(_both("served" if api else "done", requests=requests, days=days, seconds=seconds, data=where))
    if outcome.differing or outcome.tally.surprises:
        raise typer.Exit(1)


def _in_store(settings: Settings, plan: Plan, progress: Follow, verify: bool) -> Outcome:
    house = build(settings, now=Clock(plan.start))
    try:
        if house.hotline.position():
            _stop("not_empty", data=settings.data)
        return run_in_store(house, plan, progress, verify=verify)
    finally:
        house.close()


def _on_server(url: str, settings: Settings, plan: Plan, progress: Follow, verify: bool) -> Outcome:
    from httpx2 import TransportError

    from workers.simulate.api_run import run_on_server

    try:
        return run_on_server(url, settings, plan, progress, verify=verify)
    except TransportError:
        _stop("api_away", url=url)
    except Refused as refusal:
        sentence = {"clock_not_simulated": "api_clock", "signed_out": "api_accounts"}.get(refusal.code, "api_refused")
        _stop(sentence, url=url, data=settings.data, code=refusal.code)


def _stop(name: str, **slots: object) -> NoReturn:
    err.print(_both(name, **slots))
    raise typer.Exit(1)


def _shown_in(bar: Progress, days: int, speed: float | None) -> Follow:
    """Moves the bar, and holds the run back to so many simulated seconds a second."""
    line, begun = bar.add_task("", total=days), time.perf_counter()

    def progress(passed: timedelta, at: datetime, received: int) -> None:
        if speed is not None:
            time.sleep(max(0.0, passed.total_seconds() / speed - (time.perf_counter() - begun)))
        bar.update(line, completed=passed / timedelta(days=1), description=f"{at:%Y-%m-%d}  {received:,}")

    return progress


def _tell(outcome: Outcome, plan: dict[str, object], as_json: bool, same: str) -> None:
    tally, differing = outcome.tally, outcome.differing
    if as_json:
        out.print_json(json.dumps(summary.as_json(tally, plan, differing), ensure_ascii=False))
    else:
        out.print(summary.table(tally))
    if tally.surprises:
        err.print(_both("unexpected", times=len(tally.surprises)), *tally.surprises, sep="\n  ")
    if differing:
        err.print(_both("differs", figures=len(differing)))
        err.print(summary.difference_table(differing))
    elif differing is not None:
        err.print(_both(same, figures=outcome.figures))


def _settings(profile: str | None, data: Path | None, seed: int | None) -> Settings:
    """Where to: what was asked for, else what the environment says, else (with a seed) a directory nobody has used."""
    known = Settings()
    chosen: dict[str, object] = {} if profile is None else {"profile": profile}
    if data is not None:
        chosen["data"] = data
    elif seed is not None and not {"HOTLINE_DATA", "HOTLINE_STORE"} & environ.keys():
        chosen["data"] = _unused(known.data / "simulated", seed)
    return Settings(**chosen)  # type: ignore[arg-type]


def _unused(below: Path, seed: int) -> Path:
    nth = 1
    while (found := below / f"seed-{seed}-{nth}").exists():
        nth += 1
    return found


def _first(start: str, settings: Settings) -> datetime:
    try:
        day = datetime.strptime(start, "%Y-%m-%d")  # noqa: DTZ007  # the zone follows
    except ValueError:
        raise typer.BadParameter("请写成 2026-03-02 / write it as 2026-03-02", param_hint="--start") from None
    return day.replace(tzinfo=settings.clock_start.tzinfo)


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:.0f} %"), TimeElapsedColumn(), console=err)  # fmt: skip


def _both(name: str, **slots: object) -> str:
    key = f"simulate.{name}"
    return f"{say(key, 'zh', **slots)}\n{say(key, 'en', **slots)}"
