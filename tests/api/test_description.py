"""The whole interface tried by its own description: whatever is sent, the answer is one that is written there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import pytest
import requests
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup

from hotline.facts import Role
from tests.workers.acting import classified, closed, dispatched, receive, replied
from workers.compose import House
from workers.web.api import reading

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

EXAMPLES = 5
"""Right ones and wrong ones for each operation and role: with them the whole takes about a minute."""
JUDGED = (
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
ENDLESS = "progress_events"
"""The stream of a ticket's own events: tried by those who may not see it only, since it would not end."""
QUEUE = "consultation_events"
"""The stream of the experts' queue: tried without an account only, for the same reason."""
_KEYS = UUID(int=0)


@dataclass(frozen=True)
class Known:
    """A ticket that exists, and what its citizen has."""

    number: str
    code: str
    version: int


@pytest.fixture
def tickets(house: House) -> list[Known]:
    """One ticket in each of several stages of its life."""
    found = []
    for made in (receive(house).stream, classified(house), dispatched(house), replied(house), closed(house)):
        ticket = house.hotline.ticket(made)
        assert ticket is not None
        found.append(Known(ticket.number, "", ticket.version))
    filed = receive(house)
    found.append(Known(filed.answer["number"], filed.answer["query_code"], filed.version))
    house.catch_up()
    return found


@pytest.mark.parametrize("role", [None, Role.OPERATOR, Role.SUPERVISOR], ids=["nobody", "operator", "supervisor"])
def test_every_answer_is_described(
    app: FastAPI,
    web: TestClient,
    house: House,
    tickets: list[Known],
    role: Role | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Right and wrong input, with and without an account, tickets that exist and that do not: no server error, no status,
    content type, header or body that the description does not have."""
    monkeypatch.setattr(reading, "WAIT_SECONDS", 0.01)
    schema = schemathesis.openapi.from_dict(app.openapi())
    tokens: list[str] | list[None] = [None]
    if role:  # the second is good for one thing only, so that most routes must turn it away
        tokens = [house.accounts.issue_token(role), house.accounts.issue_token(role, only="calls")]
    wrong: dict[str, str] = {}
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if role and operation.definition.raw["operationId"] == QUEUE:
            continue
        for mode in GenerationMode:
            tried += _try(operation, mode, web, tokens, tickets, wrong)
        house.catch_up()
    assert tried > 300
    assert not wrong, "\n".join(wrong.values())


def _try(
    operation: Any,
    mode: GenerationMode,
    web: TestClient,
    tokens: list[str] | list[None],
    tickets: list[Known],
    wrong: dict[str, str],
) -> int:
    """Send some requests of one kind to one operation; notes the first answer of each kind that is not described."""
    sent, public = 0, "/public/" in operation.path
    fitting = [known for known in tickets if known.code] if public else tickets

    @seed(12345)
    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        deadline=None,
        database=None,
    )
    @given(
        case=operation.as_strategy(generation_mode=mode), known=st.sampled_from([None, *fitting]), proved=st.booleans()
    )
    def one(case: Case, known: Known | None, proved: bool) -> None:
        nonlocal sent
        sent += 1
        _make_fit(case, known, tokens[0] if sent % EXAMPLES else tokens[-1], proved, sent)
        for told in _judged(case, web):
            wrong.setdefault(f"{operation.label} {told[:60]}", f"{operation.label} ({mode.value}): {told}")

    try:
        one()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, operation.label  # where nothing can be sent, nothing can be wrong
    return sent


def _make_fit(case: Case, known: Known | None, token: str | None, proved: bool, nth: int) -> None:
    """Mostly a ticket that exists, with what opens it, so that more is reached than the first look at a number."""
    headers = {name: value for name, value in case.headers.items() if name.lower() != "authorization"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if known is not None and "number" in case.path_parameters:
        case.path_parameters["number"] = known.number
        if proved:
            headers |= {"If-Match": f'"{known.version}"', "Idempotency-Key": str(uuid5(_KEYS, f"{case.path}{nth}"))}
            if case.operation.definition.raw["operationId"] != ENDLESS and known.code:
                headers["Query-Code"] = known.code
    case.headers.clear()
    case.headers.update(headers)


def _judged(case: Case, web: TestClient) -> Iterator[str]:
    """What is wrong with the answer, a line for each finding; never a word of what was sent."""
    request = case.as_transport_kwargs(base_url=str(web.base_url))
    answer = web.request(**_as_httpx(request))
    if answer.status_code >= 500 and answer.status_code != 503:
        yield f"{answer.status_code} {request['url']}: {answer.text[:300]}"
    try:
        case.validate_response(answer, checks=CHECKS.get_by_names(JUDGED))
    except FailureGroup as failures:
        for failure in failures.exceptions:
            yield f"{answer.status_code} {type(failure).__name__}: {str(failure)[:600]}"


def _as_httpx(request: dict[str, Any]) -> dict[str, Any]:
    """The same request for the client of these tests, which takes bodies and cookies in another way."""
    given = dict(request)
    data, cookies = given.pop("data", None), given.pop("cookies", {})
    if cookies:
        given["headers"] = {
            **given["headers"],
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
    if files := given.pop("files", None):  # in one piece: what is a form's to say is said by its header
        form = requests.Request("POST", "http://form", files=_as_bytes(files)).prepare()
        given["headers"] = {**given["headers"], "Content-Type": form.headers["Content-Type"]}
        data = form.body
    if data is not None:
        given["content"] = data
    given["headers"] = {
        name: value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        for name, value in given["headers"].items()
    }
    return given


def _as_bytes(files: Any) -> list[tuple[str, tuple[str, bytes]]]:
    """The parts of a form as files: right ones are bytes, wrong ones anything."""
    named = ((name, part[1] if isinstance(part, tuple) else part) for name, part in files)
    return [
        (name, ("file", part if isinstance(part, bytes) else str(part).encode("utf-8", "replace")))
        for name, part in named
    ]
