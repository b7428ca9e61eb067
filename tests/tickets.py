"""Tickets in every stage of life, each made by the commands that lead there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hotline.facts import Actor, Role
from hotline.reading.reader import reader_for
from hotline.reading_at_the_door import proposed
from hotline.rules import Rules
from hotline.ticket.answering import Answer
from hotline.ticket.calling_back import CallBack, Rework
from hotline.ticket.classifying import Classify
from hotline.ticket.dispatching import CoDispatch, Dispatch
from hotline.ticket.extending import ApproveDeferral, RequestDeferral, RequestExtension
from hotline.ticket.facts import Access
from hotline.ticket.handling import Contact, Reply, Sign
from hotline.ticket.number import draw
from hotline.ticket.reading_facts import Proposal
from hotline.ticket.receiving import Intake, Receive
from hotline.ticket.returning import RequestReturn
from hotline.ticket.reviewing import Check, Review
from hotline.ticket.supplementing import AskSupplement
from tests.spec import MONDAY, TICKET, Story, rules_with

OPERATOR = Actor(id="op1", role=Role.OPERATOR)
DISPATCHER = Actor(id="di1", role=Role.DISPATCHER)
REVIEWER = Actor(id="rv1", role=Role.REVIEWER)
SUPERVISOR = Actor(id="sv1", role=Role.SUPERVISOR)
LEADER = Actor(id="ld1", role=Role.LEADER)
ADMIN = Actor(id="ad1", role=Role.ADMIN)
CITIZEN = Actor(id="citizen", role=Role.CITIZEN)
CLOCK = Actor(id="system", role=Role.SYSTEM)


def clerk(unit: str) -> Actor:
    return Actor(id=f"{unit}-1", role=Role.UNIT_CLERK, unit=unit)


ENV, MARKET, HOUSING, STREET = "jinjiang-environment", "jinjiang-market", "jinjiang-housing", "jinjiang-chunxilu"
DISTRICT, SECTION = "jinjiang", "jinjiang-chunxilu-safety"
ENVIRONMENT, MARKETS, HOUSES = clerk(ENV), clerk(MARKET), clerk(HOUSING)
FUMES = ("environment", "environment.air_fumes")
ALL_CHECKS: tuple[Check, ...] = ("contacted", "evidence", "to_the_point", "basis_cited", "public_text_clean")


def received(**told: Any) -> Receive:
    return Receive(**{"channel": "phone", "text": "楼下烧烤店油烟太大", **told})


def read_as(request: Receive, rules: Rules) -> Proposal | None:
    """What the door would have read in it."""
    return proposed(reader_for(rules).read, rules, request, MONDAY)


def intake(
    request: Receive,
    person: Any = None,
    number: str | None = None,
    reachable: bool = True,
    proposal: Proposal | None = None,
) -> Intake:
    access = Access(code="code-hash", token="token-hash")  # a hash that stands for any
    return Intake(
        request=request,
        person_id=person,
        reachable=reachable,
        number=number or draw(Story().now),
        access=access,
        proposal=proposal,
        happened_at=request.happened_at,
    )


def a_received_ticket(
    rules: Rules | None = None,
    *,
    person: Any = TICKET,
    reachable: bool = True,
    by: Actor = OPERATOR,
    at: datetime = MONDAY,
    read: bool = False,
    **told: Any,
) -> Story:
    story = Story(rules or rules_with(), now=at)
    request = received(**told)
    proposal = read_as(request, story.rules) if read else None
    story.decide(intake(request, person, reachable=reachable, proposal=proposal), by)
    return story


def a_classified_ticket(
    rules: Rules | None = None, *, type: Any = "complaint", category: tuple[str, ...] = FUMES, **told: Any
) -> Story:
    story = a_received_ticket(rules, **told)
    urgency = told.get("urgency", "normal")
    accused = told.get("accused_unit")
    return story.do(OPERATOR, Classify(type=type, category=category, urgency=urgency, accused_unit=accused))


def a_dispatched_ticket(*co: str, lead: str = ENV, **told: Any) -> Story:
    return a_classified_ticket(**told).do(DISPATCHER, Dispatch(lead=lead, co=co))


def a_signed_ticket(*co: str, **told: Any) -> Story:
    return a_dispatched_ticket(*co, **told).do(ENVIRONMENT, Sign())


def a_contacted_ticket(*co: str, **told: Any) -> Story:
    story = a_signed_ticket(*co, **told)
    way = told.get("contact_preference", "voice")
    return story if way == "none" else story.do(ENVIRONMENT, Contact(way=way))


def the_reply(claimed: Any = "resolved", **told: Any) -> Reply:
    return Reply(internal_result="已查", claimed=claimed, **{"public_reply": "已加装净化设施。", **told})


def a_replied_ticket(*co: str, **told: Any) -> Story:
    return a_contacted_ticket(*co, **told).do(ENVIRONMENT, the_reply())


def accepted() -> Review:
    return Review(accept=True, passed=ALL_CHECKS)


def rejected() -> Review:
    return Review(accept=False, comment="答非所问")


def a_ticket_to_call_back(*co: str, **told: Any) -> Story:
    return a_replied_ticket(*co, **told).do(REVIEWER, accepted())


def happy() -> CallBack:
    return CallBack(reached=True, resolution="resolved", satisfaction="satisfied")


def unhappy() -> CallBack:
    return CallBack(reached=True, resolution="unresolved", satisfaction="dissatisfied", cause="recurring")


def a_closed_ticket(*co: str, **told: Any) -> Story:
    return a_ticket_to_call_back(*co, **told).do(REVIEWER, happy())


def an_unhappy_ticket(**told: Any) -> Story:
    return a_ticket_to_call_back(**told).do(REVIEWER, unhappy())


def a_ticket_in_rework(**told: Any) -> Story:
    return an_unhappy_ticket(**told).do(REVIEWER, Rework(reason="还在冒烟"))


def an_answered_ticket(**told: Any) -> Story:
    return a_received_ticket(**told).do(OPERATOR, Answer(answer="请到窗口办理"))


def a_ticket_asked_for_more(**told: Any) -> Story:
    return a_signed_ticket(**told).do(ENVIRONMENT, AskSupplement(question="具体门牌号？"))


def a_deferred_ticket(review_on: str = "2026-03-20", **told: Any) -> Story:
    story = a_signed_ticket(**told).do(ENVIRONMENT, RequestDeferral(plan="待管网改造", review_on=review_on))  # type: ignore[arg-type]
    return story.do(LEADER, ApproveDeferral())


def not_ours(**told: Any) -> RequestReturn:
    return RequestReturn(reason="不属我局", legal_basis="食品安全法第六条", **told)


def a_ticket_wanting_time(days: int = 3, **told: Any) -> Story:
    return a_signed_ticket(**told).do(ENVIRONMENT, RequestExtension(days=days, reason="等检测报告"))


def a_ticket_wanted_back(*co: str, **told: Any) -> Story:
    return a_dispatched_ticket(*co, **told).do(ENVIRONMENT, not_ours())


def beside(story: Story, *units: str) -> Story:
    return story.do(DISPATCHER, CoDispatch(units=units))
