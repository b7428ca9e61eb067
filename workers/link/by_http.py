"""Over HTTP: one POST for each message to the address that was set up, inside or outside, never following a redirection."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Event

from pydantic_core import from_json

from workers.gateways.addresses import addresses_of, target_of
from workers.gateways.post import Unreached, ask
from workers.gateways.signing import signed
from workers.link.lines import Line
from workers.link.road import Answer, answer_of

SECONDS = 10.0
"""That an answer is waited for."""


class ByHttp:
    """The address of one platform."""

    def __init__(self, line: Line) -> None:
        self._line, self._target = line, target_of(line.address)

    def run(self, stop: Event) -> None:
        """Nothing to keep open."""

    def send(self, id_: str, body: bytes) -> Answer | None:
        try:
            headers = signed(self._line.secrets[0], id_, datetime.now(UTC), body)
            address = addresses_of(self._target.host, self._target.port)[0]
            headers |= {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "hotline12345"}
            status, told = ask(self._target, address, body, headers, seconds=SECONDS)
            return answer_of(status, from_json(told) if told else None)
        except (Unreached, OSError):
            return None
        except ValueError:  # no JSON: somebody else is at that address
            return Answer(502)
