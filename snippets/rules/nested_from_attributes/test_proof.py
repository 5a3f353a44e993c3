"""Proof of nested-from-attributes."""

from types import ModuleType
from typing import Any

import pytest
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
