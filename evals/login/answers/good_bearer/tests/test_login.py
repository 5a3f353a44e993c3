import pytest

ADA = {"email": "ada@example.com", "password": "correct horse"}


@pytest.fixture
async def member(client):
    return (await client.post("/members", json=ADA)).json()


async def log_in(client, password):
    return await client.post("/token", data={"username": ADA["email"], "password": password})


async def test_the_right_password_gives_a_token(client, member):
    token = (await log_in(client, ADA["password"])).json()["access_token"]
    answered = await client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert answered.json() == member


async def test_the_wrong_password_gives_none(client, member):
    assert (await log_in(client, "wrong horse")).status_code == 401


@pytest.mark.parametrize("token", ["", "x.y.z"])
async def test_other_tokens_are_refused(client, member, token):
    answered = await client.get("/me", headers={"Authorization": f"Bearer {token}"})
    assert answered.status_code == 401
