"""Open pages are told by a real server over a real connection."""

from collections.abc import Callable, Iterator
from threading import Event, Thread
from uuid import uuid4

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI

from projections.follow import Follower
from projections.registry import VIEWS
from tests.support.watching import eventually
from tests.workers.web.desk import API
from workers.compose import House


@pytest.fixture
def address(app: FastAPI, house: House, free_port: Callable[[], int]) -> Iterator[str]:
    """Where the application listens; its views are followed."""
    stop, port = Event(), free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, access_log=False, log_level="warning"))
    threads = [Thread(target=server.run, daemon=True)]
    follower = Follower(house.views, house.hotline, *VIEWS.values())
    threads.append(Thread(target=follower.run, args=(stop,), daemon=True))
    for thread in threads:
        thread.start()
    eventually(lambda: server.started, within=20, what="the server listens")
    yield f"http://127.0.0.1:{port}"
    app.state.news.close()
    server.should_exit = True
    stop.set()
    for thread in threads:
        thread.join(10)


def test_an_open_page_is_told(address: str, app: FastAPI, house: House) -> None:
    """A stream tells the present version at once, the next when the ticket moves, and ends when the server does;
    without the code there is none.  Opening it is one look on record, however much it tells."""
    with httpx2.Client(base_url=address, timeout=20) as web:
        key = {"Idempotency-Key": str(uuid4())}
        filed = web.post(f"{API}/public/requests", json={"text": "路灯不亮"}, headers=key).json()
        path, code = f"{API}/public/tickets/{filed['number']}", {"Query-Code": filed["query_code"]}
        assert web.get(f"{path}/events", headers={"Query-Code": "AAAAAAAA"}).status_code == 404

        with web.stream("GET", f"{path}/events", headers=code) as stream:
            lines = (line for line in stream.iter_lines() if line.startswith("id:"))
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert next(lines) == "id: 2"
            with httpx2.Client(base_url=address) as other:
                assert other.post(f"{path}/urge", headers=code).status_code == 200
            assert next(lines) == "id: 3"
            app.state.news.close()
            assert next(lines, None) is None
        (look,) = house.access.of_ticket(house.hotline.find(filed["number"]) or uuid4())
        assert (look.who, look.what) == ("citizen", "progress")
