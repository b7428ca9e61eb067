"""Where a ticket stands, told by the rules' own state and by what the views remember."""

import pytest

from hotline.ticket.evolving import evolve
from hotline.ticket.ticket import Ticket
from projections.standing import START, is_over, lead_of, moved
from projections.view import Doc
from tests.projections.lives import life


@pytest.mark.parametrize("seed", range(400, 440))
def test_views_and_rules_agree_after_every_fact(seed: int) -> None:
    """State, parts and lead are the same for those who decide and for those who look, at every step of any life."""
    ticket: Ticket | None = None
    doc: Doc = {}
    for recorded in life(seed):
        ticket = evolve(ticket, recorded)
        assert ticket is not None
        doc = dict(START) if not doc else {**doc, **moved(doc, recorded)}
        assert doc["state"] == ticket.state.value, recorded.fact.TOPIC
        assert doc["back_to"] == (ticket.back_to.value if ticket.back_to else None), recorded.fact.TOPIC
        assert is_over(doc) == ticket.over
        parts = {
            (a.id, a.unit, a.role, a.parent, a.state, a.settled, a.returns, a.contacts)
            for a in ticket.assignments.values()
        }
        assert parts == {
            (p["id"], p["unit"], p["role"], p["parent"], p["state"], p["settled"], p["returns"], p["contacts"])
            for p in doc["parts"].values()
        }, recorded.fact.TOPIC
        lead = lead_of(doc)
        assert (lead["id"] if lead else None) == (ticket.lead.id if ticket.lead else None)
