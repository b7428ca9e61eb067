"""What leaves the house for analysts."""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import get_args, get_type_hints
from uuid import UUID

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

from hotline.calendar import SHANGHAI
from hotline.facts import Actor
from hotline.sealing import Sealed
from hotline.ticket import facts as f
from hotline.ticket.actions import ACTIONS
from hotline.ticket.receiving import Caller, Receive, Whereabouts
from projections.board_row import BoardRow
from projections.described import TICKETS
from projections.going_out import FIELDS, KEPT_IN
from tests.support.clock import SettableClock
from tests.tickets import ALL_CHECKS, DISPATCHER, ENV, ENVIRONMENT, FUMES, OPERATOR, REVIEWER, SUPERVISOR
from workers.cli import app
from workers.compose import House
from workers.export import Format, NoMonth, cell, export

CANARY = "金丝雀"
NAME, PHONE = f"{CANARY}女士", "13912345678"


@pytest.fixture
def ticket(house: House, clock: SettableClock) -> UUID:
    """A ticket with a canary in every place that takes words, on its way from the call to the call-back."""
    request = Receive(
        channel="phone",
        text=f"{CANARY}楼下油烟，电话 {PHONE}",
        caller=Caller(name=NAME, phone=PHONE),
        place=Whereabouts(address=f"{CANARY}路1号", district="jinjiang"),
        on_behalf_of=f"{CANARY}母亲",
        call_id="call-canary",
        recording="rec-canary",
    )
    written = house.hotline.receive(request, by=OPERATOR)

    def do(by: Actor, action: str, **body: object) -> None:
        clock.advance(minutes=10)
        house.hotline.handle(ACTIONS[action](**body), on=written.stream, by=by)

    do(OPERATOR, "classify", type="complaint", category=FUMES)
    do(DISPATCHER, "dispatch", lead=ENV, note=CANARY)
    do(ENVIRONMENT, "sign")
    do(ENVIRONMENT, "contact", way="voice", words=CANARY)
    do(ENVIRONMENT, "note", text=CANARY)
    do(ENVIRONMENT, "request-extension", days=2, reason=CANARY)
    do(SUPERVISOR, "grant-extension", told_reason=f"{CANARY}检测")
    do(ENVIRONMENT, "reply", internal_result=CANARY, public_reply=f"{CANARY}店已整改。", claimed="resolved")
    do(REVIEWER, "review", accept=True, passed=ALL_CHECKS)
    do(
        REVIEWER,
        "call-back",
        reached=True,
        resolution="unresolved",
        satisfaction="dissatisfied",
        cause="other",
        comment=CANARY,
    )
    return written.stream


