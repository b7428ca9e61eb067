"""Our side of what passes between platforms: operators who hand a matter over, and the desk that takes what 110 offers."""

from __future__ import annotations

from typing import Any

from hotline.facts import Actor, Role
from hotline.handoff.handoff import offer_id, stream_of
from hotline.ticket.ticket import State
from workers.simulate import operators, police, reviewers, telephone
from workers.simulate.beside import News
from workers.simulate.case import Case, Parcel
from workers.simulate.world import World

DESK = Actor(id="police-desk-1", role=Role.POLICE_DESK)
VOICE = ("one_key", "three_way")
ALARMS = ("handoff.alarmed", "handoff.listed", "handoff.undecided", "handoff.result_missing")
TOLD = ("119", "120")
"""Platforms that are told and never hold a matter."""


def must_go(world: World, case: Case) -> bool:
    """Whether this matter is another platform's, and has not been there yet."""
    return case.police is not None and world.police_at_work and case.police in world.rules.platforms.lines


def hand_off(world: World, case: Case) -> bool:
    """Offer it; whether nobody here goes on with it meanwhile."""
    assert case.police is not None
    to, case.police = case.police, None
    keep, rng = to in TOLD, case.rng
    way = "one_key" if keep else rng.choice(("one_key", "one_key", "three_way", "push", "push", "push"))
    danger, follow_up = keep or rng.random() < world.habits.danger, not keep and rng.random() < world.habits.follows_up
    urgency = "urgent" if way == "push" and rng.random() < 0.4 else None
    return offer(world, case, world.someone(Role.OPERATOR, case), to, way, danger, follow_up, urgency)


def offer(
    world: World, case: Case, by: Actor, to: str, way: str, danger: bool, follow_up: bool, urgency: str | None = None
) -> bool:
    """The offer itself."""
    words = {"summary": "来电人反映的情况属贵方职责，请处置。", "reason": "按职责边界应由对方平台受理。"}
    body: dict[str, Any] = {"to": to, "way": way, "danger": danger, "follow_up": follow_up, **words}
    if urgency is not None:
        body["urgency"] = urgency
    if not world.do(case, by, "hand-off", count=f"handoff.offered_{to}", **body):
        return False
    case.handoffs += 1
    named = offer_id(case.id, case.handoffs)
    parcel = Parcel(stream_of(to, named), named, case, to, True, way, danger, follow_up)
    world.parcels[parcel.stream] = parcel
    binds = not follow_up and to not in TOLD
    if way in VOICE:
        late = world.chance(case, world.habits.late_to_answer)
        world.soon(case.rng.uniform(0.4, 2) if late else case.rng.uniform(0.05, 0.2), answered, parcel, by)
        if way == "three_way":
            telephone.three_way(world, case, "110")
    if to not in TOLD:
        police.offered(world, parcel)
        if world.chance(case, world.habits.recalls):
            world.soon(case.rng.uniform(0.5, 8), recall, parcel)
    case.elsewhere = binds
    return binds


def told_by_itself(world: World, case: Case, platforms: tuple[str, ...]) -> None:
    """A danger was read in a form, and the hotline has told whose it is: an operator rings 119 or 120 up, 110 has its link."""
    for to in platforms:
        world.tally.add(f"handoff.offered_{to}")
        case.handoffs += 1
        case.police = None if case.police == to else case.police
        named = offer_id(case.id, case.handoffs)
        parcel = Parcel(stream_of(to, named), named, case, to, True, "push", danger=True, follow_up=True)
        world.parcels[parcel.stream] = parcel
        if to not in TOLD and world.police_at_work:
            police.offered(world, parcel)
        else:
            world.soon(case.rng.uniform(0.05, 0.2), answered, parcel, world.someone(Role.OPERATOR, case))


def answered(world: World, parcel: Parcel, by: Actor) -> None:
    """Somebody over there is on the telephone: the danger is theirs to know now."""
    if parcel.stage == "offered" and not parcel.acknowledged:
        world.beside("handoff", parcel.stream, by, "acknowledge", count="handoff.acknowledged_by_voice")


def recall(world: World, parcel: Parcel) -> None:
    """It is settled after all, or was ours: taken back as long as nobody has accepted it."""
    if parcel.stage in ("offered", "disputed"):
        world.beside("handoff", parcel.stream, DESK, "recall", reason="来电人称双方已和解，无需出警。")


def argue(world: World, parcel: Parcel) -> None:
    """Why it is theirs, when they have said that it is not."""
    if parcel.stage == "disputed":
        world.beside(
            "handoff", parcel.stream, DESK, "dispute", count="handoff.words", reason="现场有人身危险，属警情。"
        )


