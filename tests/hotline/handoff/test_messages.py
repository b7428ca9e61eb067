"""The wire format: what is written is read again, and what is wrong is named without repeating what stood in it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from hotline.command import Refused
from hotline.handoff import messages as m

ID = UUID("6f1c2f5e-3c1d-4b39-9a5e-0d6f3d2c1b0a")
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
HEAD: dict[str, Any] = {"handoff_id": ID, "sender": "12345-chengdu", "to": "110", "seq": 1, "at": AT}
BACK = HEAD | {"sender": "110", "to": "12345-chengdu"}
OFFER = m.Offer(
    **HEAD,
    body=m.OfferBody(
        way="push",
        matter=m.Matter(text="路口有人斗殴", caller=m.Person(phone="13800000000")),
        number="26030200000012",
        first_received_by="12345-chengdu",
    ),
)
EACH = (
    OFFER,
    m.Recall(**HEAD, body=m.Reasoned(reason="来电人自行解决")),
    m.Confirmed(**HEAD),
    m.Recalled(**HEAD),
    m.Received(**BACK),
    m.Accept(**BACK, body=m.AcceptBody(reference="JJ-2026-0001")),
    m.Dispute(**BACK, body=m.Reasoned(reason="属城管职责")),
    m.Progress(**BACK, body=m.ProgressBody(words="民警已到现场")),
    m.Result(**BACK, body=m.ResultBody(words="已调解", outcome="done")),
)


@pytest.mark.parametrize("message", EACH, ids=lambda message: message.kind)
def test_what_is_written_is_read_again(message: m.Message) -> None:
    """Every kind, to the same message and the same bytes."""
    assert m.read(m.write(message)) == message
    assert m.write(m.read(m.write(message))) == m.write(message)


def test_every_kind_has_a_side_that_may_send_it() -> None:
    """Only a dispute may come from either."""
    assert {message.kind for message in EACH} == m.BY_OFFERER | m.BY_RECEIVER
    assert frozenset({"dispute"}) == m.BY_OFFERER & m.BY_RECEIVER


def test_a_message_has_one_name() -> None:
    """Of hand-off, sender and number."""
    assert OFFER.message_id == f"{ID}:12345-chengdu:1"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"spec": "handoff/2"}, "spec"),
        ({"seq": 0}, "seq"),
        ({"seq": "1"}, "seq"),
        ({"at": 1772413200}, "at"),
        ({"at": "2026-03-02T09:00:00"}, "at"),
        ({"sender": "12 345"}, "sender"),
        ({"kind": "steal"}, "body"),
        ({"note": "更多"}, "note"),
    ],
)
def test_what_is_not_of_the_form_is_refused_by_field(change: dict[str, object], field: str) -> None:
    """Named after the field, and nothing of the matter is repeated."""
    written = from_json(m.write(OFFER)) | change
    with pytest.raises(Refused) as refused:
        m.read(to_json(written))
    assert refused.value.code == "message_malformed"
    assert field in refused.value.details["fields"]
    assert "斗殴" not in str(refused.value.details)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"null", b"\xff", b'{"kind": "offer"}'])
def test_what_is_no_message_is_refused(raw: bytes) -> None:
    """Whatever arrives, the answer is the named refusal."""
    with pytest.raises(Refused, match="message_malformed"):
        m.read(raw)


def test_a_message_cannot_be_changed() -> None:
    """Once built it stays what it is."""
    with pytest.raises(ValidationError):
        OFFER.seq = 2  # type: ignore[misc]
