"""The board: true rows, what one may see of them, and pages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from hotline.facts import Actor, Role
from hotline.rules import load
from hotline.seeing import Scope, scope_of, sees
from hotline.ticket.evolving import replay
from hotline.ticket.facts import TicketClassified
from projections import board
from projections.board import BoardFilter, BoardRow
from projections.board_row import row_of
from projections.board_view import VIEW
from projections.follow import catch_up
from projections.view import Views
from tests.lives import PEOPLE
from tests.projections.lives import PaperLog, docs_of, life, ticket_id, together

SEEDS = tuple(range(500, 530))
RULES = load("sichuan-2025")
ALL = BoardFilter()
ROW = TypeAdapter(BoardRow)
EVERYTHING = scope_of(Actor(id="system", role=Role.SYSTEM), RULES)


@pytest.fixture
def filled(views: Views) -> Views:
    catch_up(views, VIEW, PaperLog(together(SEEDS)).after, limit=37)
    return views


def everything(views: Views, scope: Scope, filters: BoardFilter = ALL, limit: int = 7) -> list[BoardRow]:
    rows: list[BoardRow] = []
    after = None
    while True:
        page = board.page(views, scope, filters, after, limit)
        assert len(page.rows) <= limit
        rows += [ROW.validate_json(text) for text in page.rows]
        after = page.next
        if after is None:
            return rows


@pytest.mark.parametrize("seed", range(440, 470))
def test_a_row_says_what_the_rules_know(seed: int) -> None:
    """Whatever has happened to a ticket, its row agrees with the state by which everything is decided."""
    history = life(seed)
    ticket = replay(None, history)
    assert ticket is not None
    row = row_of(ticket.id, docs_of(VIEW, history)[ticket.id])
    same = (
        "number", "type", "category", "urgency", "channel", "district", "confidential", "about_team", "accused_unit",
        "received_at", "problem", "escalated", "reworks", "outcome", "closed_at", "urged_at", "hold", "restricted",
        "erased", "version",
    )  # fmt: skip
    assert {name: getattr(row, name) for name in same} == {name: getattr(ticket, name) for name in same}
    assert row.state == ticket.state.value
    assert set(row.excluded) == ticket.excluded
    assert row.lead == (ticket.lead.unit if ticket.lead else None)
    assert {a.unit for a in ticket.parts()} <= set(row.units)
    assert ("extension" in row.wanted) == (ticket.extension_wanted is not None)
    assert ("deferral" in row.wanted) == (ticket.deferral_wanted is not None)
    if (citizen := ticket.clock("citizen")) is not None:
        assert row.kept == citizen.kept
        assert row.replied_at == citizen.stopped_at
        if not citizen.stopped:
            assert (row.due, row.due_clock, row.due_running) == (citizen.due, "citizen", citizen.running)


def test_a_unit_that_gave_its_part_back_sees_the_ticket_no_more() -> None:
    """Return, adjudication and redispatch take the ticket out of a unit's sight; a close does not."""
    lost = kept = 0
    for seed in SEEDS:
        doc = docs_of(VIEW, life(seed))[ticket_id(seed)]
        row = row_of(ticket_id(seed), doc)
        for part in doc["parts"].values():
            again = any(p["unit"] == part["unit"] and not p["lost"] for p in doc["parts"].values())
            if part["lost"]:
                lost += 1
                assert (part["unit"] in row.units) == again
            else:
                kept += 1
                assert part["unit"] in row.units
    assert lost
    assert kept


SCOPES = st.one_of(
    st.sampled_from([scope_of(actor, RULES) for actor in PEOPLE]),
    st.builds(
        Scope,
        units=st.none() | st.frozensets(st.sampled_from(sorted(RULES.units)), max_size=6),
        district=st.none() | st.sampled_from(sorted(RULES.districts)),
        not_about=st.none() | st.just("intake-day"),
        never_accused=st.frozensets(st.sampled_from(sorted(RULES.units)), max_size=4),
    ),
)


