"""Proof of exclude-unset-is-no-filter."""

from types import ModuleType
from typing import Any

from httpx import ASGITransport, AsyncClient


async def created(module: ModuleType) -> Any:
    """Create a user and return the answer."""
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        return (await client.post("/users")).json()


async def test_bad_drops_fields_that_its_schema_names(bad: ModuleType) -> None:
    schema = bad.app.openapi()["components"]["schemas"]["UserOut"]
    assert set(schema["properties"]) == {"id", "is_active", "nickname"}
    assert await created(bad) == {"id": 1}


async def test_good_answers_all_fields_and_still_no_hash(good: ModuleType) -> None:
    assert await created(good) == {"id": 1, "is_active": True, "nickname": None}
