"""Photos and documents over the API: taken by their own bytes, kept sealed, given back to those who may see them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from hotline.facts import Role
from hotline.pictures import without_traces
from hotline.ticket.attaching import LARGEST, MOST, Attach
from tests import pictures
from tests.workers.web.desk import API, REQUEST, Desk, district_units, leaf
from tests.workers.web.test_public import TICKETS, file
from workers.compose import House

PHOTO = pictures.jpeg(b"colours-of-the-photo")


def send(desk: Desk, number: str, content: bytes = PHOTO, name: str = "现场.jpg", **headers: str) -> Any:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    path = f"{API}/tickets/{number}/attachments"
    answer = desk.web.post(path, files={"file": (name, content, "text/plain")}, headers={**desk.headers, **named})
    desk.house.catch_up()
    return answer


def attached(desk: Desk, number: str, **given: Any) -> str:
    answer = send(desk, number, **given)
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["attachment"]
    return made


def files(house: House) -> list[bytes]:
    return [p.read_bytes() for p in house.settings.attachments.rglob("*") if p.is_file()]


@pytest.fixture
def number(operator: Desk) -> str:
    found: str = operator.receive().json()["number"]
    return found


def test_a_photo_is_kept_without_traces_and_given_back(
    operator: Desk, desk_of: Callable[..., Desk], number: str, house: House
) -> None:
    """Judged by its bytes and not by its name, stripped, sealed on the disk, shown in the dossier, given as a download;
    who was given it stands in the record."""
    answer = send(operator, number, name="C:\\secret folder\\现场\u202e.exe")
    assert answer.status_code == 201, answer.text
    told = answer.json()
    kept = without_traces(PHOTO, "jpeg")
    assert (told["kind"], told["size"], told["version"]) == ("jpeg", len(kept), 3)
    assert answer.headers["ETag"] == '"3"'

    (entry,) = operator.ticket(number)["attachments"]
    assert (entry["id"], entry["name"], entry["role"], entry["shown"]) == (
        told["attachment"],
        "现场.exe",
        "operator",
        True,
    )
    given = operator.get(f"/tickets/{number}/attachments/{told['attachment']}")
    assert given.content == kept
    assert given.headers["Content-Type"] == "image/jpeg"
    assert given.headers["Content-Disposition"] == f'attachment; filename="{told["attachment"]}.jpeg"'
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Cache-Control"] == "no-store"
    (on_disk,) = files(house)
    assert b"colours" not in on_disk
    assert b"\xff\xd8\xff" not in on_disk[:40]
    looks = desk_of(Role.AUDITOR).get(f"/tickets/{number}/access-log").json()
    assert "attachment" in [look["what"] for look in looks]


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "attachment_missing"),
        (b"MZ\x90\0 a program", 415, "attachment_kind"),
        (b"<svg onload='x'/>", 415, "attachment_kind"),
        (PHOTO[:300], 422, "attachment_broken"),
        (pictures.PDF + bytes(LARGEST), 413, "attachment_too_large"),
        (pictures.PDF + bytes(LARGEST * 2), 413, "attachment_too_large"),
        (pictures.PDF + bytes(LARGEST * 5), 413, "attachment_too_large"),
    ],
    ids=["nothing", "program", "drawing", "cut off", "too large", "far too large", "without end"],
)
def test_what_cannot_be_taken_is_named_and_leaves_nothing(
    operator: Desk, number: str, house: House, content: bytes, status: int, code: str
) -> None:
    """A problem that says what to do; no fact and no file."""
    before = house.hotline.position()
    answer = send(operator, number, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert house.hotline.position() == before
    assert files(house) == []


def test_a_body_that_is_no_form_is_refused(operator: Desk, number: str) -> None:
    """JSON, a form without a boundary, a form without a file, two files: each by name."""
    path = f"{API}/tickets/{number}/attachments"
    assert operator.web.post(path, json={}, headers=operator.headers).json()["code"] == "multipart_needed"
    for kind, body in (("multipart/form-data", b"x"), ("multipart/form-data; boundary=b", b"no form")):
        answer = operator.web.post(path, content=body, headers={**operator.headers, "Content-Type": kind})
        assert (answer.status_code, answer.json()["code"]) == (422, "attachment_missing")
    other = operator.web.post(path, files={"photo": ("a.jpg", PHOTO)}, headers=operator.headers)
    assert other.json()["code"] == "attachment_missing"
    two = [("file", ("a.jpg", PHOTO)), ("file", ("b.jpg", PHOTO))]
    assert operator.web.post(path, files=two, headers=operator.headers).json()["code"] == "attachment_missing"


def test_a_lost_reply_attaches_once(operator: Desk, number: str, house: House) -> None:
    """Sent again with its key it is one attachment, told of alike; another file under that key is refused."""
    first, again = (send(operator, number, Idempotency_Key="k-1") for _ in range(2))
    assert first.json() == again.json()
    assert send(operator, number, pictures.PDF, Idempotency_Key="k-1").json()["code"] == "key_reused"
    assert len(files(house)) == 1


def test_only_so_many_and_only_while_it_is_open(operator: Desk, number: str, house: House) -> None:
    """The twenty-first is refused, and none is taken once the ticket is over."""
    ticket = house.hotline.find(number)
    assert ticket is not None
    by = house.accounts.actor_of_token(operator.headers["Authorization"].removeprefix("Bearer "))
    assert by is not None
    for _ in range(MOST):
        house.hotline.handle(Attach(attachment=uuid4(), kind="pdf", size=1), on=ticket, by=by)
    assert send(operator, number).json()["code"] == "too_many_attachments"
    closed = operator.receive().json()["number"]
    operator.done(closed, "void", kind="silent")
    assert send(operator, closed).json()["code"] == "over"
    assert files(house) == []


def test_the_part_decides_for_units(
    operator: Desk, dispatcher: Desk, desk_of: Callable[..., Desk], number: str, house: House
) -> None:
    """A clerk whose unit has a part attaches and reads; for any other the ticket is not there; a dispatcher reads only."""
    lead, other, *_ = district_units(house)
    operator.done(number, "classify", type="complaint", category=leaf(house))
    dispatcher.done(number, "dispatch", lead=lead)
    photo = attached(operator, number)
    clerk, stranger = desk_of(Role.UNIT_CLERK, unit=lead), desk_of(Role.UNIT_CLERK, unit=other)
    assert clerk.get(f"/tickets/{number}/attachments/{photo}").status_code == 200
    assert attached(clerk, number, content=pictures.PDF)
    for answer in (send(stranger, number), stranger.get(f"/tickets/{number}/attachments/{photo}")):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert send(dispatcher, number).json()["code"] == "wrong_role"
    assert dispatcher.get(f"/tickets/{number}/attachments/{photo}").status_code == 200
    nothing = clerk.get(f"/tickets/{number}/attachments/{uuid4()}")
    assert (nothing.status_code, nothing.json()["code"]) == (404, "no_such_attachment")
    assert desk_of(Role.ANALYST).get(f"/tickets/{number}/attachments/{photo}").status_code == 403


def test_a_protected_callers_photo_takes_what_his_words_take(
    operator: Desk, desk_of: Callable[..., Desk], house: House
) -> None:
    """On a confidential ticket a reviewer is given it after asking with a reason; the name of the file is hidden too."""
    number = operator.receive(confidential=True).json()["number"]
    photo = attached(operator, number)
    reviewer = desk_of(Role.REVIEWER)
    hidden = reviewer.get(f"/tickets/{number}/attachments/{photo}")
    assert (hidden.status_code, hidden.json()["code"]) == (403, "attachment_hidden")
    assert reviewer.ticket(number)["attachments"][0]["name"] is None
    assert reviewer.ticket(number)["attachments"][0]["shown"] is False
    assert reviewer.post(f"/tickets/{number}/unmask", {"fields": ["text"], "reason": "核对"}).status_code == 200
    assert reviewer.get(f"/tickets/{number}/attachments/{photo}").status_code == 200


def test_a_citizen_sends_and_sees_his_own(web: TestClient, operator: Desk, house: House) -> None:
    """With the code he attaches, lists and gets back what he sent, and nothing that others added; a wrong code does not."""
    filed = file(web, house).json()
    number, code = filed["number"], {"Query-Code": filed["query_code"]}
    path = f"{TICKETS}/{number}/attachments"
    sent = web.post(path, files={"file": ("门口.png", pictures.png())}, headers=code)
    house.catch_up()
    assert sent.status_code == 201, sent.text
    staffs = attached(operator, number)
    seen = web.get(f"{TICKETS}/{number}", headers=code).json()
    assert [(one["id"], one["name"]) for one in seen["attachments"]] == [(sent.json()["attachment"], "门口.png")]
    assert "attach" in seen["allowed"]
    own = web.get(f"{path}/{sent.json()['attachment']}", headers=code)
    assert own.content == without_traces(pictures.png(), "png")
    assert web.get(f"{path}/{staffs}", headers=code).json()["code"] == "no_such_attachment"
    wrong = {"Query-Code": "AAAAAAAA"}
    for answer in (
        web.post(path, files={"file": ("a", PHOTO)}, headers=wrong),
        web.get(f"{path}/{staffs}", headers=wrong),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_ticket")


def test_nobody_elses_body_is_larger_than_before(operator: Desk, number: str) -> None:
    """The larger limit is that of attachments alone."""
    assert operator.post("/tickets", {**REQUEST, "text": "长" * 300_000}, Idempotency_Key="k").status_code == 413
    assert operator.post(f"/tickets/{number}/note", {"text": "长" * 300_000}).status_code == 413


def test_both_stores_keep_it(web: TestClient, open_house: Callable[..., House], store_url: str) -> None:
    """On SQLite and on PostgreSQL: attached, read back after another process opened the house."""
    from tests.workers.acting import OPERATOR, receive
    from workers.attachments import label_of

    house = open_house(store=store_url)
    ticket, made = receive(house).stream, UUID(int=7)
    house.attachments.put(ticket, made, house.vault.seal_bytes(ticket, label_of(made), PHOTO), house.now())
    house.hotline.handle(Attach(attachment=made, kind="jpeg", size=len(PHOTO), name="a.jpg"), on=ticket, by=OPERATOR)
    house.attachments.settle(ticket, made)
    again = open_house(store=store_url)
    sealed = again.attachments.get(ticket, made)
    assert sealed is not None
    assert again.vault.unseal_bytes(ticket, label_of(made), sealed) == PHOTO
    state = again.hotline.ticket(ticket)
    assert state is not None
    assert state.attached == 1