def take(world: World, parcel: Parcel) -> None:
    """The desk looks at what 110 offers: ours, or not."""
    if parcel.stage != "offered":
        return
    if not parcel.acknowledged and parcel.danger:
        world.beside("handoff", parcel.stream, DESK, "acknowledge")
    if world.chance(parcel.case, world.habits.disputes):
        reason = "属治安案件，请贵方受理。"
        if world.beside("handoff", parcel.stream, DESK, "dispute", count="handoff.words", reason=reason):
            police.disputed_by_us(world, parcel)
    else:
        world.soon(parcel.case.rng.uniform(0.2, 4), accept, parcel)


def accept(world: World, parcel: Parcel) -> None:
    """Take it: a ticket of ours from this moment."""
    if parcel.stage not in ("offered", "disputed"):
        return
    told = world.beside("handoff", parcel.stream, DESK, "accept")
    if told is None:
        return
    police.accepted_by_us(world, parcel)
    case = parcel.case
    if case.number:  # a matter of ours that comes back
        world.tally.add("handoff.came_back")
        _ours_again(world, case)
        return
    operators.note(world, case, world.door.arrived(parcel.stream, case), "")
    world.soon(case.rng.uniform(1, 12), begin, case)
    if world.chance(case, world.habits.feeds_back):
        world.by_day(case.rng.uniform(60, 1000), feed_back, parcel)


def begin(world: World, case: Case) -> None:
    """A matter from 110 is worked on like any other."""
    if case.stage is not State.RECEIVED:
        return
    operators.begin(world, case)
    if world.chance(case, world.habits.returned):  # the police's after all
        by = world.someone(Role.SUPERVISOR, case)
        offer(world, case, by, police.NAME, "push", danger=False, follow_up=False)


def feed_back(world: World, parcel: Parcel) -> None:
    """110 learns how far we are, unless it knows how it ended."""
    if parcel.case.open and parcel.outcome is None and parcel.stage == "accepted":
        words = "已受理并派单，承办单位正在核实。"
        world.beside(
            "handoff", parcel.stream, DESK, "feedback", count="handoff.progressed", kind="progress", words=words
        )


def hear(world: World, news: News) -> None:
    """What the screens show of a hand-off."""
    parcel = world.parcels.get(news.about)
    if parcel is None:  # 110's own, noted by who offers it
        return
    before, now = parcel.stage, news.now
    parcel.stage, parcel.acknowledged, parcel.confirmed = now.stage, now.acknowledged, now.confirmed
    if parcel.outcome is None and now.outcome is not None:
        parcel.outcome = now.outcome
        if parcel.ours:
            _resulted(world, parcel)
    if before == now.stage:
        if news.topic in ALARMS:
            world.tally.add(news.topic)
        if news.topic == "handoff.undecided":
            (police.must_take if parcel.ours else police.keeps)(world, parcel)
        return
    if parcel.ours and now.stage == "recalled" and not parcel.follow_up:
        _ours_again(world, parcel.case)
    elif not parcel.ours and now.stage == "recalled" and before == "accepted":
        if parcel.case.handed_back:
            parcel.case.elsewhere = True
        else:
            parcel.case.finish(State.WITHDRAWN)


def _ours_again(world: World, case: Case) -> None:
    """What was offered to others is ours after all."""
    if case.open:
        case.elsewhere = False
        world.soon(case.rng.uniform(1, 20), operators.decide, case)
        world.go_on(case)


def _resulted(world: World, parcel: Parcel) -> None:
    """They have told how it ended: closed with it, unless it was not theirs or a part stayed here."""
    case = parcel.case
    if parcel.follow_up or not case.open:
        return
    case.elsewhere = False
    if parcel.outcome == "not_ours":
        _ours_again(world, case)
    else:
        reviewers.closed(world, case, "handled")


def final(world: World) -> None:
    """What became of everything that was offered, by direction, and how often custody passed."""
    for parcel in world.parcels.values():
        way = "out" if parcel.ours else "in"
        world.tally.add(f"handed_{way}.{parcel.stage}")
        if parcel.outcome is not None:
            world.tally.add(f"handed_{way}.{parcel.outcome}")
        if parcel.stage == "accepted":
            world.tally.add("custody.passages")
        if not parcel.case.number:
            world.tally.add("intake.elsewhere")
    held = sum(case.open and case.elsewhere and _theirs(world, case) for case in world.cases)
    if held:
        world.tally.add("custody.with_platforms", held)


def _theirs(world: World, case: Case) -> bool:
    mine = [parcel for parcel in world.parcels.values() if parcel.case is case and parcel.ours]
    return bool(mine) and mine[-1].stage == "accepted"
