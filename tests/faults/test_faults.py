"""A short seeded slice of what `make soak` does at length: a whole hotline under faults, and nothing lost."""

import pytest

from tests.faults.run import Plan, Report, run
from tests.faults.soak import caught, plan_of
from tests.support.missing import missing
from tests.support.postgres import find_binaries

pytestmark = [pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(290)]


@pytest.fixture(scope="module")
def slice_() -> Report:
    """Every kind of fault once, in the order that this seed gives."""
    if find_binaries() is None:
        missing("PostgreSQL", "Install Debian's `postgresql` (`make test` does it as root).")
    return run(Plan(seed=12345, faults=36, pace=0.3))


def test_nothing_is_lost_doubled_or_told(slice_: Report) -> None:
    """After kills, cuts, pauses and losses of every kind each invariant holds, and all went on within 15 s."""
    assert slice_.sound, str(slice_)
    assert slice_.figures["kills"] >= 14, str(slice_)  # type: ignore[operator]


def test_the_checks_see_what_they_are_for() -> None:
    """Acknowledging a message before its effect is noticed: a notice is missing."""
    assert caught(run(plan_of("ack_before_effect", seed=1)))
