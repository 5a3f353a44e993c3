import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient

from app.main import app


@pytest.fixture
async def client():
    async with LifespanManager(app) as manager:
        transport = ASGITransport(app=manager.app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


async def test_an_item_is_listed(client):
    item = {"sku": "A-1", "name": " Box ", "price": 2.5}
    added = await client.post("/items", json=item)
    assert added.status_code == 201
    assert added.json()["name"] == "Box"
    assert added.json()["price"] == 2.5
    assert (await client.get("/items")).json() == [added.json()]
