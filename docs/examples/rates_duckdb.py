"""Two rates counted with DuckDB over exported outcomes: one that is published, and one that no formula of the hotline has.

    hotline export --what outcomes --format parquet --out DIR
    python docs/examples/rates_duckdb.py DIR 2026-03-01 2026-03-31

Needs `pip install duckdb`. DuckDB runs in memory; nothing is downloaded and nothing is written.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

# 满意率（只计已评价）, as in Chengdu's bulletin of March 2018 and the shipped formula `satisfaction.rated_only`:
# 1 − dissatisfied ÷ rated, by the day of closing. A ticket with several grounds of exclusion is left out once.
RATED_ONLY = """
    SELECT strftime(closed_day, '%Y-%m') AS month, coalesce(unit, '') AS unit,
           round(100.0 * count(*) FILTER (satisfied <> 'dissatisfied' AND rated AND counted)
                 / nullif(count(*) FILTER (rated AND counted), 0), 2) AS percent,
           count(*) FILTER (satisfied <> 'dissatisfied' AND rated AND counted) AS numerator,
           count(*) FILTER (rated AND counted) AS denominator,
           count(*) FILTER (NOT counted) AS excluded,
           count(*) FILTER (satisfied <> 'not_asked') AS asked,
           count(*) FILTER (rated) AS answered,
           count(*) AS closed
    FROM (SELECT *, satisfied NOT IN ('not_asked', 'silent') AS rated, excluded = '' AS counted FROM outcomes)
    WHERE kind = 'ticket' AND ended = 'closed' AND closed_day BETWEEN $start AND $until
    GROUP BY ALL ORDER BY ALL
"""

# Nobody publishes this one: of complaints and requests for help with a lead, how many were settled within five days, without
# a rework, with the caller saying so himself; what the caller was not asked is no success here.
SETTLED_AT_ONCE = """
    SELECT head, district,
           round(100.0 * count(*) FILTER (at_once) / count(*), 2) AS percent,
           count(*) FILTER (at_once) AS numerator, count(*) AS denominator
    FROM (SELECT *, reworks = 0 AND closed_at - received_at <= INTERVAL 5 DAYS AND resolved = 'resolved' AS at_once
          FROM outcomes)
    WHERE kind = 'ticket' AND ended = 'closed' AND type IN ('complaint', 'help') AND unit IS NOT NULL AND excluded = ''
          AND closed_day BETWEEN $start AND $until
    GROUP BY head, district ORDER BY percent DESC, head, district
"""


def open_outcomes(directory: Path) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory with the exported files as the table `outcomes`; tickets closed in a month may have come in earlier,
    so all months are read."""
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
    files = str(directory / "outcomes*.parquet").replace("'", "''")
    connection.execute(f"CREATE VIEW outcomes AS SELECT * FROM read_parquet('{files}')")
    return connection


def main() -> None:
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    directory, start, until = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    connection = open_outcomes(directory)
    for query in (RATED_ONLY, SETTLED_AT_ONCE):
        answer = connection.execute(query, {"start": start, "until": until})
        print("\t".join(column[0] for column in answer.description or ()))
        for row in answer.fetchall():
            print("\t".join("" if value is None else str(value) for value in row))
        print()


if __name__ == "__main__":
    main()
