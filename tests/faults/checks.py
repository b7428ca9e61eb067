"""What must hold after the faults. Each check is a function that tells, a sentence each, what is broken.

They read the stores, the stand-in gateway's log and everything a process wrote down; what people were told is in the ledger.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import nats

from hotline.facts import Recorded
from hotline.notices import notices
from hotline.ticket import facts as f
from hotline.ticket.evolving import evolve
from hotline.ticket.ticket import Ticket
from projections import due_list
from tests.faults.city import City
from tests.faults.evidence import UNDECODABLE, Evidence
from tests.faults.expert_checks import EXPERT_CHECKS
from tests.faults.ledger import Step
from tests.handoff_rule import judge_all, of_house, of_standin
from tests.support.postgres import find_binaries
from workers.bus import STREAM
from workers.check import findings
from workers.notifier import NAME

Wrong = Iterator[str]
SOON = 15.0  # seconds after which a part must go on
FACT_OF = {
    "receive": f.TicketReceived, "classify": f.TicketClassified, "dispatch": f.TicketDispatched, "sign": f.AssignmentSigned,
    "contact": f.CallerContacted, "reply": f.AssignmentReplied, "note": f.NoteAdded, "urge": f.TicketUrged,
    "erase": f.ErasureRequested,
}  # fmt: skip
"""Which fact an action leaves behind; those left out may leave one of several."""
ONE_OF_EACH = frozenset({"receive", "classify", "dispatch", "sign", "contact", "reply", "erase"})
"""Actions that a life takes once."""


def acknowledged(e: Evidence) -> Wrong:
    """What was acknowledged is in the store exactly once, as it was told; what nobody knows of, once or not at all."""
    by_ticket: dict[tuple[str, str], list[Step]] = defaultdict(list)
    for step in e.ledger.steps:
        by_ticket[step.ticket, step.action].append(step)
    for (marker, action), steps in by_ticket.items():
        yield from _received(e, marker, steps) if action == "receive" else _counted(e, marker, action, steps)
        for step in steps:
            if step.fate == "acknowledged":
                yield from _as_told(e, step)


def _received(e: Evidence, marker: str, steps: list[Step]) -> Wrong:
    found, (step,) = len(e.tickets.get(marker, ())), steps
    allowed = {"acknowledged": (1,), "unknown": (0, 1), "refused": (0,)}[step.fate]
    if found not in allowed:
        yield f"{marker}: {step.fate}, and {found} times in the store"


def _counted(e: Evidence, marker: str, action: str, steps: list[Step]) -> Wrong:
    if action not in FACT_OF or len(e.tickets.get(marker, ())) != 1:
        return
    history = e.histories[e.tickets[marker][0]]
    found = sum(isinstance(r.fact, FACT_OF[action]) for r in history)
    fates = Counter(step.fate for step in steps)
    if not fates["acknowledged"] <= found <= fates["acknowledged"] + fates["unknown"]:
        yield f"{marker}: {action} {dict(fates)}, and {found} times in the store"


def _as_told(e: Evidence, step: Step) -> Wrong:
    stream = next(iter(e.tickets.get(step.ticket, ())), None)
    if stream is None:
        return  # told above
    position = e.house.hotline.store.position_of(stream, step.version) or 0
    # The answer names the last fact of the write; a request's number is claimed beside it, in a stream of its own, and an
    # offer to another platform, or a question to an expert, begins one.
    beside = (0, 1) if step.action in ("receive", "hand-off", "consult-expert") else (0,)
    if step.position - position not in beside:
        yield f"{step.ticket}: {step.action} was told version {step.version} at {step.position}, it is at {position}"


def whole(e: Evidence) -> Wrong:
    """What `hotline check` looks at: versions without gaps, timers, nothing rung early or twice, views as if built anew."""
    yield from findings(e.house)
    due = due_list.due(e.house.views, e.house.now())
    if due:
        yield f"{len(due)} timers are due and have not rung"
    rung = Counter(
        (r.originator_id, r.fact.clock, r.fact.level, r.fact.due) for r in e.log if isinstance(r.fact, f.ClockRang)
    )
    yield from (f"{key} rang {times} times" for key, times in rung.items() if times > 1)


def reactions(e: Evidence) -> Wrong:
    """Everybody who had to be told was told once, by the outbox and by the gateway; and nobody else."""
    wanted: set[tuple[str, str]] = set()
    for history in e.histories.values():
        ticket: Ticket | None = None
        for recorded in history:
            if not isinstance(recorded.fact, f.TicketFact):
                break
            ticket = evolve(ticket, recorded)
            if ticket is not None:
                wanted |= {(recorded.id, notice.recipient) for notice in notices(recorded, ticket, e.house.rules)}
    rows = e.house.outbox._engine.connect()
    with rows:
        told = Counter((r[0], r[1]) for r in rows.exec_driver_sql("SELECT fact_id, recipient FROM outbox_notices"))
        sent = [
            (row[0], row[1], row[2])
            for row in rows.exec_driver_sql("SELECT key, status, reason FROM outbox_errands WHERE way = 'text'")
        ]
    forgotten = {str(stream) for stream, history in e.histories.items() if _hidden(history)}
    for fact, recipient in wanted - set(told):
        if fact.rpartition(":")[0] not in forgotten:
            yield f"{recipient} was not told of {fact}"
    yield from (f"{key} was told {times} times" for key, times in told.items() if times > 1)
    yield from (f"{key} was told, and need not be" for key in told if key not in wanted)
    yield from _texts(e, sent)


def _hidden(history: list[Recorded]) -> bool:
    """Of a ticket that is stored only or erased nobody is told any more, not even of what was before."""
    return any(isinstance(r.fact, f.ProcessingRestricted | f.TicketErased) for r in history)


def _texts(e: Evidence, sent: Iterable[tuple[str, str, str | None]]) -> Wrong:
    path = e.city.room / "texts.jsonl"
    taken = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    accepted = Counter(line["key"] for line in taken if line["accepted"])
    by_words = Counter((line["sent"]["to"], line["sent"]["text"]) for line in taken if line["accepted"])
    yield from (f"the gateway took {key} {times} times" for key, times in accepted.items() if times > 1)
    twice = sum(times > 1 for times in by_words.values())
    if twice:
        yield f"{twice} text messages went out more than once"
    for key, status, reason in sent:
        if status == "delivered" and key not in accepted:
            yield f"{key} counts as delivered, and the gateway never had it"
        if status in ("waiting", "failed"):
            yield f"{key} is {status} ({reason})"
    yield from (f"the gateway took {key}, of which nobody knows" for key in set(accepted) - {row[0] for row in sent})


def letters(e: Evidence) -> Wrong:
    """Everything on the bus has been dealt with, or lies among the dead letters."""
    behind = asyncio.run(_behind(e.city.nats.url))
    if behind:
        yield f"{behind} messages are neither done nor dead"
    garbage = e.dead.count(UNDECODABLE)
    if garbage < len(e.dead):
        yield f"{len(e.dead) - garbage} dead letters could not be handled when they were replayed"
    if not e.undecodable <= garbage <= e.undecodable + e.perhaps:
        sent = f"{e.undecodable} undecodable messages were sent, and {e.perhaps} to a stream that was deleted"
        yield f"{sent}; {garbage} lie among the dead letters"


def silence(e: Evidence) -> Wrong:
    """No personal data in anything that was written down outside the vault, and none of it in the clear inside."""
    pattern = re.compile(b"|".join(re.escape(word.encode()) for word in sorted(e.ledger.canaries)))
    places: list[tuple[str, Callable[[], Iterable[bytes]]]] = [
        (f"{name}/{path.relative_to(e.city.room)}", lambda path=path: [path.read_bytes()])  # type: ignore[misc]
        for name in ("logs", "nats")
        for path in sorted((e.city.room / name).rglob("*"))
        if path.is_file() and path.name != "ballast"
    ]
    places.append(("/metrics", lambda: [page.encode() for page in e.pages]))
    places.append(("the database", lambda: [_dump(e.city)]))
    for name, read in places:
        for content in read():
            if content and (found := pattern.search(content)):
                line = content[max(0, found.start() - 60) : found.end() + 20].decode(errors="replace")
                yield f"personal data in {name}: …{line!r}…"


def custody(e: Evidence) -> Wrong:
    """By the logs of both platforms never nobody's, both only while an answer is in flight, exactly one's at the end."""
    yield from judge_all(of_house(e.house), of_standin("110", e.police))


def soon(e: Evidence) -> Wrong:
    """After each fault all went on within fifteen seconds."""
    for kind, seconds in e.recovered.items():
        slow = [s for s in seconds if s > SOON]
        if slow:
            yield f"after {kind}: {', '.join(f'{s:.1f}' for s in slow)} s until all went on"
    yield from (f"never went on again after {one}" for one in e.outstanding)


CHECKS: dict[str, Callable[[Evidence], Wrong]] = {
    "acknowledged once, unknown at most once": acknowledged,
    "log, timers and views are whole": whole,
    "every reaction once": reactions,
    "no matter is nobody's, by both logs": custody,
    **EXPERT_CHECKS,
    "dead and done are all": letters,
    "nothing personal anywhere": silence,
    "consuming again soon": soon,
}


def judge(e: Evidence) -> dict[str, list[str]]:
    """What each check found wrong."""
    e.gather()
    return {name: list(_to_its_end(check(e))) for name, check in CHECKS.items()}


def _to_its_end(check: Wrong) -> Wrong:
    """A store can be so broken that nobody can look at it to the end: that is a finding too."""
    try:
        yield from check
    except Exception as failure:  # noqa: BLE001  # whatever it is, the store gave rise to it
        yield f"the check itself broke off: {type(failure).__name__}: {failure}"


async def _behind(url: str) -> int:
    client = await nats.connect(url)
    try:
        info = await client.jetstream().consumer_info(STREAM, NAME)
        return (info.num_pending or 0) + (info.num_ack_pending or 0)
    finally:
        await client.close()


def _dump(city: City) -> bytes:
    binaries: Path | None = find_binaries()
    assert binaries is not None
    done = subprocess.run([str(binaries / "pg_dump"), city.postgres.url()], check=True, capture_output=True)
    return done.stdout
