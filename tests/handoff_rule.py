"""The rule of custody, judged from the logs of both platforms and from nothing else.

Never neither; both only while an answer is in flight; exactly one when all is settled. The two logs share no clock, so
every pair of places in them is looked at that could have been true at one moment: no message taken that was not written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hotline.facts import Recorded
from hotline.handoff.facts import HandOffFact
from hotline.handoff.handoff import HandOff, evolve
from hotline.handoff.outgoing import outgoing
from workers.compose import House

ANSWERS = frozenset({"confirmed", "recalled"})


@dataclass(frozen=True)
class Place:
    """One place in one platform's log of one hand-off: who holds the matter by it, the kinds of all messages this side
    has written by then, in order, and how many it has taken."""

    holder: str
    wrote: tuple[str, ...] = ()
    took: int = 0


@dataclass(frozen=True)
class Side:
    """One platform's log of one hand-off."""

    me: str
    places: tuple[Place, ...]


def judge(offerer: Side, receiver: Side, *, settled: bool = True) -> Iterator[str]:
    """What is wrong, a sentence each; `settled`: nothing may be left in flight at the end of both logs."""
    before = Place(offerer.me)  # what the receiver has not heard of, the offerer holds
    known = {offerer.me, receiver.me or offerer.me}
    for n, mine in enumerate(offerer.places):
        for m, theirs in enumerate((before, *receiver.places)):
            if theirs.took > len(mine.wrote) or mine.took > len(theirs.wrote):
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
    if (len(mine.wrote), len(theirs.wrote)) != (theirs.took, mine.took):
        yield f"not settled: {mine.wrote} written, {theirs.took} taken; {theirs.wrote} written, {mine.took} taken"
    if mine.holder != theirs.holder:
        yield f"at the end {mine.holder} holds it by one log, {theirs.holder} by the other"


def _answer_in_flight(mine: Place, theirs: Place) -> bool:
    """An acceptance that the offerer has not taken, or its answer to one that the receiver has not."""
    coming, going = theirs.wrote[mine.took :], mine.wrote[theirs.took :]
    return "accept" in coming or bool(ANSWERS & set(going))


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
            took += 1
        last[id_] = places[id_][row["write"]] = Place(row["holder"], wrote, took)
    return {id_: Side(me, tuple(found.values())) for id_, found in places.items()}


def of_house(house: House) -> dict[str, Side]:
    """The hand-offs of our own log, at every single fact."""
    streams: dict[UUID, list[Recorded]] = defaultdict(list)
    position = 0
    while facts := house.hotline.facts_after(position):
        for recorded in facts:
            if isinstance(recorded.fact, HandOffFact):
                streams[recorded.originator_id].append(recorded)
        position = facts[-1].position
    found = {}
    for history in streams.values():
        state: HandOff | None = None
        places = []
        for n, recorded in enumerate(history, 1):
            state = evolve(state, recorded)
            assert state is not None
            said = outgoing(history[:n], lambda *_: None, lambda _: None)
            places.append(Place(state.holder, tuple(message.kind for message in said), state.heard))
        assert state is not None
        found[str(state.id)] = Side(state.us, tuple(places))
    return found


def judge_all(one: Mapping[str, Side], other: Mapping[str, Side], *, settled: bool = True) -> list[str]:
    """Every hand-off in either log: the one whose log begins with an offer it wrote is its offerer."""
    wrong = []
    for id_ in {*one, *other}:
        sides = [log[id_] for log in (one, other) if id_ in log]
        offerers = [side for side in sides if side.places[0].wrote[:1] == ("offer",)]
        if len(offerers) != 1:
            wrong.append(f"{id_}: offered by {len(offerers)}")
            continue
        receiver = next((side for side in sides if side is not offerers[0]), Side("", ()))
        wrong += [f"{id_}: {told}" for told in judge(offerers[0], receiver, settled=settled)]
    return wrong
