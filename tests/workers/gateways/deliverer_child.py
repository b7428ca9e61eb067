"""A deliverer in a process of its own, to be killed: `python deliverer_child.py DATA OUTBOX SMS_URL`."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from workers.alone import Alone
from workers.compose import build
from workers.gateways.deliverer import Deliverer
from workers.gateways.texts import Texts
from workers.settings import Settings

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # the clock of the tests stands earlier that day


def main() -> None:
    data, outbox, url = sys.argv[1:]
    settings = Settings(data=Path(data), outbox=outbox, sms_url=url, public_url="https://hotline.example")
    house = build(settings, now=lambda: NOON, create=False)
    print("ready", flush=True)
    Alone(outbox, "deliver text", Deliverer(house, Texts(house)).run)(Event())


if __name__ == "__main__":
    main()
