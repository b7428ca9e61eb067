"""What must hold of questions to experts and of their seats after the faults, each check a sentence for each thing broken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

from hotline.consultation import facts as c
from hotline.consultation.consultation import Consultation, rungs
from hotline.facts import Fact, Recorded, Role
from hotline.knowledge import facts as k
from hotline.seat import facts as s
from hotline.ticket.ticket import Ticket
from tests.faults.evidence import Evidence
from tests.faults.ledger import Act
from tests.seats_rule import World, judge

Wrong = Iterator[str]
FACT_OF: dict[str, type[Fact]] = {
    "pick-up": c.ConsultationPickedUp, "answer": c.ConsultationAnswered, "give-back": c.ConsultationGivenBack,
    "book-call-back": c.CallBackBooked, "cancel": c.ConsultationCancelled, "write-back": k.KnowledgeWritten,
}  # fmt: skip
"""Which fact an action leaves behind."""


def held(e: Evidence) -> Wrong:
    """After each write seat, question and ticket say the same of each other, and somebody or some moment has each question."""
    yield from judge(e.log)


def ended(e: Evidence) -> Wrong:
    """Each question was answered, taken back or made an ordinary ticket; steps came in the profile's order, each for a reason."""
    world = World()
    asked: dict[UUID, tuple[list[str], bool]] = {}
    for recorded in e.log:
        state, fact = world.take(recorded), recorded.fact
        if isinstance(fact, c.ConsultationAsked):
            asked[recorded.originator_id] = ([fact.rank], False)
        elif isinstance(fact, c.ConsultationFact):
            ranks, failed = asked[recorded.originator_id]
            if ranks[-1] == state.rank:
                asked[recorded.originator_id] = (ranks, failed or isinstance(fact, c.ExpertUnavailable))
                continue
            promised = isinstance(fact, c.CallBackBooked) and fact.seat is not None
            if not failed and not promised:
                yield f"question {recorded.originator_id} went from {ranks[-1]} to {state.rank} for no reason"
            asked[recorded.originator_id] = ([*ranks, state.rank], False)
    for id_, (ranks, _) in asked.items():
        question: Consultation = world.states[id_]
        known = [rung.rank for rung in rungs(e.house.rules.experts, question.way)]
        steps = [known.index(rank) if rank in known else -1 for rank in ranks if rank != "call_back"]
        if steps != sorted(set(steps)):
            yield f"question {id_} went up {ranks}"
        if not question.over:
            yield f"question {id_} is {question.phase} at the end"
        ticket: Ticket = world.states[question.ticket]
        if ticket.with_expert is not None:
            yield f"ticket {ticket.id} is with an expert at the end"
        if not ticket.over and not ticket.running() and not (ticket.handed is not None and not ticket.handed.follow_up):
            yield f"ticket {ticket.id} has nobody whom anything would remind"


def timely(e: Evidence) -> Wrong:
    """What time alone does to a seat, a question or an entry was due then, and was done once."""
    world = World()
    rung: Counter[tuple[UUID, str, datetime]] = Counter()
    for recorded in e.log:
        whose = recorded.originator_id
        if recorded.by.role is Role.SYSTEM and (clock := _clock_of(recorded.fact)) is not None:
            if clock == "expert":  # of the ticket that went to the seats by itself
                whose = recorded.fact.ticket  # type: ignore[attr-defined]
            due = world.states[whose].clocks[clock].due
            rung[recorded.originator_id, clock, due] += isinstance(recorded.fact, _ONCE)
            if recorded.recorded_at < due:
                yield f"{type(recorded.fact).__name__} of {recorded.originator_id} at {recorded.recorded_at}, due {due}"
        world.take(recorded)
    yield from (f"{clock} of {id_} rang {times} times" for (id_, clock, _), times in rung.items() if times > 1)


_ONCE = (c.ExpertUnavailable, s.WrapUpEnded, k.KnowledgeFellDue)


def _clock_of(fact: Fact) -> str | None:
    """The clock that must have run out for this to be done by nobody."""
    match fact:
        case c.ExpertUnavailable(reason="timed_out"):
            return "offer"
        case c.ExpertUnavailable(reason="missed" | "not_offered") | c.LadderClimbed() | c.ConsultationTurned():
            return "wait"
        case c.CallBackBooked():
            return "wait"
        case c.ConsultationAsked(by_itself=True):
            return "expert"
        case s.WrapUpEnded():
            return "wrap_up"
        case k.KnowledgeFellDue():
            return fact.what
        case _:
            return None


def told(e: Evidence) -> Wrong:
    """What experts and those who asked were told is in the log as often as they asked for it, and answered alike when repeated."""
    by_key: dict[str, list[Act]] = defaultdict(list)
    for act in e.ledger.acts:
        by_key[act.key].append(act)
    wanted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for acts in by_key.values():
        done = {(one.stream, one.version) for one in acts if one.fate == "acknowledged"}
        if len(done) > 1:
            yield f"{acts[0].action} of {acts[0].consultation} was answered in {len(done)} ways under one key"
        fate = "acknowledged" if done else "unknown" if any(one.fate == "unknown" for one in acts) else "refused"
        wanted[acts[0].consultation, acts[0].action][fate] += 1
        yield from (wrong for stream, version in done for wrong in _as_told(e, acts[0].action, UUID(stream), version))
    found = _counted(e)
    for (question, action), fates in wanted.items():
        times = found[question, action]
        if action in FACT_OF and not fates["acknowledged"] <= times <= fates["acknowledged"] + fates["unknown"]:
            yield f"{action} of {question}: {dict(fates)}, and {times} times in the log"


def _as_told(e: Evidence, action: str, stream: UUID, version: int) -> Wrong:
    facts = [r.fact for r in e.histories.get(stream, ()) if r.originator_version == version]
    if not facts or (action in FACT_OF and not isinstance(facts[0], FACT_OF[action])):
        yield f"{action} of {stream} was told version {version}, where there is {facts or 'nothing'}"


def _counted(e: Evidence) -> Counter[tuple[str, str]]:
    """How often each action is in the log, by the question it was about; what nobody did himself does not count."""
    found: Counter[tuple[str, str]] = Counter()
    for recorded in e.log:
        fact = recorded.fact
        about = fact.consultation if isinstance(fact, k.KnowledgeWritten) else recorded.originator_id
        for action, kind in FACT_OF.items():
            if (
                isinstance(fact, kind)
                and recorded.by.role is not Role.SYSTEM
                and not getattr(fact, "ticket_over", False)
            ):
                found[str(about), action] += 1
    return found


EXPERT_CHECKS: dict[str, Callable[[Evidence], Wrong]] = {
    "a question has one holder, a seat one question": held,
    "every question comes to an end": ended,
    "timers of seats and questions on time, once": timely,
    "experts were told the truth": told,
}


def outcomes(log: list[Recorded]) -> dict[str, int]:
    """What became of the questions, how often a step failed and why, and what was written down."""
    counted: Counter[str] = Counter()
    for recorded in log:
        match recorded.fact:
            case c.ConsultationAsked(by_itself=by_itself):
                counted["asked by itself" if by_itself else "asked"] += 1
            case c.ExpertUnavailable(reason=reason):
                counted[reason] += 1
            case c.ConsultationAnswered(how=how):
                counted[f"answered {how}"] += 1
            case c.ConsultationFact() | k.KnowledgeWritten() as fact:
                counted[fact.TOPIC.partition(".")[2]] += 1
    return dict(sorted(counted.items()))
