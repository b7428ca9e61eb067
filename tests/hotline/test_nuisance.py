"""The nuisance ladder goes by the number that calls."""

import pytest

from hotline.application import Hotline
from hotline.command import Refused
from hotline.ticket.answering import Void
from hotline.ticket.receiving import Caller
from hotline.vault import Vault
from tests import tickets as t


def taken(hotline: Hotline, caller: Caller, **told: str) -> None:
    hotline.receive(t.received(caller=caller, **told), by=t.OPERATOR)


def nuisance(hotline: Hotline, times: int, name: str, phone: str) -> None:
    for _ in range(times):
        hotline.handle(
            Void(kind="nuisance"),
            on=hotline.receive(t.received(caller=Caller(name=name, phone=phone)), by=t.OPERATOR).stream,
            by=t.OPERATOR,
        )


def test_a_restriction_is_not_left_by_another_name(hotline: Hotline) -> None:
    """Given a number that is restricted, when it calls without a name, under another or with an extension, then it is refused as
    the look-up says, and heard in an emergency; another number is not touched."""
    nuisance(hotline, hotline.rules.nuisance.restrict_at, name="甲", phone="13800138000")
    assert hotline.restricted_until("+86 138-0013-8000") is not None
    for caller in (
        Caller(phone="13800138000"),
        Caller(name="乙", phone="138 0013 8000"),
        Caller(name="甲", phone="13800138000"),
    ):
        with pytest.raises(Refused, match="caller_restricted"):
            taken(hotline, caller)
        taken(hotline, caller, urgency="emergency")
    assert hotline.restricted_until("13800138001") is None
    taken(hotline, Caller(name="甲", phone="13800138001"))


def test_the_ladder_is_climbed_under_any_name(hotline: Hotline) -> None:
    """Given nuisance calls from one number, each under a new name, then the profile's step is reached as under one."""
    for nth in range(hotline.rules.nuisance.restrict_at):
        assert hotline.restricted_until("13800138000") is None
        nuisance(hotline, 1, name=f"甲{nth}", phone="13800138000")
    assert hotline.restricted_until("13800138000") is not None


def test_what_was_noted_of_a_person_before_holds_for_the_number(
    hotline: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a store in which the ladder stood under persons, then its restriction holds and its calls are counted."""
    with monkeypatch.context() as before:
        before.setattr(Vault, "line_of", lambda *_: None)
        nuisance(hotline, hotline.rules.nuisance.restrict_at - 1, name="甲", phone="13800138000")
        nuisance(hotline, hotline.rules.nuisance.restrict_at, name="丙", phone="13800138002")
    assert hotline.restricted_until("13800138002") is not None
    with pytest.raises(Refused, match="caller_restricted"):
        taken(hotline, Caller(name="丁", phone="13800138002"))
    assert hotline.restricted_until("13800138000") is None
    nuisance(hotline, 1, name="甲", phone="13800138000")
    assert hotline.restricted_until("13800138000") is not None
