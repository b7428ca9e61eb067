"""The rule of custody, judged from the logs of both platforms and from nothing else.

Never neither; both only while an answer is in flight; exactly one when all is settled. The two logs share no clock, so
every pair of places in them is looked at that could have been true at one moment: no message taken that was not written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ANSWERS = frozenset({"confirmed", "recalled"})


@dataclass(frozen=True)
class Place:
    """One place in one platform's log of one hand-off: who holds the matter by it, and the kinds of all messages this
    side has written and taken by then, in order."""

    holder: str
    wrote: tuple[str, ...] = ()
    took: tuple[str, ...] = ()


@dataclass(frozen=True)
class Side:
    """One platform's log of one hand-off."""

    me: str
    places: tuple[Place, ...]


def judge(offerer: Side, receiver: Side, *, settled: bool = True) -> Iterator[str]:
    """What is wrong, a sentence each; `settled`: nothing may be left in flight at the end of both logs."""
    before = Place(offerer.me)  # what the receiver has not heard of, the offerer holds
    known = {offerer.me, receiver.me}
    for n, mine in enumerate(offerer.places):
        for m, theirs in enumerate((before, *receiver.places)):
            if not (_prefix(theirs.took, mine.wrote) and _prefix(mine.took, theirs.wrote)):
                continue  # no moment at which both could have been true
            at = f"offerer's place {n}, receiver's {m}"
            holds = (mine.holder == offerer.me, theirs.holder == receiver.me)
            if {mine.holder, theirs.holder} - known:
                yield f"{at}: held by somebody else"
            elif holds == (False, False):
                yield f"{at}: nobody holds it"
            elif holds == (True, True) and not _answer_in_flight(mine, theirs):
                yield f"{at}: both hold it and no answer is in flight"
    if settled:
        yield from _unsettled(offerer.places[-1], receiver.places[-1] if receiver.places else before)


def _unsettled(mine: Place, theirs: Place) -> Iterator[str]:
    if mine.wrote != theirs.took or theirs.wrote != mine.took:
        yield f"not settled: {mine.wrote} written, {theirs.took} taken; {theirs.wrote} written, {mine.took} taken"
    if mine.holder != theirs.holder:
        yield f"at the end {mine.holder} holds it by one log, {theirs.holder} by the other"


def _answer_in_flight(mine: Place, theirs: Place) -> bool:
    """An acceptance that the offerer has not taken, or its answer to one that the receiver has not."""
    coming, going = theirs.wrote[len(mine.took) :], mine.wrote[len(theirs.took) :]
    return "accept" in coming or bool(ANSWERS & set(going))


def _prefix(part: Sequence[str], whole: Sequence[str]) -> bool:
    return whole[: len(part)] == part


def of_standin(me: str, story: Iterable[Mapping[str, Any]]) -> dict[str, Side]:
    """The hand-offs of a stand-in's `GET /log`. Rows of one write are one place: they became true at once."""
    places: dict[str, dict[int, Place]] = defaultdict(dict)
    last: dict[str, Place] = {}
    for row in story:
        if "handoff_id" not in row:
            continue
        id_, before = row["handoff_id"], last.get(row["handoff_id"], Place(""))
        wrote, took = before.wrote, before.took
        if row["what"] == "wrote":
            wrote = (*wrote, row["kind"])
        elif row["what"] == "took":
            took = (*took, row["kind"])
        last[id_] = places[id_][row["write"]] = Place(row["holder"], wrote, took)
    return {id_: Side(me, tuple(found.values())) for id_, found in places.items()}


def judge_all(one: Mapping[str, Side], other: Mapping[str, Side], *, settled: bool = True) -> list[str]:
    """Every hand-off in either log: the one whose log begins with an offer it wrote is its offerer."""
    wrong = []
    for id_ in {*one, *other}:
        sides = [side[id_] for side in (one, other) if id_ in side]
        offerers = [side for side in sides if side.places and side.places[0].wrote[:1] == ("offer",)]
        if len(offerers) != 1:
            wrong.append(f"{id_}: offered by {len(offerers)}")
            continue
        me = next(iter((other if offerers[0] in one.values() else one).values())).me if len(sides) == 2 else "-"
        receiver = next((side for side in sides if side is not offerers[0]), Side(me, ()))
        wrong += [f"{id_}: {told}" for told in judge(offerers[0], receiver, settled=settled)]
    return wrong
