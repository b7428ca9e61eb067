"""The people of a simulation at the service API: the same acts, through HTTP, on a server whose clock is simulated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from hotline.command import Refused
from hotline.counting import after
from hotline.facts import Actor, Role
from hotline.handoff.messages import Message
from hotline.rules import Rules
from hotline.ticket.ticket import State
from workers.link.lines import Line
from workers.simulate.api_beside import ApiBeside
from workers.simulate.beside import News
from workers.simulate.case import Case
from workers.simulate.door import Rung, Told
from workers.simulate.proposed import Proposed
from workers.simulate.staff import CITIZEN, LEADER, SUPERVISOR

ADMIN = Actor(id="admin-1", role=Role.ADMIN)
INTAKE = Actor(id="operator-online", role=Role.OPERATOR)
"""Who enters what comes on line: the public form is rationed by address, and a simulation has only one."""

_TELLING = frozenset(
    {
        "void",
        "dispatch",
        "redispatch",
        "request-return",
        "review",
        "call-back",
        "rework",
        "confirm-reading",
        "accept-as-source",
        "escalate",
    }
)
"""Acts after which the actor looks at the ticket, because the rules decide what follows."""
COMPARED = ("state", "type", "channel", "call", "consult", "depth", "promise", "knowledge", "handed_in", "handed_out")
"""Groups of figures that the API can tell."""
UNTOLD = frozenset({"call.three_way", "consult.answered", "consult.by_itself"})
"""Figures of these groups that it does not tell."""

TokenOf = Callable[[Actor], str]


class Answer(Protocol):
    """What is asked of an HTTP response."""

    @property
    def status_code(self) -> int: ...
    @property
    def headers(self) -> Any: ...
    def json(self) -> Any: ...


class Client(Protocol):
    """What is asked of an HTTP client; httpx and the test client of the web both are one."""

    def request(
        self, method: str, url: str, *, headers: dict[str, str], json: Any = None, content: bytes | None = None
    ) -> Answer: ...


class ApiDoor:
    """Every actor comes with a token of his own, citizens with their query code."""

    def __init__(self, client: Client, rules: Rules, token_of: TokenOf, run: str, police: Line | None = None) -> None:
        self._client, self._rules, self._token_of, self._run = client, rules, token_of, run
        self._versions: dict[str, int] = {}
        self._cases: list[Case] = []
        self._last_act: dict[str, datetime] = {}
        self._position = 0
        self._numbers: dict[str, Case] = {}
        self._beside = ApiBeside(self._ask, police, run)
        self._stirred = False
        self.now: datetime | None = None

    @property
    def rules(self) -> Rules:
        return self._rules

    @property
    def hears(self) -> bool:
        return True

    @property
    def linked(self) -> bool:
        return self._beside.linked

    def next(self) -> datetime | None:
        return None if self.now is None else self._beside.next(self.now)

    def go_to(self, moment: datetime) -> datetime:
        """Move the server's clock. Raises Refused ``clock_not_simulated``."""
        if self.now is None or moment > self.now:
            told = self._ask("POST", "/clock", ADMIN, {"at": moment.isoformat(), "stop": self.now is not None})
            self.now = datetime.fromisoformat(told["now"])
            self._stirred = self._stirred or told["happened"] > 0
        return self.now

    def news(self) -> list[News]:
        if not self._stirred or self.now is None:
            return []
        told = self._ask("POST", "/clock", ADMIN, {"at": self.now.isoformat()})  # let the expert desk see to it
        self._position = max(self._position, told["position"])
        self._stirred = False
        return self._beside.look(self._position, self._ticket_of)

    def beside(self, kind: str, about: UUID | str, by: Actor, action: str, body: dict[str, Any]) -> Told:
        told = self._beside.act(kind, about, by, action, body)
        self._position = max(self._position, told["position"])
        self._stirred = self._stirred or kind != "call"
        return Told(frozenset())

    def say(self, message: Message) -> Told:
        self._beside.say(message)
        self._stirred = True
        return Told(frozenset())

    def arrived(self, stream: UUID, case: Case) -> str:
        number: str = self._ask("GET", f"/handoffs/{stream}", SUPERVISOR)["reference"]
        case.number = number
        self._cases.append(case)
        self._numbers[number] = case
        self._noted(case, number, {"version": 1, "position": self._position})
        self._versions[number] = self._look(case)["version"]
        return number

    def tells(self, key: str) -> bool:
        """Whether the interface tells this figure, so that it can be compared."""
        group = key.partition(".")[0]
        return group in COMPARED and group not in self._beside.untold and key not in UNTOLD

    def _ticket_of(self, number: str) -> UUID | None:
        case = self._numbers.get(number)
        return None if case is None else case.id

    def receive(self, case: Case, by: Actor, body: dict[str, Any]) -> Told:
        by = INTAKE if by.role is Role.CITIZEN else by
        told = self._ask("POST", "/tickets", by, body, {"Idempotency-Key": f"{self._run}.{case.id}"})
        self._noted(case, told["number"], told)
        self._cases.append(case)
        self._numbers[told["number"]], case.id = case, UUID(told["ticket_id"])
        read = Proposed.of_suggestions(told["suggestions"])
        return Told(frozenset(), told["number"], told["query_code"], read)

    def act(self, case: Case, by: Actor, action: str, body: dict[str, Any]) -> Told:
        try:
            return self._act(case, by, action, body)
        except Refused as refusal:
            if refusal.code != "stale":
                raise
            self._versions[case.number] = refusal.details["version"]  # the form is opened anew
            return self._act(case, by, action, body)

    def rung(self) -> Iterable[Rung]:
        """What can be seen of the server's clock: waits that have ended and tickets put away, not its alarms."""
        for case in [c for c in self._cases if self._may_have_moved(c)]:
            state = State(self._look(case)["state"])
            if case.stage is State.NEEDS_SUPPLEMENT and state is not State.NEEDS_SUPPLEMENT:
                yield Rung(case, "ticket.supplement_wait_ended")
            elif case.stage is State.CLOSED and state is State.ARCHIVED:
                yield Rung(case, "ticket.archived")

    def board(self) -> Counter[str]:
        """Type, channel and state of every ticket on the server, page by page, and what it tells of calls, questions and
        hand-offs."""
        counts = self._beside.figures(self._position)
        for row in self._rows():
            counts.update(
                (f"state.{row['state']}", f"type.{row['type'] or 'unclassified'}", f"channel.{row['channel']}")
            )
        return counts

    def _rows(self) -> Iterator[dict[str, Any]]:
        path: str | None = f"/api/v1/tickets?limit=200&after_position={self._position}"
        while path is not None:
            answer = self._client.request("GET", path, headers=self._headers(LEADER))
            if answer.status_code == 503:  # the view is on its way
                continue
            yield from _content(answer)
            link = answer.headers.get("link", "")
            path = link[1 : link.index(">")] if link else None

    def _act(self, case: Case, by: Actor, action: str, body: dict[str, Any]) -> Told:
        before = self._versions[case.number]
        body = {n: self._ask("GET", "/me", told)["id"] if isinstance(told, Actor) else told for n, told in body.items()}
        if by == CITIZEN:
            path, headers = f"/public/tickets/{case.number}/{action}", {"Query-Code": case.code}
        else:
            path, headers = f"/tickets/{case.number}/{action}", {"If-Match": f'"{before}"'}
        told = self._ask("POST", path, by, body, headers)
        self._noted(case, case.number, told)
        # Whatever is done to a ticket may call its question back.
        self._stirred = self._stirred or self._beside.asked or action in ("consult-expert", "hand-off")
        if action == "hand-off":
            self._beside.offered()
        if action not in _TELLING:
            return Told(frozenset())
        return Told(frozenset(e["topic"] for e in self._look(case)["timeline"] if e["version"] > before))

    def _look(self, case: Case) -> dict[str, Any]:
        seen: dict[str, Any] = self._ask("GET", f"/tickets/{case.number}", LEADER)
        return seen

    def _noted(self, case: Case, number: str, told: dict[str, Any]) -> None:
        self._versions[number] = told["version"]
        self._position = max(self._position, told["position"])
        if self.now is not None:
            self._last_act[number] = self.now

    def _may_have_moved(self, case: Case) -> bool:
        if case.stage is State.NEEDS_SUPPLEMENT:
            return True
        limit = self._rules.small_limit("archive")
        if case.stage is not State.CLOSED or limit is None or self.now is None:
            return False
        return self.now >= after(self._last_act[case.number], limit, self._rules.calendar)

    def _ask(
        self,
        method: str,
        path: str,
        by: Actor | None,
        body: Any = None,
        headers: dict[str, str] | None = None,
        *,
        content: bytes | None = None,
    ) -> Any:
        """The content of an answer. Raises Refused with the code of a problem."""
        known = by is not None and by != CITIZEN
        whole = {**(self._headers(by) if known and by is not None else {}), **(headers or {})}
        while True:
            answer = self._client.request(method, f"/api/v1{path}", headers=whole, json=body, content=content)
            if answer.status_code != 503 or method != "GET":  # a view on its way is asked again
                return _content(answer)

    def _headers(self, by: Actor) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token_of(by)}"}


def _content(answer: Answer) -> Any:
    told = answer.json()
    if answer.status_code >= 400:
        raise Refused(told["code"], version=told.get("version"), errors=told.get("errors"))
    return told
