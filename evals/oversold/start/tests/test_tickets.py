import os
import tempfile

os.environ["DATABASE_URL"] = f"sqlite+aiosqlite:///{tempfile.mkdtemp()}/test.db"

from fastapi.testclient import TestClient

from app.main import app


def test_tickets_are_sold_until_none_are_left() -> None:
    with TestClient(app) as client:
        concert = client.post("/concerts", json={"seats": 3}).json()
        tickets = f"/concerts/{concert['id']}/tickets"
        assert client.post(tickets, json={"buyer": "ada", "seats": 2}).status_code == 201
        assert client.post(tickets, json={"buyer": "bo", "seats": 2}).status_code == 409
        assert client.get(f"/concerts/{concert['id']}").json()["seats_left"] == 1
