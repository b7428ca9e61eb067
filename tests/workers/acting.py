"""Taking a ticket some way through its life, by the same door as everybody."""

from typing import Any
from uuid import UUID

from hotline.facts import Actor, Role
from hotline.ticket.actions import ACTIONS
from hotline.ticket.receiving import Caller, Receive, Whereabouts
from hotline.writing import Written
from workers.compose import House

OPERATOR = Actor(id="op1", role=Role.OPERATOR)
DISPATCHER = Actor(id="di1", role=Role.DISPATCHER)
REVIEWER = Actor(id="rv1", role=Role.REVIEWER)
SUPERVISOR = Actor(id="su1", role=Role.SUPERVISOR)
LEADER = Actor(id="le1", role=Role.LEADER)

NAME, PHONE, TEXT = "欧阳测试", "13812345678", "我家楼下的试验用锅炉房半夜冒烟"
"""Made up, and seen to be."""


def receive(house: House, **changes: Any) -> Written:
    """A request by telephone from a caller with name and number."""
    given: dict[str, Any] = {
        "channel": "phone",
        "text": TEXT,
        "caller": Caller(name=NAME, phone=PHONE),
        "place": Whereabouts(address="样例路 12 号 3 单元", district=None),
        "contact_preference": "text",
    }
    return house.hotline.receive(Receive(**{**given, **changes}), by=OPERATOR)


def act(house: House, ticket: UUID, action: str, by: Actor, **body: Any) -> Written:
    return house.hotline.handle(ACTIONS[action](**body), on=ticket, by=by)


def units(house: House) -> list[str]:
    """Units of one district, to be lead and co-handlers."""
    first = next(u for u in house.rules.units.values() if u.tier == "district")
    return [u.id for u in house.rules.units.values() if u.tier == "district" and u.district == first.district]


def clerk(unit: str) -> Actor:
    return Actor(id=f"c-{unit}"[:40], role=Role.UNIT_CLERK, unit=unit)


def classified(house: House, type_: str = "complaint", **changes: Any) -> UUID:
    """A ticket that awaits dispatch."""
    ticket = receive(house, **changes).stream
    leaf = next(code for code, entry in house.rules.categories.items() if entry.parent is not None)
    act(house, ticket, "classify", OPERATOR, type=type_, category=house.rules.category_path(leaf))
    return ticket


def dispatched(house: House, **changes: Any) -> UUID:
    """A ticket in the hands of a lead, `units(house)[0]`, and a co-handler, `units(house)[1]`."""
    ticket = classified(house, **changes)
    lead, co, *_ = units(house)
    act(house, ticket, "dispatch", DISPATCHER, lead=lead, co=[co])
    return ticket


def replied(house: House, **changes: Any) -> UUID:
    """A ticket whose lead has replied."""
    ticket = dispatched(house, **changes)
    reply(house, ticket)
    return ticket


def reply(house: House, ticket: UUID) -> None:
    """Let the lead of a dispatched ticket do its work."""
    lead = clerk(units(house)[0])
    act(house, ticket, "sign", lead)
    act(house, ticket, "contact", lead, way="text", reached=True)
    act(house, ticket, "reply", lead, internal_result="已查", public_reply="已整改", claimed="resolved")


def closed(house: House, **changes: Any) -> UUID:
    """A ticket that ran its whole course and ended well."""
    ticket = dispatched(house, **changes)
    finish(house, ticket)
    return ticket


def finish(house: House, ticket: UUID) -> None:
    """Take a dispatched ticket to its good end."""
    reply(house, ticket)
    act(house, ticket, "review", REVIEWER, accept=True, passed=list(house.rules.review_checks))
    state = house.hotline.ticket(ticket)
    if state is not None and not state.over:
        way = state.call_back or "text"
        act(
            house, ticket, "call-back", REVIEWER, way=way, reached=True, resolution="resolved", satisfaction="satisfied"
        )
