"""`hotline simulate`: act out weeks of a hotline's life, then compare what its people counted with what it has."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import environ
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hotline.texts import say
from workers.compose import House, build
from workers.settings import Settings
from workers.simulate import summary
from workers.simulate.door import StoreDoor
from workers.simulate.intake import Plan
from workers.simulate.reckoning import NOT_KEPT, differences, reckon
from workers.simulate.run import simulate
from workers.simulate.tally import Tally
from workers.simulated import Clock

app = typer.Typer(name="simulate", help="模拟运行 / simulate")
out, err = Console(highlight=False), Console(stderr=True, highlight=False, soft_wrap=True)

START = "2026-03-02"


@dataclass(frozen=True)
class Outcome:
    """What a run ends with. `differing` is None when nobody compared."""

    tally: Tally
    differing: summary.Differences | None
    figures: int
    seconds: float


@app.callback(invoke_without_command=True)
def command(
    requests: Annotated[int, typer.Option(min=1, max=1_000_000, help="诉求件数 / how many requests")] = 200,
    days: Annotated[int, typer.Option(min=1, max=3_660, help="模拟天数 / over how many days")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="相同的种子产生相同的过程 / the same seed, the same facts")] = 1,
    start: Annotated[str, typer.Option(help="第一天 / the first day, YYYY-MM-DD")] = START,
    profile: Annotated[str | None, typer.Option(help="规则 / the profile")] = None,
    api: Annotated[str | None, typer.Option(help="经 HTTP 接口 / through the service API at this address")] = None,
    token: Annotated[str, typer.Option(envvar="HOTLINE_TOKEN", help="管理员令牌 / an administrator's token")] = "",
    speed: Annotated[float | None, typer.Option(min=0.001, help="每秒模拟多少秒 / simulated seconds a second")] = None,
    data: Annotated[Path | None, typer.Option(help="数据目录 / directory, empty or new")] = None,
    verify: Annotated[bool, typer.Option(help="与视图和日志核对 / compare with the views and the log")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="以 JSON 输出 / as JSON")] = False,
) -> None:
    """市民、话务员、承办单位与审核员按公开的比例行事 / citizens, operators, units and reviewers act by published mixes."""
    settings = _settings(profile, data, seed)
    house = build(settings, now=Clock(_first(start, settings)))
    try:
        if house.hotline.position():
            err.print(_both("not_empty", data=settings.data))
            raise typer.Exit(1)
        plan = Plan(requests, days, seed, house.now().astimezone(house.rules.calendar.zone))
        with _progress() as bar:
            outcome = run(house, plan, bar, speed=speed, verify=verify)
    finally:
        house.close()
    shown = {"requests": requests, "days": days, "seed": seed, "start": start, "profile": house.rules.version}
    _tell(outcome, shown, str(settings.data), as_json)


def run(
    house: House, plan: Plan, bar: Progress | None = None, *, speed: float | None = None, verify: bool = True
) -> Outcome:
    """Act out a plan in an empty house whose clock is a simulated one."""
    begun = time.perf_counter()
    clock = house.now
    if not isinstance(clock, Clock):
        raise TypeError("a simulation needs a house with a simulated clock")
    line = bar.add_task("", total=plan.days) if bar is not None else None

    def progress(at: datetime, received: int) -> None:
        passed = at - plan.start
        if speed is not None:
            time.sleep(max(0.0, passed.total_seconds() / speed - (time.perf_counter() - begun)))
        if bar is not None and line is not None:
            bar.update(line, completed=passed / timedelta(days=1), description=f"{at:%Y-%m-%d}  {received:,}")

    tally = simulate(StoreDoor(house, clock), plan, progress)
    house.catch_up()
    if not verify:
        return Outcome(tally, None, 0, time.perf_counter() - begun)
    reckoned = reckon(house)
    differing = differences(tally.counts, reckoned)
    return Outcome(tally, differing, len(set(tally.counts) - NOT_KEPT), time.perf_counter() - begun)


def _tell(outcome: Outcome, plan: dict[str, object], data: str, as_json: bool) -> None:
    tally, differing = outcome.tally, outcome.differing
    if as_json:
        out.print_json(json.dumps(summary.as_json(tally, plan, differing), ensure_ascii=False))
    else:
        out.print(summary.table(tally))
        seconds = f"{outcome.seconds:.1f}"
        out.print(
            _both("done", requests=plan["requests"], days=plan["days"], seconds=seconds, data=data), soft_wrap=True
        )
    if tally.surprises:
        err.print(_both("unexpected", times=len(tally.surprises)), *tally.surprises, sep="\n  ")
    if differing:
        err.print(_both("differs", figures=len(differing)))
        err.print(summary.difference_table(differing))
    elif differing is not None:
        err.print(_both("same", figures=outcome.figures))
    if differing or tally.surprises:
        raise typer.Exit(1)


def _settings(profile: str | None, data: Path | None, seed: int) -> Settings:
    """Where to: what was asked for, else what the environment says, else a directory nobody has used."""
    known = Settings()
    chosen: dict[str, object] = {} if profile is None else {"profile": profile}
    if data is not None:
        chosen["data"] = data
    elif not {"HOTLINE_DATA", "HOTLINE_STORE"} & environ.keys():
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
