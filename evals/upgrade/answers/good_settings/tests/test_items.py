import pytest
from fastapi.testclient import TestClient

from app.main import app


@pytest.fixture
def client():
    with TestClient(app) as client:
        yield client


def test_an_item_is_listed(client):
    added = client.post("/items", json={"sku": 1, "name": " Box ", "price": 2.5})
    assert added.status_code == 201
    assert added.json()["name"] == "Box"
    assert client.get("/items").json() == [added.json()]
