"""Proof of orm-object-without-response-model."""

from types import ModuleType
from typing import Any

import pytest
from fastapi.exceptions import FastAPIError
from httpx import ASGITransport, AsyncClient
from pydantic_core import PydanticSerializationError
from sqlalchemy import MetaData, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

pytestmark = pytest.mark.usefixtures("sqlite_database")


async def read_user(module: ModuleType) -> Any:
    """Return what a client gets to see of a user."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        await connection.execute(text("INSERT INTO users VALUES (1, 'ann@example.com', 'argon2')"))
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        return (await client.get("/users/1")).json()


def response_schema(module: ModuleType) -> Any:
    """Return what the documentation says about the response."""
    responses = module.app.openapi()["paths"]["/users/{user_id}"]["get"]["responses"]
    return responses["200"]["content"]["application/json"]["schema"]


async def test_bad_sends_the_password_hash(bad: ModuleType) -> None:
    user = {"id": 1, "email": "ann@example.com", "password_hash": "argon2"}
    assert await read_user(bad) == user


def test_bad_documents_nothing(bad: ModuleType) -> None:
    assert response_schema(bad) == {}


async def test_good_sends_what_the_schema_names(good: ModuleType) -> None:
    assert await read_user(good) == {"id": 1, "email": "ann@example.com"}


def test_good_documents_the_schema(good: ModuleType) -> None:
    assert response_schema(good) == {"$ref": "#/components/schemas/UserOut"}


async def test_bad_as_a_return_type_is_refused_and_as_any_a_500(bad: ModuleType) -> None:
    with pytest.raises(FastAPIError, match="Invalid args for response field"):
        bad.app.get("/refused", response_model=bad.User)(lambda: None)
    bad.app.get("/any", response_model=Any)(lambda: bad.User(id=1))
    transport = ASGITransport(bad.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        with pytest.raises(PydanticSerializationError):
            await client.get("/any")
    assert response_schema(bad) == {}


async def test_an_excluded_field_of_a_table_is_not_sent(bad: ModuleType) -> None:
    class Tables(SQLModel, registry=registry()):
        metadata = MetaData()

    class Excluding(Tables, table=True):
        id: int = Field(primary_key=True)
        password_hash: str = Field(exclude=True)

    bad.app.get("/excluding")(lambda: {"user": Excluding(id=1, password_hash="argon2")})
    async with AsyncClient(transport=ASGITransport(bad.app), base_url="http://test") as client:
        assert (await client.get("/excluding")).json() == {"user": {"id": 1}}
    assert "password_hash" in await read_user(bad)
