"""How the databases beside the log are reached."""

from projections.database import connect


def test_views_on_postgresql_stand_in_their_schema_and_do_not_wait_for_the_disk(postgres_url: str) -> None:
    """Given an address that names the schema of the views, both hold: where their tables are, and how they are committed."""
    url = f"{postgres_url}?options=-csearch_path%3Dhotline_views%20-csynchronous_commit%3Don"
    for synchronous, waits in (("NORMAL", "off"), ("FULL", "on")):
        engine = connect(url, synchronous=synchronous)  # type: ignore[arg-type]
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SHOW search_path").scalar() == "hotline_views"
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == waits
        engine.dispose()
