"""The city that is measured is one that could be: its tickets open, and the hotline's own check finds nothing."""

from pathlib import Path

import pytest

from hotline.ticket.facts import TicketReceived
from tests.bench.city import migrated
from tests.bench.fill import fill, month
from tests.support.nats import NatsServer
from workers.check import findings


@pytest.mark.slow
def test_a_filled_city_is_in_order(postgres_url: str, nats_server: NatsServer, tmp_path: Path) -> None:
    """Every ticket has its number, code, key and caller, and no log, view or vault contradicts another."""
    lived = month(tmp_path / "month", 20)
    house = migrated(tmp_path, postgres_url)
    try:
        codes = fill(house, lived, 3, nats_server.url)
        house.catch_up()

        assert len(codes) == 60
        for proof in codes:
            ticket = house.hotline.find(proof.number)
            assert ticket is not None
            opening = house.hotline.opening(ticket)
            assert opening is not None
            assert isinstance(opening.fact, TicketReceived)
            assert opening.fact.access.code == house.hotline.code_hash(proof.number, proof.code)
            assert opening.fact.text is None or house.vault.unseal(ticket, "received.text", opening.fact.text)
        assert list(findings(house)) == []
    finally:
        house.close()
