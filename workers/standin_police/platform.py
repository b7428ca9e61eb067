"""The platform itself: everything it knows follows from its log, so that it may be killed at any moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from workers.standin_police import orders
from workers.standin_police.log import Log, New, Row
from workers.standin_police.matter import Envelope, Matter, No, fold, sayable, taken
from workers.standin_police.saying import body_of, offer_body, read_plan, told, wrote


@dataclass(frozen=True, slots=True)
class Taken:
    """`applied` is False for a message that had come before; `last` the number of the last one applied."""

    applied: bool
    last: int


class Platform:
    """One platform called `me`, linked to one other, `peer`. `seed` None: what nobody ordered is accepted at once."""

    def __init__(self, log: Log, me: str, peer: str, now: Callable[[], datetime], *, seed: int | None = None) -> None:
        self._log, self.me, self.peer, self._now, self._seed = log, me, peer, now, seed
        self._lock = threading.RLock()
        self.matters: dict[str, Matter] = {}
        self.trail: list[dict[str, Any]] = []
        self._queue: list[dict[str, Any]] = []
        self._plans: dict[int, tuple[datetime, orders.Offer | orders.Say]] = {}
        self._away: datetime | None = None
        self._lose = 0
        self.fresh = True
        for row in log.rows():
            self._see(row)

    # -- what is true ----------------------------------------------------------------------------------------------
    def _write(self, news: list[New]) -> list[Row]:
        rows = self._log.add(self._now(), news)
        for row in rows:
            self._see(row)
        return rows

    def _see(self, row: Row) -> None:
        self.fresh = False
        before = self.matters.get(row.matter)
        after = fold(before, row)
        if after is not None:
            self.matters[row.matter] = after
        match row.what:
            case "ordered":
                self._queue.append(row.content)
            case "chosen" if row.content["ordered"]:
                self._queue.pop(0)
            case "planned":
                self._plans[row.position] = (
                    datetime.fromisoformat(row.content["due"]),
                    read_plan(row.content["order"]),
                )
            case "done":
                self._plans.pop(row.content["plan"], None)
            case "away":
                until = row.content["until"]
                self._away = datetime.fromisoformat(until) if until else datetime.max.replace(tzinfo=row.at.tzinfo)
            case "back":
                self._away = None
        self.trail.append(told(row, after))

    @property
    def away(self) -> bool:
        return self._away is not None and self._now() < self._away

    def story(self, after: int = 0) -> list[dict[str, Any]]:
        """The log as others may read it: without words, with the holder of the matter at each position."""
        with self._lock:
            return self.trail[after:]

    # -- what comes ------------------------------------------------------------------------------------------------
    def take(self, message: Envelope) -> Taken:
        """Apply a message once. Raises No; then nothing has changed."""
        with self._lock:
            id_, seq = message["handoff_id"], message["seq"]
            matter = self.matters.get(id_)
            if matter is not None and seq <= matter.took and message["sender"] == matter.other(self.me):
                return Taken(False, matter.took)
            news = [New(id_, "took", {"message": message})]
            answers = taken(matter, message, self.me)
            if message["kind"] == "offer":
                self._write(news + self._choose(message))
                self._mishap(id_)
                return Taken(True, seq)
            assert matter is not None
            said = len(matter.said)
            news += [self._wrote(matter, n, kind, body) for n, (kind, body) in enumerate(answers, said + 1)]
            if message["kind"] == "confirmed" and matter.state == "claimed" and matter.chosen:
                news += self._follow_up(id_, matter.chosen)
            self._write(news)
            return Taken(True, seq)

    def _choose(self, offer: Envelope) -> list[New]:
        """How we mean to behave, written down with the offer: after a kill it is not drawn again."""
        id_ = offer["handoff_id"]
        ordered = bool(self._queue)
        if ordered:
            how = orders.Behaviour.model_validate({k: v for k, v in self._queue[0].items() if k != "do"})
        else:
            how = orders.Behaviour() if self._seed is None else orders.by_chance(self._seed, id_)
        news = [New(id_, "chosen", {**how.model_dump(mode="json"), "ordered": ordered})]
        if how.answer == "silent":
            return news
        matter = Matter(id_, offer["sender"], offer["to"], offer["body"]["first_received_by"])
        news.append(self._wrote(matter, 1, "received", {}))
        if how.answer != "hear":
            news.append(self._plan(orders.Say(do=how.answer, handoff=id_, after=how.after, times=how.times)))
        if how.answer == "dispute" and matter.first == self.me:
            news.append(self._plan(orders.Say(do="accept", handoff=id_, after=how.after + how.settle)))
        return news

    def _follow_up(self, id_: str, chosen: dict[str, Any]) -> list[New]:
        steps = {"progress": chosen["progress"], "result": chosen["result"], "return": chosen["give_back"]}
        return [
            self._plan(orders.Say.model_validate({"do": do, "handoff": id_, "after": after}))
            for do, after in steps.items()
            if after is not None
        ]

    def _mishap(self, id_: str) -> None:
        order = None if self._seed is None else orders.mishap(self._seed, id_)
        if order is not None:
            self.order(order)

    def loses(self) -> bool:
        """Whether the answer to what was just taken is to be lost."""
        with self._lock:
            lost = self._lose > 0
            self._lose -= lost
            return lost

    # -- what is ordered -------------------------------------------------------------------------------------------
    def order(self, order: orders.Order) -> str | None:
        """Take an order; the id of the hand-off that it opens or is about. Raises No (`unknown_handoff`)."""
        with self._lock:
            match order:
                case orders.Next():
                    self._write([New("", "ordered", order.model_dump(mode="json"))])
                case orders.Away(seconds=seconds):
                    until = (self._now() + timedelta(seconds=seconds)).isoformat() if seconds is not None else None
                    self._write([New("", "away", {"until": until})])
                case orders.Back():
                    self._write([New("", "back", {})])
                case orders.Lose(count=count):
                    self._lose += count
                case orders.Say(handoff=id_) if id_ not in self.matters:
                    raise No("unknown_handoff")
                case orders.Say(handoff=id_) if order.after == 0:
                    return self._say(order) or id_
                case orders.Offer() if order.after == 0:
                    return self._offer(order)
                case orders.Say() | orders.Offer():
                    self._write([self._plan(order)])
            return None

    def carry_out(self) -> int:
        """Do what was planned for a moment that has come; returns how much there was."""
        with self._lock:
            now = self._now()
            due = sorted((at, position) for position, (at, _) in self._plans.items() if at <= now)
            for _, position in due:
                order = self._plans[position][1]
                done = New("", "done", {"plan": position})
                if isinstance(order, orders.Offer):
                    self._offer(order, done)
                else:
                    self._say(order, done)
            return len(due)

    def _plan(self, order: orders.Say | orders.Offer) -> New:
        due = self._now() + timedelta(seconds=order.after)
        return New("", "planned", {"due": due.isoformat(), "order": order.model_dump(mode="json")})

    # -- what is said ----------------------------------------------------------------------------------------------
    def _say(self, order: orders.Say, *more: New) -> str | None:
        matter = self.matters[order.handoff]
        if order.do == "return":
            return self._give_back(matter, *more)
        said: list[New] = []
        if sayable(matter, order.do, self.me):
            said = [self._wrote(matter, len(matter.said) + 1, order.do, body_of(order, matter), order.times)]
        elif not more:
            raise No("not_now", matter.took)
        self._write([*said, *more])
        return None

    def _give_back(self, matter: Matter, *more: New) -> str | None:
        offer = matter.said[0][0] if matter.offerer == self.me else self._offer_of(matter.id)
        if matter.holder != self.me:
            if more:
                self._write(list(more))
                return None
            raise No("not_now", matter.took)
        body = {**offer["body"], "returns": matter.id, "way": "push"}
        return self._open(body, 1, *more)

    def _offer_of(self, id_: str) -> Envelope:
        return next(r.content["message"] for r in self._log.rows() if r.matter == id_ and r.what == "took")

    def _offer(self, order: orders.Offer, *more: New) -> str:
        return self._open(offer_body(order, self.me, len(self.trail) + 1), order.times, *more)

    def _open(self, body: dict[str, Any], times: int, *more: New) -> str:
        id_ = str(uuid4())
        self._write([self._wrote(Matter(id_, self.me, self.peer, ""), 1, "offer", body, times), *more])
        return id_

    def _wrote(self, matter: Matter, seq: int, kind: str, body: dict[str, Any], times: int = 1) -> New:
        return wrote(self.me, self._now(), matter, seq, kind, body, times)

    def owed(self) -> list[tuple[Envelope, int]]:
        """The first message of each matter that the other side has not acknowledged, with how often it is sent;
        nothing while we are away."""
        with self._lock:
            return [] if self.away else [matter.owed[0] for matter in self.matters.values() if matter.owed]

    @property
    def planned(self) -> int:
        """What waits for its moment."""
        with self._lock:
            return len(self._plans)

    @property
    def unheard(self) -> int:
        """Matters of which the other side has not acknowledged everything."""
        with self._lock:
            return sum(bool(matter.owed) for matter in self.matters.values())

    def acknowledged(self, id_: str, seq: int) -> None:
        """The other side has all up to this one. Less than it had before: it has forgotten, and is told again."""
        with self._lock:
            matter = self.matters[id_]
            if seq != matter.acknowledged and seq <= len(matter.said):
                self._write([New(id_, "acknowledged", {"seq": seq})])
