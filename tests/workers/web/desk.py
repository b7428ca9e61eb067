"""Somebody at work over the API: reads a ticket, and acts on it with the version he has read."""

from typing import Any
from uuid import uuid4

from fastapi.testclient import TestClient

from workers.compose import House

API = "/api/v1"
NAME, PHONE, TEXT = "欧阳测试", "13812345678", "我家楼下的试验用锅炉房半夜冒烟"
"""Made up, and seen to be."""

REQUEST: dict[str, Any] = {
    "channel": "phone",
    "text": TEXT,
    "caller": {"name": NAME, "phone": PHONE},
    "contact_preference": "text",
    "place": {"address": "样例路 12 号 3 单元"},
}


class Desk:
    """One account's client.  The views are brought up to date after each write: no follower runs in these tests."""

    def __init__(self, web: TestClient, house: House, token: str) -> None:
        self.web, self.house = web, house
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **given: Any) -> Any:
        return self.web.get(API + path, headers={**self.headers, **given.pop("headers", {})}, **given)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.web.post(API + path, json=body, headers={**self.headers, **named})
        self.house.catch_up()
        return answer

    def receive(self, key: str | None = None, **changes: Any) -> Any:
        return self.post("/tickets", {**REQUEST, **changes}, Idempotency_Key=key or str(uuid4()))

    def ticket(self, number: str) -> dict[str, Any]:
        answer = self.get(f"/tickets/{number}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def act(self, number: str, action: str, **body: Any) -> Any:
        """An action on the ticket as it stands now."""
        tag = self.get(f"/tickets/{number}").headers.get("ETag", '"1"')
        return self.post(f"/tickets/{number}/{action}", body, If_Match=tag)

    def done(self, number: str, action: str, **body: Any) -> dict[str, Any]:
        """An action that must succeed."""
        answer = self.act(number, action, **body)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


def leaf(house: House) -> list[str]:
    """Some category, as a path."""
    return list(house.rules.category_path(next(c for c, entry in house.rules.categories.items() if entry.parent)))


def district_units(house: House) -> list[str]:
    """Units of one district, to be lead and co-handlers."""
    units = house.rules.units.values()
    district = next(u.district for u in units if u.tier == "district")
    return [u.id for u in units if u.tier == "district" and u.district == district and not u.government]
