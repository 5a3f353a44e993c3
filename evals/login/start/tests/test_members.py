async def test_an_address_signs_up_once(client):
    ada = {"email": "ada@example.com", "password": "correct horse"}
    assert (await client.post("/members", json=ada)).status_code == 201
    assert (await client.post("/members", json=ada)).status_code == 409