def test_the_query_sees_what_the_rule_sees(filled: Views) -> None:
    """A list holds exactly the tickets that ``sees`` lets through: one rule, two ways of asking it."""
    rows = everything(filled, EVERYTHING)
    assert len(rows) == len(SEEDS)

    @settings(max_examples=40)
    @given(SCOPES)
    def asked(scope: Scope) -> None:
        assert {r.ticket_id for r in everything(filled, scope)} == {r.ticket_id for r in rows if sees(scope, r)}

    asked()


def test_a_report_is_not_there_for_the_unit_it_accuses(filled: Views) -> None:
    """The accused unit finds neither the ticket nor a gap where it was, even with a part in it."""
    log = PaperLog(together(SEEDS))
    target = next(r for r in everything(filled, EVERYTHING) if r.units)
    unit = target.units[0]
    last = next(r for r in reversed(log.facts) if r.originator_id == target.ticket_id)
    report = TicketClassified(
        type="report", category=target.category, urgency="normal", accused_unit=unit, retention="ordinary"
    )
    place = {"originator_version": last.originator_version + 1, "position": len(log.facts) + 1}
    log.facts.append(replace(last, fact=report, **place))
    catch_up(filled, VIEW, log.after)
    assert unit in board.find(filled, [target.ticket_id])[0].units
    scope = scope_of(Actor(id="c", role=Role.UNIT_CLERK, unit=unit), RULES)
    assert target.ticket_id not in {r.ticket_id for r in everything(filled, scope)}


@pytest.mark.parametrize("limit", [1, 2, 5, 50])
def test_pages_show_every_ticket_once_and_in_order(filled: Views, limit: int) -> None:
    """However long a page is, walking through all of them shows each ticket once: open ones first, then by due."""
    rows = everything(filled, EVERYTHING, limit=limit)
    assert len({r.ticket_id for r in rows}) == len(rows) == len(SEEDS)
    over = [r.state in ("closed", "archived", "withdrawn", "void") for r in rows]
    assert over == sorted(over)
    for group in (True, False):
        dues = [r.due for r, ended in zip(rows, over, strict=True) if ended is group and r.due is not None]
        assert dues == sorted(dues)


