"""Ownership: what is not yours is not there, to the byte."""

import asyncio

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import create_engine, create_tables
from app.models import Base, Product, User
from app.schemas.own_product import ProductChange
from app.services.own_products import ProductNotFoundError, change_own, delete_own
from clients import headers_of, sign_up
from patience import patient

URL = "/api/v1/products"
LAMP = {"name": "Lamp", "price": "1.00"}
EVE = "eve@example.com"
CALLS = [("GET", None), ("PATCH", {"name": "Mine"}), ("DELETE", None)]


@pytest.fixture
async def lamp(client: AsyncClient) -> str:
    """The URL of Ada's lamp."""
    await sign_up(client)
    answer = await client.post(URL, json=LAMP, headers=await headers_of(client))
    return f"{URL}/{answer.json()['id']}"


async def call(client: AsyncClient, method: str, url: str, body: object, email: str) -> Response:
    """Do something as somebody."""
    headers = await headers_of(client, email)
    return await client.request(method, url, json=body, headers=headers)


async def test_its_owner_reads_changes_and_deletes_it(client: AsyncClient, lamp: str) -> None:
    headers = await headers_of(client)
    assert (await client.get(lamp, headers=headers)).json()["name"] == "Lamp"
    for change in ({"name": "Torch"}, {"price": "2"}, {}):
        answer = await client.patch(lamp, json=change, headers=headers)
        assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["price"]) == ("Torch", "2.00")
    assert (await client.delete(lamp, headers=headers)).status_code == 204
    assert (await client.get(lamp, headers=headers)).status_code == 404


@pytest.mark.parametrize(("method", "body"), CALLS)
async def test_a_stranger_cannot_tell_it_from_one_that_is_not_there(
    client: AsyncClient, lamp: str, method: str, body: object
) -> None:
    await sign_up(client, EVE)
    foreign = await call(client, method, lamp, body, EVE)
    missing = await call(client, method, f"{URL}/2147483647", body, EVE)
    assert foreign.status_code == missing.status_code == 404
    assert foreign.content == missing.content
    assert (await client.get(lamp, headers=await headers_of(client))).json()["name"] == "Lamp"


async def test_a_strangers_change_touches_nothing(session: AsyncSession, lamp: str) -> None:
    """Even where nobody rolls back."""
    product_id = int(lamp.removeprefix(f"{URL}/"))
    with pytest.raises(ProductNotFoundError):
        await change_own(session, User(id=0), product_id, ProductChange(name="Mine"))
    assert (await session.scalars(select(Product.name))).all() == ["Lamp"]


async def test_each_lists_their_own(client: AsyncClient, lamp: str) -> None:
    await sign_up(client, EVE)
    assert (await call(client, "GET", f"{URL}/own", None, EVE)).json() == []
    [own] = (await client.get(f"{URL}/own", headers=await headers_of(client))).json()
    assert own["name"] == "Lamp"


async def test_an_admin_sees_all(client: AsyncClient, session: AsyncSession, lamp: str) -> None:
    await sign_up(client, EVE)
    await session.execute(update(User).where(User.email == EVE).values(is_admin=True))
    await session.commit()
    for method, body in [("GET", None), ("PATCH", {"name": "Better"}), ("DELETE", None)]:
        assert (await call(client, method, lamp, body, EVE)).is_success


@pytest.mark.parametrize("change", [{"name": None}, {"name": ""}, {"price": None}, {"price": -1}])
async def test_a_change_to_nothing_is_refused(
    client: AsyncClient, lamp: str, change: dict[str, object]
) -> None:
    answer = await client.patch(lamp, json=change, headers=await headers_of(client))
    assert answer.status_code == 422


@pytest.mark.parametrize(("method", "body"), CALLS)
async def test_without_a_token_nothing_is_said(
    client: AsyncClient, lamp: str, method: str, body: object
) -> None:
    assert (await client.request(method, lamp, json=body)).status_code == 401


async def test_a_change_while_it_is_deleted_finds_nothing(own_postgres_url: str) -> None:
    """A row that is read, then changed by its id alone, would be a 500."""
    engine = create_engine(own_postgres_url, 2)
    async with engine.begin() as connection:
        await create_tables(connection, Base.metadata)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        ada = User(id=1, email="ada@example.com", full_name="Ada", password_hash="")
        session.add_all([ada, Product(id=1, name="Lamp", price=1, owner=ada)])
        await session.commit()
    async with AsyncSession(engine) as first, AsyncSession(engine) as second:
        await delete_own(first, ada, 1)
        task = asyncio.create_task(change_own(second, ada, 1, ProductChange(name="Torch")))
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        async with asyncio.timeout(patient(15)):
            while not await first.scalar(waiting):
                await first.execute(text("SELECT pg_sleep(0.01)"))
        await first.commit()
        with pytest.raises(ProductNotFoundError):
            await task
    await engine.dispose()
