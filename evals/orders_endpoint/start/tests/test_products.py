async def test_a_product_is_listed(client):
    created = await client.post("/products", json={"name": "Tea", "price": "3.50"})
    assert created.status_code == 201
    assert (await client.get("/products")).json() == [created.json()]


async def test_names_are_unique(client):
    await client.post("/products", json={"name": "Tea", "price": "3.50"})
    again = await client.post("/products", json={"name": "Tea", "price": "4.00"})
    assert again.status_code == 409


async def test_a_price_changes(client):
    await client.post("/products", json={"name": "Tea", "price": "3.50"})
    changed = await client.put("/products/1/price", params={"price": "4.00"})
    assert changed.json()["price"] == "4.00"
