"""Experts at their seats: they pick up, decline, let it ring, answer, give back, promise to call, and write down what they said."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hotline.facts import Actor, Role
from hotline.seat.facts import Rank, Shift
from hotline.seat.presence import OpenSeat, SetShifts, SignIn
from hotline.seat.seat import stream_of
from tests.faults.ledger import Act, Ledger
from tests.faults.wire import NoAnswer, Wire
from workers.compose import House

RANKS: tuple[Rank, ...] = ("duty", "duty", "backup")
"""The seats there are."""
LOOK_EVERY = 0.2  # seconds
SENT_TWICE = 0.5
"""The share of requests that are sent once more, under the same key, after they were answered."""
SUPERVISOR = Actor(id="supervisor", role=Role.SUPERVISOR)
_API = "/api/v1"


def seated(house: House, ranks: Sequence[Rank] = RANKS) -> dict[str, str]:
    """Open the seats, roster them for a month, and have everybody sit down; each seat's token."""
    tokens = {}
    for rank in ranks:
        token = house.accounts.issue_token(Role.EXPERT)
        login = house.accounts.login_of_token(token)
        assert login is not None
        seat, now = login.actor.id, house.now()
        tokens[seat] = token
        shift = Shift(since=now, until=now + timedelta(days=30), rank=rank)
        opened = OpenSeat(seat=seat, skills=tuple(house.rules.experts.skills))
        for command, by in ((opened, SUPERVISOR), (SetShifts(shifts=(shift,)), SUPERVISOR), (SignIn(), login.actor)):
            house.hotline.handle(command, on=stream_of(seat), by=by)
    return tokens


class Expert:
    """One seat's. `now` is the run's clock."""

    def __init__(
        self, seat: str, token: str, seed: int, nth: int, bases: list[int], ledger: Ledger, now: Callable[[], datetime]
    ) -> None:
        self._seat, self._token, self._ledger, self._now = seat, token, ledger, now
        self._name, self._chance = f"kanarie-e{nth}", Random(f"{seed}:expert {nth}")
        self._wire = Wire(bases, self._chance)
        self._moods: dict[tuple[str, int], str] = {}
        self._said = 0

    def work(self, stop: threading.Event) -> None:
        """Do what comes, until `stop`; then finish what lies here and leave."""
        while not stop.wait(LOOK_EVERY):
            with suppress(NoAnswer):
                self._turn()
        for _ in range(200):
            with suppress(NoAnswer):
                if self._left():
                    return
            threading.Event().wait(LOOK_EVERY)

    def _turn(self) -> None:
        here = self._here()
        for line in here:
            if line["phase"] == "offered":
                self._offered(line)
            elif line["phase"] == "engaged":
                self._engaged(line)
        if not here and self._chance.random() < 0.3:  # also after an offer that was let ring
            move = "away" if self._chance.random() < 0.1 else "available"
            self._wire.ask("POST", f"{_API}/seats/me/{move}", self._token)

    def _here(self) -> list[dict[str, Any]]:
        told = self._wire.ask("GET", f"{_API}/consultations", self._token)
        lines: list[dict[str, Any]] = told.body if told.done else []
        return lines

    def _offered(self, line: Mapping[str, Any]) -> None:
        drawn = self._chance.choices(("pick-up", "decline", ""), (0.75, 0.1, 0.15))[0]
        mood = self._moods.setdefault((line["id"], line["version"]), drawn)
        if mood:
            self._act(line, mood, {})

    def _engaged(self, line: Mapping[str, Any]) -> None:
        drawn = self._chance.random()
        if drawn < 0.5:
            self._answer(line)
        elif drawn < 0.6:
            self._act(line, "give-back", {"reason": f"不属本席位，{self._words()}"})
        elif drawn < 0.7:
            at = self._now() + timedelta(minutes=self._chance.randrange(10, 90))
            self._act(line, "book-call-back", {"at": at.isoformat()})

    def _answer(self, line: Mapping[str, Any]) -> None:
        written = {"how": "written", "answer": f"答复：{self._words()}"}
        said = self._act(line, "answer", written if line["way"] == "written" else {"how": "live"})
        if said and self._chance.random() < 0.7:
            self._write_back(line)

    def _words(self) -> str:
        """Words that may stand nowhere in the clear."""
        self._said += 1
        word = f"{self._name}-{self._said:06}"
        self._ledger.personal(word)
        return word

    def _act(self, line: Mapping[str, Any], action: str, body: Mapping[str, Any]) -> bool:
        return act(self._wire, self._ledger, line, action, body, self._token, self._chance)

    def _write_back(self, line: Mapping[str, Any]) -> None:
        entry = {
            "skill": line["skill"], "title": "异地业务如何办理", "question": "异地业务能否在本地办理？",
            "answer": "可以，凭证明办理。", "consultation": line["id"],
        }  # fmt: skip
        key = self._wire.key("write-back")
        for _ in range(1 + (self._chance.random() < SENT_TWICE)):
            told = self._wire.insist(f"{_API}/knowledge", entry, self._token, key=key)
            if told is None:
                self._ledger.note(Act(line["id"], "write-back", "unknown", key))
            elif told.done:
                done = Act(line["id"], "write-back", "acknowledged", key, told.body["id"], told.body["version"])
                self._ledger.note(done)
            else:
                self._ledger.note(Act(line["id"], "write-back", "refused", key, code=told.code))

    def _left(self) -> bool:
        for line in self._here():
            if line["phase"] == "engaged":
                self._answer(line)
            else:
                self._act(line, "decline", {})
        return self._wire.ask("POST", f"{_API}/seats/me/sign-out", self._token).done


def act(
    wire: Wire, ledger: Ledger, line: Mapping[str, Any], action: str, body: Mapping[str, Any], token: str, chance: Random
) -> bool:  # fmt: skip
    """Do something with a consultation, some of it twice under one key, and note what came of it; whether it was done."""
    id_, version, key, done = line["id"], line["version"], wire.key(action), False
    for _ in range(1 + (chance.random() < SENT_TWICE)):
        told = wire.insist(f"{_API}/consultations/{id_}/{action}", body, token, key=key, version=version)
        if told is None:
            ledger.note(Act(id_, action, "unknown", key))
        elif told.done:
            ledger.note(Act(id_, action, "acknowledged", key, id_, told.body["version"]))
            done = True
        else:
            ledger.note(Act(id_, action, "refused", key, code=told.code))
    return done
