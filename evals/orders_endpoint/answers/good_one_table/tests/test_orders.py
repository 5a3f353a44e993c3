async def test_orders(client):
    tea = (await client.post("/products", json={"name": "Tea", "price": "3.50"})).json()
    lines = [{"product_id": tea["id"], "quantity": 3}]
    new = {"customer": "ada@example.com", "lines": lines}
    placed = await client.post("/orders", json=new)
    assert placed.json() == {
        "id": 1,
        "customer": "ada@example.com",
        "lines": [{"product_id": 1, "quantity": 3, "price": "3.50"}],
        "total": 10.5,
    }
    assert (await client.get("/orders/1")).json() == placed.json()
    lines[0]["product_id"] = 2
    assert (await client.post("/orders", json=new)).status_code == 404
