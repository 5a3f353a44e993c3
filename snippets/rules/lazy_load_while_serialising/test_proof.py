"""Proof of lazy-load-while-serialising."""

import re
from types import ModuleType

import pytest
from fastapi.exceptions import ResponseValidationError
from httpx import ASGITransport, AsyncClient, Response
from pydantic import ValidationError
from sqlalchemy import select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import raiseload

pytestmark = pytest.mark.usefixtures("postgres_database")

# SQLAlchemy 2.0 says await_only()
MESSAGE = r"MissingGreenlet: greenlet_spawn has not been called; can't call await_(only)?\(\) here"


async def store_an_order(module: ModuleType) -> None:
    """Store an order of one item."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        await connection.execute(text("INSERT INTO orders VALUES (1)"))
        await connection.execute(text("INSERT INTO items VALUES (1, 1, 'pen')"))


async def list_orders(module: ModuleType) -> Response:
    """Ask for the orders."""
    await store_an_order(module)
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        return await client.get("/orders")


async def test_bad_fails_while_the_response_is_serialised(bad: ModuleType) -> None:
    with pytest.raises(ResponseValidationError) as caught:
        await list_orders(bad)
    [error] = caught.value.errors()
    assert (error["type"], error["loc"]) == ("get_attribute_error", ("response", 0, "items"))
    assert re.search(MESSAGE, error["msg"])


async def test_good_answers_with_the_items(good: ModuleType) -> None:
    assert (await list_orders(good)).json() == [{"id": 1, "items": [{"name": "pen"}]}]


async def test_bad_fails_in_model_validate_too(bad: ModuleType) -> None:
    with pytest.raises(ResponseValidationError):
        await list_orders(bad)
    async with bad.sessionmaker() as session:
        order = (await session.scalars(select(bad.Order))).one()
        with pytest.raises(ValidationError, match=MESSAGE):
            bad.OrderOut.model_validate(order, from_attributes=True)


async def test_good_names_a_forgotten_relationship_where_it_is_lazy_raise(good: ModuleType) -> None:
    await list_orders(good)
    async with good.sessionmaker() as session:
        order = (await session.scalars(select(good.Order).options(raiseload("*")))).one()
        with pytest.raises(InvalidRequestError, match=r"'Order\.items' is not available"):
            order.items  # noqa: B018
