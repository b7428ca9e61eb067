"""One matter at the stand-in: its state, folded from the log, and what a message means to it.

The rule is the protocol's (`hotline.handoff.messages`): the offerer holds until its own log has the acceptance; that
record decides every race, and `confirmed` or `recalled` tells the other side how.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from workers.standin_police.log import Row

Envelope = dict[str, Any]
Saying = tuple[str, dict[str, Any]]
"""Kind and body of a message to be written."""


class No(Exception):
    """A named refusal; nothing is added to the log. `last` is the number of the last message that was applied."""

    def __init__(self, code: str, last: int = 0) -> None:
        super().__init__(code)
        self.code, self.last = code, last


@dataclass(frozen=True, slots=True)
class Matter:
    """`state`: offered, disputed, claimed (we have accepted, the offerer may not know), passed (the offerer has recorded
    the acceptance), recalled, ended. `said` holds what we wrote and
    how often it is sent, `chosen` how we mean to behave."""

    id: str
    offerer: str
    receiver: str
    first: str
    state: str = "offered"
    took: int = 0
    said: tuple[tuple[Envelope, int], ...] = ()
    acknowledged: int = 0
    chosen: dict[str, Any] | None = None

    @property
    def holder(self) -> str:
        """Who answers for it, as this log has it."""
        return self.receiver if self.state in ("claimed", "passed", "ended") else self.offerer

    def other(self, me: str) -> str:
        return self.receiver if me == self.offerer else self.offerer

    @property
    def owed(self) -> tuple[tuple[Envelope, int], ...]:
        """What the other side has not acknowledged, in order."""
        return self.said[self.acknowledged :]


def fold(matter: Matter | None, row: Row) -> Matter | None:
    """The matter after one more row of the log."""
    if row.what in ("took", "wrote"):
        message = row.content["message"]
        if message["kind"] == "offer":
            first = message["body"]["first_received_by"]
            matter = Matter(message["handoff_id"], message["sender"], message["to"], first)
        assert matter is not None
        after = AFTER.get((matter.state, message["kind"]), matter.state)
        if row.what == "took":
            return replace(matter, state=after, took=message["seq"])
        return replace(matter, state=after, said=(*matter.said, (message, row.content["times"])))
    if matter is not None and row.what == "acknowledged":
        return replace(matter, acknowledged=row.content["seq"])
    if matter is not None and row.what == "chosen":
        return replace(matter, chosen=row.content)
    return matter


AFTER = {
    ("offered", "dispute"): "disputed",
    ("offered", "recall"): "recalled",
    ("disputed", "recall"): "recalled",
    ("passed", "result"): "ended",
    ("claimed", "recalled"): "recalled",
    ("claimed", "confirmed"): "passed",
    # At the receiver this is its claim, at the offerer the record; the offerer's `confirmed` follows in the same write.
    ("offered", "accept"): "claimed",
    ("disputed", "accept"): "claimed",
}
"""What a message makes of a state; all others leave it as it is."""


def taken(matter: Matter | None, message: Envelope, me: str) -> list[Saying]:
    """Check a message that has come in its turn, and say what must be answered in the same write. Raises No."""
    kind = message["kind"]
    if matter is None:
        if kind != "offer":
            raise No("unknown_handoff")
        if message["seq"] != 1:
            raise No("message_early")
        return []
    if message["seq"] > matter.took + 1:
        raise No("message_early", matter.took)
    said = _AS_OFFERER if me == matter.offerer else _AS_RECEIVER
    judge = said.get(kind)
    if judge is None:
        raise No("not_yours_to_say", matter.took)
    return judge(matter)


def _accept(matter: Matter) -> list[Saying]:
    if matter.state == "recalled":
        return [("recalled", {})]
    return [("confirmed", {})]  # of one accepted already nothing changes: custody has passed


def _feedback(matter: Matter) -> list[Saying]:
    if matter.state not in ("passed", "ended"):
        raise No("feedback_before_acceptance", matter.took)
    return []


def _of_accepted(matter: Matter) -> list[Saying]:
    if matter.state not in ("claimed", "passed", "ended"):
        raise No("confirmed_before_acceptance", matter.took)
    return []


def _fine(_: Matter) -> list[Saying]:
    return []


_Judge = Callable[[Matter], list[Saying]]
_AS_OFFERER: dict[str, _Judge] = {
    "received": _fine, "accept": _accept, "dispute": _fine, "progress": _feedback, "result": _feedback,
}  # fmt: skip
_AS_RECEIVER: dict[str, _Judge] = {"recall": _fine, "confirmed": _of_accepted, "recalled": _fine, "dispute": _fine}


SAYABLE = {
    "recall": ("offered", "disputed"),
    "accept": ("offered", "disputed"),
    "dispute": ("offered", "disputed"),
    "received": ("offered", "disputed", "recalled"),
    "progress": ("passed",),
    "result": ("passed",),
}
"""In which states the stand-in says what of its own accord."""
OFFERERS = frozenset({"recall", "confirmed", "recalled", "dispute"})
RECEIVERS = frozenset({"received", "accept", "dispute", "progress", "result"})


def sayable(matter: Matter, kind: str, me: str) -> bool:
    """Whether our own side may say this now."""
    mine = OFFERERS if me == matter.offerer else RECEIVERS
    return kind in mine and matter.state in SAYABLE[kind]
