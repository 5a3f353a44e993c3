import pytest


@pytest.fixture
async def tea(client):
    created = await client.post("/products", json={"name": "Tea", "price": "3.50"})
    return created.json()["id"]


def order_of(*lines):
    return {
        "customer": "ada@example.com",
        "lines": [{"product_id": product, "quantity": quantity} for product, quantity in lines],
    }


async def test_an_order_keeps_its_price(client, tea):
    created = await client.post("/orders", json=order_of((tea, 2)))
    assert created.status_code == 201
    assert created.json()["total"] == "7.00"
    await client.put(f"/products/{tea}/price", params={"price": "9.00"})
    assert (await client.get("/orders/1")).json() == created.json()


async def test_no_such_product(client, tea):
    refused = await client.post("/orders", json=order_of((tea, 1), (99, 1)))
    assert refused.status_code == 404
    assert (await client.get("/orders/1")).status_code == 404


@pytest.mark.parametrize("quantity", [0, -1, 2**63])
async def test_bad_quantities(client, tea, quantity):
    refused = await client.post("/orders", json=order_of((tea, quantity)))
    assert refused.status_code == 422
