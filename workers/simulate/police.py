"""110 in a simulation: what it offers us, and what it answers to what we offer; in the proportions that were published."""

from __future__ import annotations

from typing import Any

from hotline.handoff import messages as m
from hotline.handoff.handoff import stream_of, ticket_of
from workers.simulate import handing
from workers.simulate.case import Case, Parcel
from workers.simulate.world import World

NAME = "110"


def say(world: World, parcel: Parcel, kind: type[Any], body: Any = None) -> bool:
    """One message of the parcel, numbered as 110 numbers its own."""
    more = {} if body is None else {"body": body}
    message = kind(
        handoff_id=parcel.id,
        sender=NAME,
        to=world.rules.platforms.own,
        seq=parcel.said + 1,
        at=world.now,
        **more,
    )
    if world.link(message) is None:
        return False
    parcel.said += 1
    return True


# -- what it offers us ---------------------------------------------------------------------------------------------
def bring(world: World, case: Case) -> None:
    """A matter that is none of the police's: offered to us, and a ticket once our desk accepts."""
    rng, offered = case.rng, case.id
    way = rng.choice(("push", "push", "push", "one_key", "three_way"))
    parcel = Parcel(stream_of(NAME, offered), offered, case, NAME, False, way, danger=rng.random() < 0.02)
    case.id = ticket_of(parcel.stream)
    # What is not told stands on the ticket as the protocol leaves it.
    case.preference, case.callback, case.confidential, case.about_team = "voice", True, False, None
    caller = m.Person(name=case.name, phone=case.phone) if case.phone or case.name else None
    matter = m.Matter(
        text=world.fill(case, case.pattern.text),
        place=f"{case.slots['street']}{case.slots['building']}",
        caller=caller,
        category=world.rules.category_path(case.pattern.category),
    )
    number = f"JW{world.now:%Y%m%d}{rng.randrange(10**6):06d}"
    _offer(world, parcel, matter, number, NAME, urgency=case.urgency)


def _offer(
    world: World,
    parcel: Parcel,
    matter: m.Matter,
    number: str,
    first: str,
    *,
    urgency: Any = "normal",
    returns: Any = None,
) -> None:
    way: Any = parcel.way
    body = m.OfferBody(
        way=way,
        danger=parcel.danger,
        urgency=urgency,
        matter=matter,
        number=number,
        returns=returns,
        first_received_by=first,
    )
    world.parcels[parcel.stream] = parcel
    if not say(world, parcel, m.Offer, body):
        return
    rng = parcel.case.rng
    voice, soon = way != "push", parcel.danger or urgency != "normal"
    world.soon(rng.uniform(0.05, 0.3) if voice or soon else rng.uniform(1, 25), handing.take, parcel)
    if world.chance(parcel.case, world.habits.recalls):
        world.soon(rng.uniform(0.5, 12), withdraw, parcel)


def withdraw(world: World, parcel: Parcel) -> None:
    """Off again; if our acceptance is on its way it is void."""
    if parcel.stage in ("offered", "disputed") or (parcel.stage == "accepted" and not parcel.confirmed):
        say(world, parcel, m.Recall, m.Reasoned(reason="报警人再次来电，改由我方处置。"))


def disputed_by_us(world: World, parcel: Parcel) -> None:
    """We say that it is not ours: it gives in, says why it is, or says nothing until the time is over."""
    roll, rng = parcel.case.rng.random(), parcel.case.rng
    if roll < 0.5:
        world.soon(rng.uniform(5, 60), withdraw, parcel)
    elif roll < 0.8:
        world.soon(rng.uniform(5, 40), _argue, parcel)
        world.soon(rng.uniform(45, 90), handing.accept, parcel)


def keeps(world: World, parcel: Parcel) -> None:
    """Nobody could agree, and the citizen had turned to 110 first: it keeps the matter."""
    world.soon(parcel.case.rng.uniform(5, 60), withdraw, parcel)


def must_take(world: World, parcel: Parcel) -> None:
    """Nobody could agree, and the citizen had turned to 110 first: it takes back what we offer."""
    world.soon(parcel.case.rng.uniform(5, 60), _accept, parcel)


