"""Telephone calls: what became of each, so that the connection rate (接通率) can be counted.

The telephone system may tell a call's events in any order and late; each call stands where it rang, by the day and hour at
which it was offered.  How soon is soon enough is asked when counting, never written down here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, String

from hotline.call import facts as f
from hotline.facts import Recorded
from projections.moments import from_micros, micros
from projections.view import Doc, View, main_table

table = main_table(
    "calls_v1",
    Column("at", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("hour", Integer, nullable=False),
    Column("offered", Integer, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("answered_after", BigInteger, nullable=True),
    Column("missed", Integer, nullable=False),
    Column("returned", Integer, nullable=False),
    Column("reached", Integer, nullable=False),
    Index("calls_v1_at", "at"),
)
_NEW: Doc = {"told": None, "offered": None, "answered": None, "missed": False, "returned": False, "reached": False}


def fold(doc: Doc | None, recorded: Recorded) -> Doc | None:
    """The call after one more event; who is on the line does not matter here."""
    fact, at = recorded.fact, micros(recorded.when)
    new: Doc = {**(doc or _NEW)}
    new["told"] = at if new["told"] is None else min(new["told"], at)
    match fact:
        case f.CallOffered():
            new["offered"] = at
        case f.CallAnswered():
            new["answered"] = at
        case f.CallMissed():
            new["missed"] = True
        case f.CallReturned():
            new |= {"returned": True, "reached": new["reached"] or fact.reached}
    return new


def columns(doc: Doc) -> Mapping[str, Any]:
    offered, answered = doc["offered"], doc["answered"]
    at = doc["told"] if offered is None else offered
    rang: datetime = from_micros(at)
    return {
        "at": at,
        "day": rang.date().isoformat(),
        "hour": rang.hour,
        "offered": int(offered is not None),
        "answered": int(answered is not None),
        "answered_after": None if offered is None or answered is None else answered - offered,
        "missed": int(doc["missed"]),
        "returned": int(doc["returned"]),
        "reached": int(doc["reached"]),
    }


VIEW = View("calls", 1, fold, table, columns, kinds=("call",))
