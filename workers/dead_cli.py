"""`hotline dead`: what the bus could not get dealt with, listed, handled once more or given up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from hotline.command import Line, Refused, public
from hotline.reading.personal import find
from hotline.texts import say
from workers.bus import Bus
from workers.dead import BusAway, Letter, letters, replay
from workers.dead_dropping import all_dropped, drop
from workers.nats_server import running_port
from workers.opening import opened, settings, told
from workers.settings import Settings

app = typer.Typer(help="死信 / dead letters", no_args_is_help=True)

PAGE = 500


@app.command("list")
def list_() -> None:
    """列出死信，最早的在前 / list dead letters, the oldest first."""
    with told(), _away():
        bus, after, found = _bus(settings()), 0, 0
        while page := letters(bus, after=after, limit=PAGE):
            for letter in page:
                typer.echo(_line(letter))
            after, found = page[-1].id, found + len(page)
        if not found:
            typer.echo(_both("none"))


@app.command("replay")
def replay_(ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]…")] = None) -> None:
    """重新处理全部或指定的死信；仍失败的保留，退出码 1 / handle all or these once more; what fails stays, and the exit code is 1."""
    from workers import parts

    with opened() as house, _away():
        outcomes = replay(_bus(house.settings), parts.consumers(house), ids or None)
        for one in outcomes:
            typer.echo(f"{_line(one.letter)}  {_both('fails', reason=one.fault) if one.fault else _both('done')}")
        missing = sorted(set(ids or ()) - {one.letter.id for one in outcomes})
        for number in missing:
            typer.echo(_both("unknown", id=number), err=True)
        if not outcomes and not missing:
            typer.echo(_both("none"))
        if missing or any(one.fault for one in outcomes):
            raise typer.Exit(1)


@app.command("drop")
def drop_(
    number: Annotated[int, typer.Argument(metavar="ID", min=1)],
    reason: Annotated[
        str,
        typer.Option("--reason", help="为什么无法处理，勿写个人信息 / why it can never be handled; nothing personal"),
    ],
) -> None:
    """放弃一封永远无法处理的死信，记录何人、何时、何故 / give up a letter that can never be handled; who, when and why are kept."""
    with opened() as house, _away():
        why = _reason(reason)
        found = drop(
            _bus(house.settings),
            house.outbox.errands.engine,
            number,
            by=f"cli:{getuser()}"[:80],
            why=why,
            at=house.now(),
        )
        if found is None:
            typer.echo(_both("unknown", id=number), err=True)
            raise typer.Exit(1)
        typer.echo(f"{_line(found.letter)}  {_both('dropped')}")


@app.command("dropped")
def dropped() -> None:
    """列出已放弃的死信：何人、何时、何故 / list what was given up, with who, when and why."""
    with opened() as house:
        after, any_ = "", False
        while page := all_dropped(house.outbox.errands.engine, after=after, limit=PAGE):
            for one in page:
                typer.echo(f"{_line(one.letter)}  {one.at.isoformat(timespec='seconds')}  {one.by}  {one.why}")
            after, any_ = page[-1].mark, True
        if not any_:
            typer.echo(_both("none_dropped"))


def _reason(given: str) -> str:
    """The reason as it is kept. Ends the command with 1 when it says nothing, too much, or something personal."""
    try:
        return public(TypeAdapter(Line).validate_python(given), "reason", find)
    except (ValidationError, Refused):
        typer.echo(_both("bad_reason"), err=True)
        raise typer.Exit(1) from None


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except BusAway:
        typer.echo(_both("bus_away"), err=True)
        raise typer.Exit(1) from None


def _bus(given: Settings) -> Bus:
    """The bus that is set, else the embedded one while `hotline up` runs."""
    port = running_port(given.nats_directory) if given.nats_url is None else None
    return Bus.of(given, f"nats://127.0.0.1:{port}" if port else None)


def _line(letter: Letter) -> str:
    at = letter.buried_at.isoformat(timespec="seconds") if letter.buried_at else "-"
    return f"{letter.id}  {at}  {letter.consumer}  {letter.type or '-'}  {letter.fact or '-'}  {letter.reason}"


def _both(key: str, **slots: object) -> str:
    return f"{say(f'dead.{key}', 'zh', **slots)}  {say(f'dead.{key}', 'en', **slots)}"