FILTERS: dict[str, tuple[BoardFilter, Callable[[BoardRow], bool]]] = {
    "open": (BoardFilter(over=False), lambda r: r.state not in ("closed", "archived", "withdrawn", "void")),
    "states": (BoardFilter(states=("replied", "closed")), lambda r: r.state in ("replied", "closed")),
    "type": (BoardFilter(type="complaint"), lambda r: r.type == "complaint"),
    "category": (BoardFilter(category=("environment",)), lambda r: r.category[:1] == ("environment",)),
    "urgency": (BoardFilter(urgency="normal"), lambda r: r.urgency == "normal"),
    "source": (BoardFilter(source="instruction"), lambda r: r.source == "instruction"),
    "problem": (BoardFilter(problem=True), lambda r: r.problem),
    "escalated": (BoardFilter(escalated=False), lambda r: not r.escalated),
    "supervised": (BoardFilter(supervised=True), lambda r: r.supervision is not None),
    "mine": (BoardFilter(mine="op1"), lambda r: r.received_by == "op1"),
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters_keep_what_they_name(filled: Views, name: str) -> None:
    """A filter keeps the rows that are as it says, and no others."""
    filters, keeps = FILTERS[name]
    rows = everything(filled, EVERYTHING)
    expected = {r.ticket_id for r in rows if keeps(r)}
    assert expected
    assert {r.ticket_id for r in everything(filled, EVERYTHING, filters)} == expected


def test_a_units_tickets_are_found_by_unit_and_state_of_its_part(filled: Views) -> None:
    """For every unit there is: its tickets, and those where its part is in a named state, also within its own scope."""
    rows = everything(filled, EVERYTHING)
    for unit, state in {(part.unit, part.state) for row in rows for part in row.parts}:
        own = Scope(units=frozenset({unit}), district=None, not_about=None, never_accused=frozenset())
        expected = {r.ticket_id for r in rows if any((p.unit, p.state) == (unit, state) for p in r.parts)}
        for scope, filters in (
            (EVERYTHING, BoardFilter(unit=unit, part=state)),
            (own, BoardFilter(part=state)),
            (own, BoardFilter(unit=unit, part=state)),
        ):
            assert {r.ticket_id for r in everything(filled, scope, filters)} == expected
        assert {r.ticket_id for r in everything(filled, own)} == {r.ticket_id for r in rows if unit in r.units}


def test_overdue_is_asked_of_a_moment(filled: Views) -> None:
    """Overdue is what still runs past its due at the moment asked for, not at the moment the row was written."""
    rows = everything(filled, EVERYTHING)
    late = max(r.due for r in rows if r.due and r.due_running) + timedelta(minutes=1)
    for moment in (late, late - timedelta(days=10), late - timedelta(days=4000)):
        found = everything(filled, EVERYTHING, BoardFilter(overdue_at=moment))
        assert {r.ticket_id for r in found} == {r.ticket_id for r in rows if r.overdue(moment)}
    assert everything(filled, EVERYTHING, BoardFilter(overdue_at=late))


@pytest.mark.parametrize(
    "after", ["", "0", "0.1", "x.y.z", "0.1.not-an-id", "7.1." + "0" * 32, "0.99999999999999999999." + "0" * 32]
)
def test_a_place_nobody_gave_is_refused(views: Views, after: str) -> None:
    """A page that begins at an invented place is refused, not answered with something."""
    with pytest.raises(ValueError, match="no place on the board"):
        board.page(views, EVERYTHING, BoardFilter(), after)


def test_nothing_of_the_callers_words_is_on_the_board() -> None:
    """No sealed text, no person, no place: a board row is free of them."""
    for seed in SEEDS:
        written = str(docs_of(VIEW, life(seed))[ticket_id(seed)])
        assert "s1." not in written
        assert "person" not in written


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_units_first_page_is_read_in_order(filled: Views) -> None:
    """SQLite reads a unit's lines from the index in the order they are shown: no sorting, no scan of all tickets."""
    from projections.board import _within

    scope = Scope(units=frozenset({"jinjiang-market"}), district=None, not_about=None, never_accused=frozenset({"x"}))
    query: Any = _within(scope, BoardFilter(over=False), None, 51)
    with filled.engine.connect() as connection:
        sql = str(query.compile(filled.engine, compile_kwargs={"literal_binds": True}))
        plan = [row[3] for row in connection.exec_driver_sql("EXPLAIN QUERY PLAN " + sql)]
    lines = [step for step in plan if "board_v4_units" in step]
    assert lines
    assert all("USING" in step and "board_v4_units_order" in step for step in lines), plan
    assert not any(step.startswith("SCAN board_v4") for step in plan), plan


def test_rows_of_named_tickets_come_in_the_order_asked(filled: Views) -> None:
    """A caller's earlier tickets are shown as the vault lists them; unknown ones are left out."""
    asked = [ticket_id(SEEDS[3]), ticket_id(9), ticket_id(SEEDS[0])]
    assert [r.ticket_id for r in board.find(filled, asked)] == [ticket_id(SEEDS[3]), ticket_id(SEEDS[0])]


def test_a_row_is_shown_as_it_would_be_made(filled: Views) -> None:
    """What a list gives are the rows themselves, in the interface's own form of JSON, letter for letter."""
    for ticket, text in zip(
        SEEDS, [ROW.dump_json(row) for row in board.find(filled, [ticket_id(s) for s in SEEDS])], strict=True
    ):
        shown = [row for row in board.page(filled, EVERYTHING, ALL, limit=200).rows if str(ticket_id(ticket)) in row]
        assert shown == [text.decode()]


def test_an_empty_scope_sees_nothing(filled: Views) -> None:
    """Who may see nothing gets an empty page."""
    nothing = replace(EVERYTHING, units=frozenset())
    assert board.page(filled, nothing, BoardFilter()) == board.Page()
