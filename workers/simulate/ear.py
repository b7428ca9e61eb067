"""The hotline as its own clock and expert desk see it; keeps what each of their acts led to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hotline.application import Hotline
from hotline.command import Desk
from hotline.facts import Actor, Recorded
from hotline.writing import Written


class Ear:
    """Takes commands like the hotline and hears the facts that followed."""

    def __init__(self, hotline: Hotline) -> None:
        self._hotline = hotline
        self._heard: list[Recorded] = []

    def handle(self, *args: Any, **kwargs: Any) -> Written:
        written = self._hotline.handle(*args, **kwargs)
        self._heard.extend(written.facts)
        return written

    def desk(self, stream: UUID, by: Actor) -> Desk:
        return self._hotline.desk(stream, by)

    def told(self) -> list[Recorded]:
        """What was heard since somebody asked last."""
        heard, self._heard = self._heard, []
        return heard
