"""The year that rates are measured over is one that the scoreboard could hold."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from hotline.rates.catalogue import load
from hotline.rates.outcome import ASPECTS, FACETS
from hotline.rates.question import Asked
from projections import described
from projections.rates import snapshot
from projections.view import Views
from tests.bench import year
from tests.bench.rates_moments import Silent

TICKETS = 2_000


@pytest.mark.slow
def test_a_drawn_year_holds_together(postgres_url: str) -> None:
    """Every facet has a value that exists, sums are those of the rows, and the bulletin's month has its counts."""
    views = Views.open(postgres_url)
    views.migrate()
    try:
        year.draw(views, TICKETS)
        facets = ", ".join(name for name in FACETS if name in described.V_TICKET.names)

        with views.engine.connect() as connection:
            count = connection.scalar(text("SELECT count(*) FROM v_ticket"))
            odd = connection.scalar(text(f"SELECT count(*) FROM v_ticket WHERE num_nulls({facets}) > 0"))
            found = connection.execute(
                text(
                    "SELECT sum(n), count(DISTINCT facets) FROM scoreboard_v1_sums WHERE \"by\" = 'all' AND grain = :grain"
                    " AND aspect = 'intake'"
                ),
                {"grain": "day"},
            ).one()
            rows = connection.execute(
                text(
                    f"SELECT count(*), count(DISTINCT facets & {ASPECTS['intake'].mask}) FROM scoreboard_v1_rows"
                    " WHERE kind = 'ticket'"
                )
            ).one()
        last = year.NOVEMBER + timedelta(days=29)
        catalogue = load()
        formula = catalogue.find("satisfaction.silence_counts", last)
        with snapshot(views, Silent(), catalogue) as board:
            told = board.answer(formula, Asked(year.NOVEMBER, last), datetime.now(UTC))
    finally:
        views.close()

    assert count == TICKETS + year.CLOSED
    assert odd == 0
    assert tuple(found) == tuple(rows)
    assert (told.total.percent, told.total.denominator) == ("94.00", year.CLOSED)
