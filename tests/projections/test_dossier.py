"""The dossier: the whole ticket as it is now, as it was known, and as things stood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from hotline.application import Hotline
from hotline.facts import Actor, Recorded
from hotline.seeing import scope_of, sees
from hotline.ticket.actions import ACTIONS
from hotline.ticket.evolving import replay as rules_replay
from hotline.ticket.facts import TicketErased
from hotline.ticket.receiving import Caller, Receive, Whereabouts
from projections import dossier, rebuild
from projections.dossier import VIEW
from projections.follow import catch_up
from projections.view import Views
from tests import tickets as t
from tests.projections.lives import PaperLog, life, rows_of, ticket_id, together, write_down
from tests.support.clock import SettableClock

SEEDS = tuple(range(500, 520))


def test_the_view_holds_what_the_history_tells(views: Views) -> None:
    """What is read from the view is, in every part, what a replay of the ticket's own history gives."""
    catch_up(views, VIEW, PaperLog(together(SEEDS)).after, limit=29)
    for seed in SEEDS:
        assert dossier.find(views, ticket_id(seed)) == dossier.replay(life(seed))
    assert dossier.find(views, ticket_id(1)) is None
    assert dossier.replay([]) is None


@pytest.mark.parametrize("seed", range(440, 460))
def test_a_dossier_agrees_with_the_rules(seed: int) -> None:
    """State, parts, clocks, exclusions, hold and what is stored only are as the rules have them."""
    ticket, found = rules_replay(None, life(seed)), dossier.replay(life(seed))
    assert ticket is not None
    assert found is not None
    assert (found.state, found.version, found.type) == (ticket.state.value, ticket.version, ticket.type)
    assert {p.id: p.state for p in found.parts.values()} == {a.id: a.state for a in ticket.assignments.values()}
    assert {n: (c.due, c.running, c.paused, c.stopped_at, c.kept, c.provisional) for n, c in found.clocks.items()} == {
        n: (r.due, r.running, r.paused, r.stopped_at, r.kept, r.provisional) for n, r in ticket.clocks.items()
    }
    assert set(found.excluded) == ticket.excluded
    assert (found.hold is not None, found.restricted, found.erased) == (ticket.hold, ticket.restricted, ticket.erased)
    assert len(found.timeline) == len(life(seed))
    open_requests = {
        a.kind for a in found.asked if a.granted is None and found.parts[a.assignment].state not in ("ended", "replied")
    }
    if ticket.extension_wanted is not None:
        assert "extension" in open_requests
    if ticket.deferral_wanted is not None:
        assert "deferral" in open_requests
    scope = scope_of(t.ENVIRONMENT, t.a_received_ticket().rules)
    assert sees(scope, found) == (
        t.ENV in found.units and not (found.type == "report" and found.accused_unit in scope.never_accused)
    )


def test_as_known_then_is_the_replay_of_what_was_recorded_then() -> None:
    """``as_of`` any moment gives exactly what the dossier was when the last fact before it had been written."""
    history = life(500)
    for nth in range(0, len(history), 4):
        moment = history[nth].recorded_at
        known = [r for r in history if r.recorded_at <= moment]
        assert dossier.replay(history, as_of=moment) == dossier.replay(known)
    assert dossier.replay(history, as_of=history[0].recorded_at - timedelta(seconds=1)) is None


def test_what_was_entered_late_counts_from_when_it_was_so() -> None:
    """A visit at noon that was entered at four stood at one o'clock, though nobody here knew it then."""
    story = t.a_signed_ticket()
    visit = story.now + timedelta(hours=1)
    story.now = visit + timedelta(hours=4)
    story.decide(ACTIONS["contact"].model_validate({"way": "visit", "happened_at": visit}), t.ENVIRONMENT)
    history = [r for r in story.log if r.fact.TOPIC.startswith("ticket.")]
    between = visit + timedelta(hours=1)
    known, stood = dossier.replay(history, as_of=between), dossier.replay(history, happened_by=between)
    assert known is not None
    assert stood is not None
    assert [p.contacts for p in known.parts.values()] == [0]
    assert [(p.contacts, p.reached_at) for p in stood.parts.values()] == [(1, visit)]


