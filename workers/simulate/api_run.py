"""`hotline simulate --api`: the same plan through the service API of a server that runs on a simulated clock."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from uuid import uuid4

import httpx2
from sqlalchemy.exc import OperationalError

from hotline.command import Refused
from hotline.facts import Actor
from hotline.rules import load
from workers.accounts import Accounts
from workers.link.lines import linked
from workers.settings import Settings
from workers.simulate.api import ApiDoor, Client
from workers.simulate.intake import Plan
from workers.simulate.reckoning import differences
from workers.simulate.run import Outcome, Progress, simulate
from workers.simulate.tally import Tally

LOOK_EVERY = 0.5  # seconds
SETTLE_WITHIN = 30.0  # seconds for the server's clock and views after the last act


class Passes:
    """Short-lived tokens for simulated people, issued where the server keeps its accounts; all end with the run."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts, self._tokens = accounts, dict[Actor, str]()

    def of(self, actor: Actor) -> str:
        """The token of one actor."""
        if actor not in self._tokens:
            scope = {"unit": actor.unit, "district": actor.district, "team": actor.team}
            self._tokens[actor] = self._accounts.issue_token(actor.role, **scope, days=1)
        return self._tokens[actor]

    def revoke(self) -> None:
        """Nobody comes in with them any more."""
        for token in self._tokens.values():
            if (actor := self._accounts.actor_of_token(token)) is not None:
                self._accounts.revoke_token(actor.id)


def run_on_server(
    url: str, settings: Settings, plan: Plan, progress: Progress | None = None, *, verify: bool = True
) -> Outcome:
    """Act a plan out on the server at ``url`` and compare its people's count with its board.

    A server that has lived already goes on from the day after its last. Raises Refused (``clock_not_simulated``,
    ``signed_out`` when ``settings`` do not lead to the server's accounts) and httpx2.TransportError.
    """
    with httpx2.Client(base_url=url, timeout=30.0) as client:
        client.get("/livez")
        accounts = Accounts.open(settings.accounts)
        passes = Passes(accounts)
        try:
            return through(client, settings, plan, passes, progress, verify=verify)
        except OperationalError:
            raise Refused("signed_out") from None
        finally:
            passes.revoke()
            accounts.close()


def through(
    client: Client,
    settings: Settings,
    plan: Plan,
    passes: Passes,
    progress: Progress | None = None,
    *,
    verify: bool = True,
) -> Outcome:
    """The same with a client at hand."""
    rules = load(settings.profile, calendar_tables=settings.calendar_tables)
    door = ApiDoor(client, rules, passes.of, uuid4().hex, linked(settings, rules).get("110"))
    door.go_to(plan.start)
    if door.now is not None and door.now > plan.start:
        plan = replace(plan, start=rules.calendar.end_of(rules.calendar.day_of(door.now)))
    before = door.board() if verify else Counter[str]()
    tally = simulate(door, plan, progress)
    if not verify:
        return Outcome(tally, None)
    ends = time.monotonic() + SETTLE_WITHIN
    while (found := _differing(door, tally, before)) and time.monotonic() < ends:
        time.sleep(LOOK_EVERY)
    return Outcome(tally, found, sum(door.tells(key) for key in tally.counts))


def _differing(door: ApiDoor, tally: Tally, before: Counter[str]) -> dict[str, tuple[int, int]]:
    """Where the server has added other figures than its people; states of earlier tickets are taken to have stayed."""
    now = door.board()
    more = Counter({key: n for key in now if door.tells(key) and (n := now[key] - before[key])})
    return differences(Counter({key: n for key, n in tally.counts.items() if door.tells(key)}), more)
