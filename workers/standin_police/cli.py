"""The command `hotline police-desk-standin`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def police_desk_standin(
    data: Annotated[Path, typer.Option(help="替身自己的目录 / a directory of its own", file_okay=False)],
    peer: Annotated[
        str, typer.Option(help="热线的收件地址 / where the hotline takes messages: http(s)://… or nats://…")
    ],
    secret_file: Annotated[
        Path, typer.Option(help="签名密钥文件 / file with the link's secret", dir_okay=False, exists=True)
    ],
    port: Annotated[int, typer.Option(help="端口，0 为任意 / port, 0 for any", min=0, max=65535)] = 0,
    host: Annotated[str, typer.Option(help="监听地址 / address to listen on")] = "127.0.0.1",
    name: Annotated[str, typer.Option(help="本平台 / which platform it stands in for")] = "110",
    peer_name: Annotated[str, typer.Option(help="对方平台 / the name of the other platform")] = "12345",
    orders: Annotated[
        Path | None,
        typer.Option(help="指令文件，每行一条 JSON / a file of orders, one JSON a line", dir_okay=False, exists=True),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="按种子随机应对 / behave by chance, the same for the same seed")
    ] = None,
    offers: Annotated[int, typer.Option(help="主动移送的件数 / how many matters of its own to offer", min=0)] = 0,
) -> None:
    """替身（仅供测试、演示和对接）：一个小型 110 平台 / a STAND-IN for 110, for tests, demonstrations and integrators."""
    import os

    from pydantic import ValidationError

    from workers.standin_police import orders as ordering
    from workers.standin_police.running import run

    os.umask(0o077)
    try:
        given = ordering.read_file(orders) if orders else []
    except ValidationError:
        raise typer.BadParameter(
            "有无法识别的指令 / there is an order in it that is none", param_hint="--orders"
        ) from None
    secret = secret_file.read_text(encoding="ascii").split()[0]
    run(
        host=host, port=port, data=data, me=name, peer=peer_name, url=peer, secret=secret, given=given, seed=seed, offers=offers
    )  # fmt: skip
