import pytest
from httpx import AsyncClient

from app.main import app


@pytest.fixture
async def client():
    await app.router.startup()
    async with AsyncClient(app=app, base_url="http://test") as client:
        yield client
    await app.router.shutdown()


async def test_an_item_is_listed(client):
    item = {"sku": "A-1", "name": " Box ", "price": 2.5}
    added = await client.post("/items", json=item)
    assert added.status_code == 201
    assert added.json()["name"] == "Box"
    assert (await client.get("/items")).json() == [added.json()]
