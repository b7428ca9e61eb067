"""Reviewers: they check replies, ask callers, decide what follows an unhappy answer, and look after closed tickets."""

from __future__ import annotations

from typing import Any

from hotline.facts import Role
from hotline.ticket.ticket import State
from workers.simulate import centre, citizens, operators, supervisors, texts, units
from workers.simulate.case import Case
from workers.simulate.world import World


def await_review(world: World, case: Case) -> None:
    wait = case.rng.gammavariate(1.5, 90)
    (world.soon if case.urgency == "emergency" else world.office)(wait, review, case)
    supervisors.await_inspection(world, case)


def review(world: World, case: Case) -> None:
    """Accept with every check passed, or say which failed and why."""
    if case.stage is not State.REPLIED:
        return
    by, checks = world.someone(Role.REVIEWER, case), list(world.rules.review_checks)
    lead = case.lead
    if lead is not None and case.rejections < 2 and world.chance(case, world.habits.rejected):
        phrase = case.rng.choice([p for p in texts.phrases("review_reject") if p.check in checks])
        passed = [c for c in checks if c != phrase.check]
        told = world.do(
            case,
            by,
            "review",
            count="review.rejected",
            accept=False,
            passed=passed,
            comment=world.fill(case, phrase.text),
        )
        if told:
            case.stage, case.rejections = State.IN_PROGRESS, case.rejections + 1
            units.again(world, case, lead, case.rng.uniform(90, 700))
        return
    told = world.do(case, by, "review", count="review.accepted", accept=True, passed=checks)
    if told is None:
        return
    case.attempts, case.answered = 0, False
    if told.has("ticket.closed"):
        closed(world, case, "handled")
    elif case.ordered:
        case.stage = State.CALLBACK_DUE
        world.office(case.rng.uniform(100, 1000), supervisors.accept_as_source, case)
    else:
        case.stage = State.CALLBACK_DUE
        world.office(case.rng.uniform(30, 600), call_back, case)


def call_back(world: World, case: Case) -> None:
    """Ask the caller; who is not reached is tried once more, and then counted as unreached."""
    if case.stage is not State.CALLBACK_DUE or case.answered:
        return
    mode = world.rules.call_back(case.type, case.urgency).mode
    way = "text" if "text" in (case.preference, mode) else "voice"
    by = world.someone(case.rng.choice((Role.REVIEWER, Role.OPERATOR)), case)
    habits = world.habits
    if not world.chance(case, habits.answers_text if way == "text" else habits.answers_voice):
        told = world.do(case, by, "call-back", count="call_back.unreached", way=way, reached=False)
        if told and told.has("ticket.closed"):
            closed(world, case, "handled")
        elif told:
            world.by_day(case.rng.uniform(240, 600), call_back, case)
        return
    verdict = citizens.verdict(world, case)
    told = world.do(case, by, "call-back", count="call_back.reached", way=way, reached=True, **verdict)
    if told is None:
        return
    citizens.count_verdict(world, verdict)
    case.answered = True
    if told.has("ticket.closed"):
        closed(world, case, "handled")
    else:
        world.office(case.rng.uniform(30, 400), triage, case)


def triage(world: World, case: Case) -> None:
    """After an unhappy answer: once more, or explained, or closed as it is."""
    if case.stage is not State.CALLBACK_DUE:
        return
    by, habits, roll = world.someone(Role.REVIEWER, case), world.habits, case.rng.random()
    lead = case.lead
    if lead is not None and case.reworks < 3 and roll < habits.rework:
        if world.do(case, by, "rework", count="triage.rework", reason="来电人表示未解决，请再次办理。"):
            case.stage, case.reworks = State.IN_PROGRESS, case.reworks + 1
            lead.tries, lead.reached = 0, False
            units.again(world, case, lead, case.rng.uniform(120, 1300))
    elif roll < habits.rework + habits.explains_result:
        words = "处理结果符合现行规定，已向来电人当面解释。"
        if world.do(case, by, "explain", count="triage.explained", ground="result_stands", words=words):
            closed(world, case, "explained")
    elif world.do(case, by, "close"):
        closed(world, case, "unresolved")


def closed(world: World, case: Case, outcome: str) -> None:
    """It is over; perhaps not for good."""
    world.tally.add(f"outcome.{outcome}")
    case.finish(State.CLOSED)
    habits = world.habits
    unhappy = outcome in ("explained", "unresolved")
    if world.chance(case, habits.rates_online):
        world.by_day(case.rng.uniform(60, 9 * citizens.DAY), citizens.rate, case)
    if world.chance(case, habits.reopens_unhappy if unhappy else habits.reopens_happy):
        world.office(case.rng.uniform(200, 3000), reopen, case)
    if world.chance(case, habits.excluded):
        world.office(case.rng.uniform(60, 2000), exclude, case)


def reopen(world: World, case: Case) -> None:
    """Inside the window, or on a new fact."""
    if case.stage is not State.CLOSED:
        return
    by, new_fact = world.someone(Role.REVIEWER, case), case.rng.random() < 0.3
    told = world.do(
        case,
        by,
        "reopen",
        count="end.reopened",
        expected=("reopen_window_over",),
        reason="问题再次出现。",
        new_fact=new_fact,
    )
    if told is None:
        return
    case.answered = False
    if case.leads:
        case.stage = State.AWAITING_DISPATCH
        centre.await_dispatch(world, case)
    else:
        case.stage = State.RECEIVED
        world.by_day(30, operators.decide, case)


def exclude(world: World, case: Case) -> None:
    """Left out of rates, with somebody else's approval; some of it is taken back."""
    by = world.someone(Role.REVIEWER, case)
    ground = case.rng.choice(("unreachable", "unreasonable", "outside_duty", "unanswered"))
    body: dict[str, Any] = {"ground": ground, "approver": world.staff.other(by)}
    if not world.do(case, by, "exclude", count="rates.excluded", reason="经复核，按规则不计入考核。", **body):
        return
    if world.chance(case, world.habits.included_again):
        world.office(case.rng.uniform(300, 2000), include, case, body)


def include(world: World, case: Case, body: dict[str, Any]) -> None:
    by = world.someone(Role.REVIEWER, case)
    approver = world.staff.other(by)
    world.do(
        case,
        by,
        "include",
        count="rates.included",
        reason="复核有误，恢复计入。",
        ground=body["ground"],
        approver=approver,
    )