def rows(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".parquet":
        found: list[dict[str, object]] = pq.read_table(path).to_pylist()
        return [{name: str(value) for name, value in row.items()} for row in found]
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("form", ["csv", "parquet"])
@pytest.mark.parametrize("what", ["tickets", "facts"])
def test_nothing_in_an_export_points_at_a_person(
    house: House, ticket: UUID, tmp_path: Path, what: str, form: Format
) -> None:
    """No name, number, address, word, sealed text, account, proof or recording of a request is in an export of it."""
    fact = house.hotline.history(ticket)[0].fact
    assert isinstance(fact, f.TicketReceived)

    path, count = export(house, what, tmp_path / "out", form=form)  # type: ignore[arg-type]

    told = path.read_text(encoding="utf-8") if form == "csv" else str(rows(path))
    assert count > 0
    assert str(ticket) in told
    staff = {by.id for by in (OPERATOR, DISPATCHER, ENVIRONMENT, REVIEWER, SUPERVISOR)}
    hidden = [CANARY, PHONE, "s1.A.", "canary", fact.access.code, fact.access.token, str(fact.person_id)]
    cells = {value for row in rows(path) for value in row.values()}
    assert not [word for word in hidden if word in told]
    assert not staff & cells
    assert not [name for name in staff if f'"{name}"' in told]


def test_an_export_of_facts_tells_what_happened_when_and_by_which_role(
    house: House, ticket: UUID, tmp_path: Path
) -> None:
    """Every fact of a ticket is a row with its topic, times, role, unit and the fields that may go out."""
    path, count = export(house, "facts", tmp_path)

    told, history = rows(path), house.hotline.history(ticket)
    assert count == len(history) == len(told)
    assert [row["topic"] for row in told] == [recorded.fact.TOPIC for recorded in history]
    signed = next(row for row in told if row["topic"] == "ticket.signed")
    assert (signed["role"], signed["unit"]) == ("unit_clerk", ENV)
    extended = next(row for row in told if row["topic"] == "ticket.extension_granted")
    assert json.loads(extended["fields"])["days"] == 2


def test_an_export_of_tickets_is_as_new_as_the_log(house: House, ticket: UUID, tmp_path: Path) -> None:
    """The rows are those of the board at the end of the log, also where the board had not yet followed it."""
    path, _ = export(house, "tickets", tmp_path)

    (row,) = rows(path)
    assert row["ticket_id"] == str(ticket)
    assert row["state"] == house.hotline.ticket(ticket).state  # type: ignore[union-attr]
    assert row["category"] == ";".join(FUMES)
    assert int(row["version"]) == len(house.hotline.history(ticket))


@pytest.mark.parametrize(("month", "count"), [("2026-03", 1), ("2026-02", 0), (None, 1)])
def test_an_export_of_a_month_holds_that_month_alone(
    house: House, ticket: UUID, tmp_path: Path, month: str | None, count: int
) -> None:
    """Of a ticket received in March, the export of March holds a row and that of February none."""
    path, told = export(house, "tickets", tmp_path, month=month)

    assert told == count
    assert path.name == (f"tickets-{month}.csv" if month else "tickets.csv")


def test_a_month_begins_at_midnight_in_beijing(house: House, clock: SettableClock, tmp_path: Path) -> None:
    """A request of 00:30 on the first of April is one of April, though it is still March in London."""
    clock.set(datetime(2026, 4, 1, 0, 30, tzinfo=SHANGHAI))
    house.hotline.receive(Receive(channel="phone", text="路灯不亮", caller=Caller()), by=OPERATOR)

    assert export(house, "tickets", tmp_path, month="2026-04")[1] == 1
    assert export(house, "tickets", tmp_path, month="2026-03")[1] == 0


@pytest.mark.parametrize("month", ["2026-13", "2026-3", "March", "", "2026-03-01", "../x"])
def test_a_month_that_is_none_is_refused_and_writes_nothing(house: House, tmp_path: Path, month: str) -> None:
    """Nothing is written for a month that is not written YYYY-MM."""
    with pytest.raises(NoMonth):
        export(house, "tickets", tmp_path / "out", month=month)

    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_cell_is_never_run_as_a_formula(sign: str) -> None:
    """Text that a spreadsheet would take for a formula begins with an apostrophe; a number stays one."""
    assert cell(f"{sign}1+2") == f"'{sign}1+2"
    assert cell((f"{sign}x", "y")) == f"'{sign}x;y"
    assert cell(-5) == "-5"


def test_a_mark_for_spreadsheets_only_when_asked_for(house: House, ticket: UUID, tmp_path: Path) -> None:
    """With `bom` the file begins with the UTF-8 mark, without it with the first column."""
    assert export(house, "tickets", tmp_path, bom=True)[0].read_bytes().startswith(b"\xef\xbb\xbfnumber,")
    assert export(house, "tickets", tmp_path)[0].read_bytes().startswith(b"number,")


def test_an_export_that_fails_leaves_the_one_before(
    house: House, ticket: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When an export breaks off, the file of the last one stands as it was and nothing unfinished lies about."""
    path, _ = export(house, "facts", tmp_path)
    before = path.read_bytes()

    def breaks_off(*_: object) -> Iterator[object]:
        raise OSError("disk full")

    monkeypatch.setattr(house.hotline, "facts_after", breaks_off)
    with pytest.raises(OSError, match="disk full"):
        export(house, "facts", tmp_path)

    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["facts.csv"]
    assert path.read_bytes() == before


def test_every_field_of_a_fact_is_decided_about() -> None:
    """Each unsealed field of each fact of a ticket is named as one that goes out or one that stays, never both."""
    plain = {
        name
        for kind in f.TicketFact.__subclasses__()
        for name, hint in get_type_hints(kind, include_extras=True).items()
        if name in kind.model_fields and hint != Sealed and Sealed not in get_args(hint)
    }

    assert plain == FIELDS | KEPT_IN
    assert not FIELDS & KEPT_IN


def test_every_field_of_the_board_is_decided_about() -> None:
    """What the board shows and an export does not is exactly: who took it down, who is accused, and derived columns."""
    kept = set(BoardRow.__dataclass_fields__) - set(TICKETS.names)

    assert kept == {"received_by", "accused_unit", "about_team", "yellow_at", "parts"}


@pytest.mark.parametrize("what", ["tickets", "facts"])
def test_a_parquet_file_holds_what_the_csv_does(house: House, ticket: UUID, tmp_path: Path, what: str) -> None:
    """The same rows and columns in either format; moments are local time, and each column says what it means."""
    written, _ = export(house, what, tmp_path)  # type: ignore[arg-type]
    columns, count = export(house, what, tmp_path, form="parquet")  # type: ignore[arg-type]

    table, told = pq.read_table(columns), rows(written)
    assert count == len(told) == table.num_rows
    assert table.column_names == list(told[0])
    when = "received_at" if what == "tickets" else "recorded_at"
    for row, cells in zip(table.to_pylist(), told, strict=True):
        assert row[when].isoformat(timespec="milliseconds") == cells[when].removesuffix("+08:00")
        assert (str(row["version"]), row["ticket_id"]) == (cells["version"], cells["ticket_id"])
    assert table.schema.field(when).metadata[b"en"]


def test_the_command_writes_files_and_names_what_is_wrong(
    house: House, ticket: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`hotline export` writes CSV and Parquet; an unknown table or month, and a mark in Parquet, are told in a sentence."""
    monkeypatch.setenv("HOTLINE_DATA", str(house.settings.data))
    out = str(tmp_path / "out")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, ["export", "--out", out, *words])

    good = run("--what", "tickets")
    parquet = run("--what", "tickets", "--format", "parquet", "--month", "2026-03")
    wrong = {
        "YYYY-MM": run("--what", "tickets", "--month", "2026-99"),
        "--bom": run("--what", "tickets", "--format", "parquet", "--bom"),
        "--dictionary": run(),
        "persons": run("--what", "persons"),
    }

    assert (good.exit_code, parquet.exit_code) == (0, 0)
    assert len(rows(tmp_path / "out" / "tickets.csv")) == 1
    assert len(rows(tmp_path / "out" / "tickets-2026-03.parquet")) == 1
    assert {told: result.exit_code for told, result in wrong.items()} == dict.fromkeys(wrong, 2)
    assert [told for told, result in wrong.items() if told not in result.output] == []


def test_without_the_extra_parquet_is_refused_and_csv_is_not(
    house: House, ticket: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pyarrow is not installed, Parquet is refused before anything is written, saying what to install."""
    monkeypatch.setenv("HOTLINE_DATA", str(house.settings.data))
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    ask = ["export", "--what", "tickets", "--out", str(tmp_path / "out")]
    refused = CliRunner().invoke(app, [*ask, "--format", "parquet"])

    assert refused.exit_code == 2
    assert "hotline12345[export]" in refused.output
    assert not (tmp_path / "out").exists()
    assert CliRunner().invoke(app, ask).exit_code == 0


def test_the_dictionary_tells_every_column_value_and_code(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--dictionary` writes what each table, column, value and code means, as JSON and to read, in both languages."""
    monkeypatch.setenv("HOTLINE_DATA", str(house.settings.data))

    assert CliRunner().invoke(app, ["export", "--dictionary", "--out", str(tmp_path)]).exit_code == 0

    told = json.loads((tmp_path / "dictionary.json").read_text("utf-8"))
    page = (tmp_path / "dictionary.md").read_text("utf-8")
    columns = {table["name"]: {column["name"]: column for column in table["columns"]} for table in told["tables"]}
    assert set(columns) >= {"outcomes", "tickets", "facts", "v_ticket", "v_step", "v_daily"}
    assert columns["outcomes"]["satisfied"]["values"]["dissatisfied"] == {"zh": "不满意", "en": "dissatisfied"}
    assert columns["facts"]["unit"]["en"] != columns["outcomes"]["unit"]["en"]
    assert set(told["codes"]["unit"]) == set(house.rules.units)
    assert [name for table in columns.values() for name in table if f"`{name}`" not in page] == []
    assert [unit for unit in house.rules.units if f"`{unit}`" not in page] == []
