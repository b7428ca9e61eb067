"""Any life of a ticket: thousands of random steps by everybody."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.ticket import facts as f
from hotline.ticket.actions import ACTIONS
from tests.lives import live


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_whatever_happens_the_rules_hold(seed: int) -> None:
    """Offers agree with guards and decisions, clocks with states, and the log with memory."""
    live(seed, 50)


def test_the_lives_lived_here_see_everything() -> None:
    """Or the promise above would promise little: sooner or later every action is taken, and nearly every fact told."""
    # The first two are where every life begins, the others need a new calendar, a quiet month and decades, or an expert.
    elsewhere = {
        "TicketReceived",
        "TicketRead",
        "DuesConfirmed",
        "TicketErased",
        "TicketArchived",
        "ExpertPickedUp",
        "ExpertLeft",
    }
    elsewhere |= {"HandOffArrived", "PingPongRaised"}  # these need two platforms that both go on living
    unseen = (set(ACTIONS) | {c.__name__ for c in f.TicketFact.__subclasses__()}) - elsewhere
    for seed in range(300):
        unseen -= set(live(seed, 80).seen)
        if not unseen:
            break
    assert not unseen