def test_a_visit_entered_before_its_dispatch_breaks_nothing() -> None:
    """However the two times cross, any history by what happened can be shown."""
    for seed in SEEDS:
        history = life(seed)
        for nth in range(0, len(history), 5):
            assert dossier.replay(history, happened_by=history[nth].when) is not None


def lived(hotline: Hotline, clock: SettableClock) -> tuple[object, list[str]]:
    """A real ticket with words in many places; returns its id and the words."""
    written = hotline.receive(
        Receive(
            channel="phone",
            text="楼下烧烤店油烟太大",
            caller=Caller(name="王女士", phone="13800138000"),
            place=Whereabouts(address="春熙路12号", district="jinjiang"),
        ),
        by=t.OPERATOR,
    )

    def do(action: str, by: Actor, **body: object) -> None:
        clock.advance(timedelta(minutes=30))
        hotline.handle(ACTIONS[action].model_validate(body), on=written.stream, by=by)

    do("classify", t.OPERATOR, type="complaint", category=t.FUMES)
    do("dispatch", t.DISPATCHER, lead=t.ENV, note="请先联系")
    do("sign", t.ENVIRONMENT)
    do("contact", t.ENVIRONMENT, way="voice", words="已约周三上门")
    do("request-extension", t.ENVIRONMENT, days=2, reason="需要第三方检测")
    do("grant-extension", t.DISPATCHER, told_reason="需要检测，请您谅解")
    do("note", t.REVIEWER, text="重点关注")
    do("unmask", t.ENVIRONMENT, fields=["caller"], reason="上门前确认时间")
    do("exclude", t.REVIEWER, ground="unreachable", reason="多次未接", approver="sv1")
    words = ["楼下烧烤店油烟太大", "请先联系", "已约周三上门", "需要第三方检测", "重点关注", "上门前确认时间"]
    return written.stream, words


def test_every_word_opens_with_the_label_beside_it(views: Views, hotline: Hotline, clock: SettableClock) -> None:
    """A reader needs nothing but the dossier and the vault: each sealed text opens under its own label."""
    ticket, words = lived(hotline, clock)
    catch_up(views, VIEW, hotline.facts_after)
    found = dossier.find(views, ticket)  # type: ignore[arg-type]  # a UUID
    assert found is not None
    opened = [
        hotline.vault.unseal(found.ticket_id, text.label, text.sealed)
        for entry in found.timeline
        for text in entry.texts
    ]
    assert set(words) <= set(opened)
    assert None not in opened
    assert found.text is not None
    assert hotline.vault.unseal(found.ticket_id, found.text.label, found.text.sealed) == words[0]
    assert found.place is not None
    assert "春熙路12号" in (hotline.vault.unseal(found.ticket_id, found.place.label, found.place.sealed) or "")


def test_no_plain_word_and_no_proof_stands_in_the_view(views: Views, hotline: Hotline, clock: SettableClock) -> None:
    """Nothing the caller or staff said stands in the view unsealed, nor what a citizen proves himself with."""
    ticket, words = lived(hotline, clock)
    catch_up(views, VIEW, hotline.facts_after)
    doc = rows_of(views, VIEW)
    assert doc.count("s1.") > len(words)
    assert not [word for word in (*words, "王女士", "13800138000", "春熙路") if word in doc]
    opening = hotline.opening(ticket)  # type: ignore[arg-type]  # a UUID
    assert opening is not None
    assert opening.fact.access.token not in doc  # type: ignore[attr-defined]  # a receipt
    assert opening.fact.access.code not in doc  # type: ignore[attr-defined]


