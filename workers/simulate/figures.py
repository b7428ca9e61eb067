"""The figures beside tickets as the views show them: calls, consultations, hand-offs and custody; and what tickets count as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from hotline.databases import looking
from projections import call_figures, consultations, custody, expert_figures, handoffs
from workers.compose import House
from workers.simulate.scored import scored

ALL = 1_000_000
CALLS = {"offered": "offered", "answered": "answered", "in_time": "answered_in_time", "missed": "missed", "called_back": "called_back", "reached": "reached"}  # fmt: skip


def shown(house: House) -> Counter[str]:
    """All of them by the names that the people of a simulation count under; what is nought has no name."""
    rule = house.rules.telephone
    counts = Counter[str]()
    counts += Counter(of_calls(call_figures.figures(house.views, rule.answered_within, rule.connection_target)))
    counts += Counter(of_experts(expert_figures.figures(house.views).model_dump(mode="json")))
    counts += _consultations(house)
    counts += _handoffs(house)
    counts += _custody(house)
    counts += scored(house)
    return counts


def of_calls(figures: call_figures.Figures) -> Mapping[str, int]:
    """The calls of the connection rate."""
    return {f"call.{name}": getattr(figures.total, of) for name, of in CALLS.items()}


def of_experts(figures: Mapping[str, Any]) -> Counter[str]:
    """The key figures of the seats, as the interface gives them."""
    counts = Counter(
        {
            "consult.asked": figures["asked"],
            "consult.open": figures["open"],
            "consult.ticket": figures["turned_into_tickets"],
            "consult.instantly": figures["answered_instantly"]["numerator"],
            "consult.cancelled": figures["answered_instantly"]["excluded"],
            "knowledge.written_back": figures["knowledge_written_back"],
        }
    )
    counts.update({f"depth.{step}": n for step, n in figures["depth"].items()})
    counts.update({f"promise.{kept}": n for kept, n in figures["call_backs"].items()})
    for failed in figures["unavailable"]:
        counts[f"unavailable.{failed['reason']}"] += failed["times"]
    return counts


def _consultations(house: House) -> Counter[str]:
    """What the key figures leave out: those answered in any way, and those that nobody asked."""
    t = consultations.table.c
    with looking(house.views.engine) as connection:
        answered = connection.scalar(select(func.count()).where(t.phase == "answered")) or 0
        docs = connection.scalars(select(t.doc)).all()
    by_itself = sum('"by_itself":true' in doc for doc in docs)
    return Counter({"consult.answered": answered, "consult.by_itself": by_itself})


def _handoffs(house: House) -> Counter[str]:
    """Every hand-off by direction, with its stage and what came of it."""
    counts = Counter[str]()
    for line in handoffs.listed(house.views, limit=ALL):
        way = "out" if line.now.ours else "in"
        counts[f"handed_{way}.{line.now.stage}"] += 1
        if line.now.outcome is not None:
            counts[f"handed_{way}.{line.now.outcome}"] += 1
    return counts


def _custody(house: House) -> Counter[str]:
    """How often custody passed between platforms, and what others hold now."""
    t = custody.table.c
    with looking(house.views.engine) as connection:
        passages = connection.scalar(select(func.sum(t.passages))) or 0
        held = connection.scalar(select(func.count()).where(t.kind == "platform")) or 0
    return Counter({"custody.passages": int(passages), "custody.with_platforms": held})
