"""All views by name."""

from collections.abc import Mapping
from types import MappingProxyType

from projections import (
    board_view,
    calls,
    consultations,
    custody,
    dossier,
    due_list,
    handoffs,
    knowledge,
    progress,
    readings,
    scoreboard,
    seats,
)
from projections.view import View

VIEWS: Mapping[str, View] = MappingProxyType(
    {
        view.name: view
        for view in (
            board_view.VIEW,
            dossier.VIEW,
            progress.VIEW,
            due_list.VIEW,
            seats.VIEW,
            consultations.VIEW,
            knowledge.VIEW,
            custody.VIEW,
            handoffs.VIEW,
            calls.VIEW,
            readings.VIEW,
            scoreboard.VIEW,
        )
    }
)