def test_requests_unmaskings_and_exclusions_are_found(hotline: Hotline, clock: SettableClock) -> None:
    """Who asked for time and what was decided, who sees the caller until when, why a ticket is left out of rates."""
    ticket, _ = lived(hotline, clock)
    found = dossier.replay(hotline.history(ticket))  # type: ignore[arg-type]  # a UUID
    assert found is not None
    (asked,) = found.asked
    assert (asked.kind, asked.days, asked.granted) == ("extension", 2, True)
    assert asked.decided is not None
    assert asked.decided.details["told_reason"] == "需要检测，请您谅解"
    (shown,) = found.unmaskings
    assert found.unmasked_for(t.ENVIRONMENT.id, shown.at) == {"caller"}
    assert found.unmasked_for(t.ENVIRONMENT.id, shown.until) == frozenset()
    assert found.unmasked_for(t.MARKETS.id, shown.at) == frozenset()
    assert found.excluded["unreachable"].details["approver"] == "sv1"


def words_of(history: Sequence[Recorded]) -> int:
    """Sealed texts in a history."""
    told = dossier.replay(history)
    assert told is not None
    return sum(len(entry.texts) for entry in told.timeline)


def two_of_many_words() -> tuple[int, int]:
    """Lives in which a good deal is said, whatever chance makes of the others."""
    first, second, *_ = (seed for seed in SEEDS if words_of(life(seed)) > 5)
    return first, second


def erased(seed: int) -> list[Recorded]:
    """A life that ends with the erasure."""
    last = life(seed)[-1]
    end = replace(last, originator_version=last.originator_version + 1, fact=TicketErased(approver="ad1"))
    return [*life(seed), end]


@pytest.mark.parametrize("limit", [1, 13, 1000])
def test_with_the_erasure_the_ciphertext_goes_too(views: Views, limit: int) -> None:
    """After an erasure not one envelope of that ticket is left, however the log was cut; its course and its counts stay,
    and so does every word of another ticket."""
    gone, kept = two_of_many_words()
    history = [replace(r, position=nth) for nth, r in enumerate([*life(kept), *erased(gone)], start=1)]
    catch_up(views, VIEW, PaperLog(history).after, limit)
    assert envelopes(views, gone) == 0
    assert envelopes(views, kept) == words_of(life(kept))
    found = dossier.find(views, ticket_id(gone))
    assert found is not None
    assert found == dossier.replay(erased(gone))
    assert (found.erased, found.text, found.place) == (True, None, None)
    assert len(found.timeline) == len(life(gone)) + 1


def envelopes(views: Views, seed: int) -> int:
    """Sealed texts that stand in any row of a ticket."""
    with views.engine.connect() as connection:
        rows = [
            str(tuple(row))
            for table in VIEW.tables
            for row in connection.execute(select(table).where(table.c.ticket_id == ticket_id(seed)))
        ]
    return "".join(rows).count("s1.")


def test_built_anew_an_erased_ticket_has_no_words(
    views: Views, hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rebuild, which writes words before it comes to the erasure, ends without them: the very rows of the live view."""
    monkeypatch.setattr(rebuild, "BATCH", 10)
    monkeypatch.setattr(rebuild, "AT_HAND", 2)
    gone, kept = two_of_many_words()
    write_down(hotline, [*life(kept), *erased(gone), *life(1)])
    catch_up(views, VIEW, hotline.facts_after)
    assert rebuild.rebuild(views, VIEW, hotline).same is True
    assert envelopes(views, gone) == 0
    assert envelopes(views, kept) == words_of(life(kept))
    assert dossier.find(views, ticket_id(gone)) == dossier.replay(erased(gone))


def test_following_adds_to_the_timeline_and_rewrites_none_of_it(views: Views) -> None:
    """A fact costs its own row: those before it are not touched, however long the history."""
    history = [replace(r, position=nth) for nth, r in enumerate(life(507), start=1)]
    catch_up(views, VIEW, PaperLog(history[:-1]).after)
    with views.writing() as connection:
        connection.execute(update(dossier.timeline).values(doc="untouched"))
    catch_up(views, VIEW, PaperLog(history).after)
    with views.engine.connect() as connection:
        docs = list(connection.scalars(select(dossier.timeline.c.doc).order_by(dossier.timeline.c.position)))
    assert docs[:-1] == ["untouched"] * (len(history) - 1)
    assert history[-1].fact.TOPIC in docs[-1]