def accepted_by_us(world: World, parcel: Parcel) -> None:
    """Its log records our acceptance; seldom it had recalled the offer a moment before."""
    crossed = world.chance(parcel.case, world.habits.crosses)
    world.soon(parcel.case.rng.uniform(0.05, 1), withdraw if crossed else _confirm, parcel)


def _confirm(world: World, parcel: Parcel) -> None:
    if parcel.stage != "accepted" or parcel.confirmed:
        return
    say(world, parcel, m.Confirmed)


# -- what it answers to us -------------------------------------------------------------------------------------------
def offered(world: World, parcel: Parcel) -> None:
    """Our offer has arrived there, by the link or by telephone."""
    rng, habits = parcel.case.rng, world.habits
    if parcel.way == "push":
        late = world.chance(parcel.case, habits.late_to_answer)
        world.soon(rng.uniform(6, 20) if late else rng.uniform(0.02, 0.4), _received, parcel)
    wait = rng.uniform(1, 20) if parcel.way == "push" else rng.uniform(0.5, 4)
    world.soon(wait, _dispute if world.chance(parcel.case, habits.disputes) else _accept, parcel)


def _received(world: World, parcel: Parcel) -> None:
    if parcel.stage == "offered" and not parcel.acknowledged:
        say(world, parcel, m.Received)


def _dispute(world: World, parcel: Parcel) -> None:
    if parcel.stage != "offered" or not say(world, parcel, m.Dispute, m.Reasoned(reason="属经济纠纷，不属警情。")):
        return
    world.tally.add("handoff.words")
    roll, rng = parcel.case.rng.random(), parcel.case.rng
    if roll < 0.4:
        world.soon(rng.uniform(5, 60), handing.recall, parcel)
    elif roll < 0.7:
        world.soon(rng.uniform(5, 30), handing.argue, parcel)
        world.soon(rng.uniform(40, 90), _accept, parcel)


def _argue(world: World, parcel: Parcel) -> None:
    if parcel.stage == "disputed" and say(world, parcel, m.Dispute, m.Reasoned(reason="民警到场核实为民事纠纷。")):
        world.tally.add("handoff.words")


def _accept(world: World, parcel: Parcel) -> None:
    if parcel.stage not in ("offered", "disputed"):
        return
    rng, habits = parcel.case.rng, world.habits
    if not say(world, parcel, m.Accept, m.AcceptBody(reference=f"JJ{rng.randrange(10**8):08d}")):
        return
    if world.chance(parcel.case, habits.feeds_back):
        world.soon(rng.uniform(10, 60), _progress, parcel)
    if world.chance(parcel.case, habits.returned) and not parcel.follow_up:
        world.soon(rng.uniform(30, 300), give_back, parcel)
    elif rng.random() >= 0.02:  # of the others nothing is heard any more
        world.soon(rng.uniform(60, 1440), _result, parcel)


def _progress(world: World, parcel: Parcel) -> None:
    if parcel.stage != "accepted" or parcel.outcome is not None or parcel.returned:
        return
    if say(world, parcel, m.Progress, m.ProgressBody(words="已指派民警到场处置。")):
        world.tally.add("handoff.progressed")


def _result(world: World, parcel: Parcel) -> None:
    if parcel.stage != "accepted" or parcel.outcome is not None:
        return
    outcome: Any = parcel.case.rng.choices(("done", "unfounded", "not_ours"), (0.84, 0.07, 0.09))[0]
    say(world, parcel, m.Result, m.ResultBody(words="民警已到场处置。", outcome=outcome))


def give_back(world: World, parcel: Parcel) -> None:
    """It proves to be no matter of the police's: a return is an offer of its own."""
    case = parcel.case
    if parcel.stage != "accepted" or parcel.outcome is not None or not case.open:
        return
    parcel.returned = True
    named = ticket_of(parcel.id)  # any name that follows from the first
    back = Parcel(stream_of(NAME, named), named, case, NAME, False, "push")
    case.handed_back = True
    matter = m.Matter(text="经民警到场核实为民事纠纷，不属警情。")
    _offer(world, back, matter, case.number, world.rules.platforms.own, returns=parcel.id)
