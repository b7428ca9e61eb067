"""An operator who does not know the answer: each of his requests becomes a question for an expert."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Any

from hotline.rules import Rules
from tests.faults.experts import act
from tests.faults.ledger import Ledger
from tests.faults.people import Person
from tests.faults.wire import NoAnswer

WAYS = ("warm_transfer", "three_way", "written")
EVERY = 0.5
"""Seconds between two of his requests, on the average."""
MIND_CHANGED_AFTER = 2.5
"""Seconds at most after which a question is taken back, or the ticket given to a unit."""


class Asker(Person):
    """Some of his requests are classified first, some go to the seats by themselves, some are taken back later."""

    def __init__(
        self, name: str, seed: int, bases: list[int], tokens: Mapping[str, str], rules: Rules, ledger: Ledger
    ) -> None:
        super().__init__(name, seed, bases, tokens, rules, ledger)
        self._skills = tuple(rules.experts.skills)
        row = rules.experts.by_itself[0]
        self._enquiry = {"type": "consult", "category": rules.category_path(row.categories[0])}

    def _life(self, stop: threading.Event) -> None:
        marker, number, version = self._received()
        course = self._chance.random()
        if number is not None and course < 0.15:
            self._tell(marker, number, "classify", self._enquiry, version)  # taken by nobody, it goes there by itself
        elif number is not None:
            self._ask_expert(marker, number, version, course, stop)
        stop.wait(2 * EVERY * self._chance.random())

    def _ask_expert(self, marker: str, number: str, version: int, course: float, stop: threading.Event) -> None:
        classified = (
            course < 0.6
        )  # of the others nothing is known but what was asked, when the ladder has come to its end
        if classified:
            version = self._tell(marker, number, "classify", self._bodies["classify"], version)
        question = {"skill": self._chance.choice(self._skills), "way": self._chance.choice(WAYS)}
        asked = {**question, "summary": f"来电人问：{marker}"}
        if version and self._tell(marker, number, "consult-expert", asked, version) and course < 0.4:
            stop.wait(MIND_CHANGED_AFTER * self._chance.random())
            with suppress(NoAnswer):
                self._take_back(number) if course < 0.27 else self._give_to_unit(marker, number)

    def _tell(self, marker: str, number: str, action: str, body: Mapping[str, Any], version: int) -> int:
        """Do it; the ticket's version, 0 unless it was done."""
        return self._step(marker, action, f"/api/v1/tickets/{number}/{action}", body, version)[1]

    def _take_back(self, number: str) -> None:
        """Cancel the question if it is open."""
        token = self._tokens["operator"]
        for line in self._wire.ask("GET", "/api/v1/consultations", token).body:
            if line["number"] == number:
                act(self._wire, self._ledger, line, "cancel", {}, token, Random(line["id"]))

    def _give_to_unit(self, marker: str, number: str) -> None:
        """Dispatch the ticket whatever the expert is doing: that takes the question back."""
        seen = self._wire.ask("GET", f"/api/v1/tickets/{number}", self._tokens["dispatcher"])
        if seen.done:
            self._tell(marker, number, "dispatch", self._bodies["dispatch"], seen.version)
