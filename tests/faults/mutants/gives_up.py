"""Consumers that have lost the bus, its stream or their place in it once do not come back."""

import asyncio
from typing import Any

CAUGHT_BY = "consuming again soon"
ONLY = ("delete the consumer",)
FAULTS = 2
PACE = 3.0


def apply() -> None:
    from workers.broker import Consumers

    whole = Consumers._serve

    async def serve(self: Consumers, broker: Any) -> None:
        try:
            await whole(self, broker)
        except Exception:  # noqa: BLE001  # that is the mistake
            await broker.stop()
            await asyncio.sleep(3600)

    Consumers._serve = serve  # type: ignore[method-assign]
