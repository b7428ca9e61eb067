"""`hotline rebuild`: each view anew beside the live one, with a progress bar and what came of it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hotline.texts import say
from projections.beside import StillRead
from projections.rebuild import rebuild as build_anew
from projections.registry import VIEWS
from workers.compose import House


def rebuild(house: House, names: Sequence[str]) -> int:
    """Rebuild the named views, or all; returns 2 when a name is no view's, 1 when somebody reads one for too long, else 0."""
    out = Console(soft_wrap=True, highlight=False)
    for name in names:
        if name not in VIEWS:
            out.print(_both("unknown", name=name, names=", ".join(VIEWS)), style="red", markup=False)
            return 2
    for name in names or list(VIEWS):
        columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=out, transient=True) as bar:
            task = bar.add_task(name, total=None)
            try:
                report = build_anew(
                    house.views,
                    VIEWS[name],
                    house.hotline,
                    lambda done, total, bar=bar, task=task: bar.update(task, completed=done, total=total),  # type: ignore[misc]
                )
            except StillRead:
                out.print(_both("still_read", name=name), style="red", markup=False)
                return 1
        told = {True: "same", False: "differed", None: "new"}[report.same]
        out.print(_both(told, name=name, facts=report.facts, rate=round(report.rate)), markup=False)
    return 0


def _both(key: str, **slots: object) -> str:
    return f"{say(f'rebuild.{key}', 'zh', **slots)}  {say(f'rebuild.{key}', 'en', **slots)}"
