"""The house, the application over it and the people at its desks, as in the tests of the web."""

from tests.workers.conftest import house, open_house
from tests.workers.web.conftest import app, desk_of, web

__all__ = ["app", "desk_of", "house", "open_house", "web"]
