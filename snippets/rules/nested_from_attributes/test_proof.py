"""Proof of nested-from-attributes."""

from types import ModuleType
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import ValidationError


def order(module: ModuleType) -> Any:
    """Return an order of Ann's."""
    return module.Order(id=1, customer=module.Customer(name="Ann"))


def test_bad_refuses_the_nested_object(bad: ModuleType) -> None:
    with pytest.raises(ValidationError) as caught:
        bad.to_response(order(bad))
    [error] = caught.value.errors()
    assert (error["type"], error["loc"]) == ("model_type", ("customer",))
    assert error["msg"] == "Input should be a valid dictionary or instance of CustomerOut"


def test_good_accepts_the_nested_object(good: ModuleType) -> None:
    response = good.to_response(order(good))
    assert response.model_dump() == {"id": 1, "customer": {"name": "Ann"}}


async def test_bad_is_accepted_where_the_argument_says_so_and_by_fastapi(bad: ModuleType) -> None:
    response = bad.OrderOut.model_validate(order(bad), from_attributes=True)
    assert response.model_dump() == {"id": 1, "customer": {"name": "Ann"}}
    app = FastAPI()
    app.get("/order", response_model=bad.OrderOut)(lambda: order(bad))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/order")).json() == response.model_dump()
    with pytest.raises(ValidationError):
        bad.to_response(order(bad))
