"""`hotline hook`: who outside is told what a unit's tray shows."""

from __future__ import annotations

from typing import Annotated, NoReturn
from uuid import UUID

import typer

from hotline.texts import catalogue, say
from workers.compose import House
from workers.gateways.addresses import ForbiddenTarget, resolve, webhook_target
from workers.gateways.subscriptions import ALL, NoSubscription, Subscription
from workers.opening import opened

app = typer.Typer(name="hook", help="单位通知的对外推送 / notices to units' own systems", no_args_is_help=True)

Id = Annotated[UUID, typer.Argument(help="订阅编号 / id of the subscription")]


@app.command()
def add(
    to: Annotated[str, typer.Argument(metavar="TARGET", help="https://… 或 / or mailto:…")],
    unit: Annotated[str | None, typer.Option(help="承办单位；不写则为全部 / a unit; without it, all of them")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="通知种类，可多次；不写则为全部 / repeatable; else all")
    ] = None,
) -> None:
    """新增订阅；显示其签名密钥 / subscribe; shows the secret its webhooks are signed with."""
    with opened() as house:
        if unit is not None and unit not in house.rules.units:
            raise typer.BadParameter(f"没有这个承办单位，见 hotline profile show / no such unit: {unit}")
        allowed, recipient = house.settings.allowed_hosts, f"unit:{unit}" if unit else ALL
        try:
            if not to.startswith("mailto:"):
                resolve(webhook_target(to, allowed), allowed)
            made = house.outbox.subscriptions.add(recipient, to, house.now(), kinds=kind or (), allowed=allowed)
        except (ForbiddenTarget, NoSubscription) as refused:
            _refuse(refused.code)
        except OSError:
            _refuse("unknown_host")
        _show(house, made)


@app.command("list")
def list_all() -> None:
    """列出订阅 / list them, ended ones too."""
    with opened() as house:
        for one in house.outbox.subscriptions.all():
            ended = f"  {one.ended:%Y-%m-%d} {one.ended_why}" if one.ended else ""
            typer.echo(f"{one.id}  {one.recipient}  {one.target}  {','.join(one.kinds) or '*'}{ended}")


@app.command()
def remove(id_: Id) -> None:
    """结束订阅 / tell it nothing more."""
    with opened() as house:
        if not house.outbox.subscriptions.end(id_, house.now()):
            _refuse("none")


@app.command()
def secret(
    id_: Id, new: Annotated[bool, typer.Option("--new", help="换一个新的 / make another first")] = False
) -> None:
    """显示或更换签名密钥 / show its secret, or change it."""
    with opened() as house:
        hooks = house.outbox.subscriptions
        found = hooks.turn(id_) if new else hooks.find(id_)
        if found is None or found.ended is not None:
            _refuse("none")
        _show(house, found)


def _show(house: House, one: Subscription) -> None:
    typer.echo(str(one.id))
    if one.way == "webhook":
        typer.echo(house.outbox.subscriptions.secret(one))


def _refuse(code: str) -> NoReturn:
    kinds = sorted(k.removeprefix("unit_notice.") for k in catalogue() if k.startswith("unit_notice."))
    for language in ("zh", "en"):
        typer.echo(say(f"hook.{code}", language, kinds=", ".join(kinds)), err=True)
    raise typer.Exit(1)
