"""A store that an earlier commit wrote, followed by today's views."""

import shutil
from pathlib import Path
from uuid import UUID

from hotline.application import Hotline
from hotline.rules import load
from hotline.vault import Vault
from projections import board, dossier
from projections.follow import catch_up
from projections.registry import VIEWS
from projections.view import Views
from tests.support.clock import SettableClock

OLD_STORE = Path(__file__).parents[1] / "data" / "store-2026-11-22.sqlite"


def test_every_view_follows_a_log_with_facts_of_an_older_shape(
    views: Views, vault: Vault, clock: SettableClock, tmp_path: Path
) -> None:
    """To its end; the claims of the first version stand in the dossier in today's words."""
    shutil.copy(OLD_STORE, tmp_path / "old.sqlite")
    hotline = Hotline(f"sqlite:///{tmp_path}/old.sqlite", rules=load("sichuan-2025"), vault=vault, now=clock)
    try:
        for view in VIEWS.values():
            while catch_up(views, view, hotline.facts_after):
                pass
            assert views.position(view.name) == hotline.position() == 43
        rows = {row.ticket_id.int: row for row in board.every(views)}
        for nth, row in rows.items():
            ticket = hotline.ticket(UUID(int=nth))
            assert ticket is not None
            assert (row.state, row.version) == (ticket.state, ticket.version)
        assert sorted(rows) == [1, 2, 3, 4]
        told = dossier.find(views, UUID(int=2))
        assert told is not None
        assert '"unresolved"' in told.model_dump_json()
    finally:
        hotline.close()
