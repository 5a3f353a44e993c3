"""Accounts: sign up, look up."""

import asyncio
import json

import pytest
from httpx import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from app.models import User
from clients import ADA, client_on, headers_of, sign_up

PRODUCTS = "/api/v1/products"


async def test_sign_up_answers_201_without_the_password(client: AsyncClient) -> None:
    response = await client.post("/api/v1/users", json=ADA)
    assert response.status_code == 201
    assert response.headers["Cache-Control"] == "no-store"
    body = response.json()
    assert body.keys() == {"id", "email", "full_name", "created_at"}
    assert (body["email"], body["full_name"]) == (ADA["email"], ADA["full_name"])
    assert body["created_at"].endswith("Z")


async def test_the_same_address_in_other_letters_answers_409(client: AsyncClient) -> None:
    await sign_up(client)
    response = await client.post("/api/v1/users", json=ADA | {"email": "ADA@Example.com"})
    assert response.status_code == 409
    assert response.json() == {"error": "Email taken"}


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"password": "x" * 7}, 422),
        ({"password": "x" * 8}, 201),
        ({"password": "\N{PILE OF POO}" * 128}, 201),
        ({"password": "\N{PILE OF POO}" * 129}, 422),
        ({"password": "NUL \u0000 and more"}, 422),
        ({"password": "half a pair \ud83d"}, 422),
        ({"full_name": ""}, 422),
        ({"full_name": "x"}, 201),
        ({"full_name": "\N{CJK UNIFIED IDEOGRAPH-4E00}" * 100}, 201),
        ({"full_name": "x" * 101}, 422),
        ({"full_name": "NUL \u0000"}, 422),
        ({"full_name": "half a pair \ud83d"}, 422),
        ({"email": "\ud83d@example.com"}, 422),
        ({"email": "not an address"}, 422),
        ({"email": "x" * 250 + "@example.com"}, 422),
    ],
)
async def test_sign_up_takes_what_the_database_can_hold(
    client: AsyncClient, change: dict[str, str], status: int
) -> None:
    body = json.dumps(ADA | change)  # in ASCII: httpx would refuse to send half a pair
    headers = {"Content-Type": "application/json"}
    response = await client.post("/api/v1/users", content=body, headers=headers)
    assert response.status_code == status


async def test_a_sequence_that_is_behind_its_table_is_no_fault_of_the_client(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after rows were copied into it: of a 409 to each sign-up nobody would be told."""
    engine = create_async_engine(own_postgres_url)
    async with client_on(own_postgres_url, monkeypatch) as client:
        await sign_up(client)
        token = await headers_of(client)
        product = {"name": "Lamp", "price": 1}
        assert (await client.post(PRODUCTS, json=product, headers=token)).status_code == 201
        async with engine.begin() as connection:
            for table in ("users", "products"):
                await connection.execute(text(f"SELECT setval('{table}_id_seq', 1, false)"))
        other = await client.post("/api/v1/users", json=ADA | {"email": "b@example.com"})
        assert other.status_code == 500
        answer = await client.post(PRODUCTS, json=product, headers=token)
        assert answer.status_code == 500
    await engine.dispose()


async def test_another_constraint_is_no_taken_address_and_no_owner_that_is_gone(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was added later, say: the client would be told what is not so."""
    engine = create_async_engine(own_postgres_url)
    async with client_on(own_postgres_url, monkeypatch) as client:
        await sign_up(client)
        token = await headers_of(client)
        async with engine.begin() as connection:
            for table, column in (("users", "full_name"), ("products", "name")):
                check = f"CHECK ({column} <> 'bad')"
                await connection.execute(text(f"ALTER TABLE {table} ADD {check} NOT VALID"))
        other = ADA | {"email": "b@example.com", "full_name": "bad"}
        assert (await client.post("/api/v1/users", json=other)).status_code == 500
        product = {"name": "bad", "price": 1}
        assert (await client.post(PRODUCTS, json=product, headers=token)).status_code == 500
    await engine.dispose()


async def test_of_simultaneous_sign_ups_one_wins_and_the_others_get_409(
    committing_client: AsyncClient,
) -> None:
    answers = await asyncio.gather(
        *(committing_client.post("/api/v1/users", json=ADA) for _ in range(10))
    )
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9


async def test_one_sees_oneself(client: AsyncClient) -> None:
    ada = await sign_up(client)
    response = await client.get(f"/api/v1/users/{ada['id']}", headers=await headers_of(client))
    assert (response.status_code, response.json()) == (200, ada)


async def test_a_stranger_gets_403_whether_the_account_exists_or_not(client: AsyncClient) -> None:
    ada = await sign_up(client)
    await sign_up(client, email="eve@example.com")
    eve = await headers_of(client, email="eve@example.com")
    existing = await client.get(f"/api/v1/users/{ada['id']}", headers=eve)
    missing = await client.get("/api/v1/users/999999", headers=eve)
    assert existing.status_code == missing.status_code == 403
    assert existing.json() == missing.json()


async def test_an_admin_sees_everybody_and_gets_404_for_nobody(
    client: AsyncClient, session: AsyncSession
) -> None:
    ada = await sign_up(client)
    root = await sign_up(client, email="root@example.com")
    user = await session.get_one(User, root["id"])
    user.is_admin = True
    await session.commit()
    admin = await headers_of(client, email="root@example.com")
    assert (await client.get(f"/api/v1/users/{ada['id']}", headers=admin)).json() == ada
    missing = await client.get("/api/v1/users/999999", headers=admin)
    assert (missing.status_code, missing.json()) == (404, {"error": "User not found"})


@pytest.mark.parametrize("user_id", ["0", "-1", "2147483648", "9" * 30, "1e3", "%00", "ada", "1.5"])
async def test_an_id_that_cannot_exist_answers_422(client: AsyncClient, user_id: str) -> None:
    await sign_up(client)
    response = await client.get(f"/api/v1/users/{user_id}", headers=await headers_of(client))
    assert response.status_code == 422
