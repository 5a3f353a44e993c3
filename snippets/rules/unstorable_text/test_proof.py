"""Proof of unstorable-text."""

from types import ModuleType

import pytest
from fastapi.exception_handlers import request_validation_exception_handler
from fastapi.exceptions import RequestValidationError
from httpx import ASGITransport, AsyncClient, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError

NUL = rb'{"text": "a\u0000"}'
SURROGATE = rb'{"text": "a\ud800"}'


async def post(module: ModuleType, body: bytes, path: str = "/notes") -> Response:
    """Post a note; raise what the endpoint raises."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    headers = {"Content-Type": "application/json"}
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        return await client.post(path, content=body, headers=headers)


@pytest.mark.usefixtures("postgres_database")
async def test_bad_fails_on_postgresql_for_nul(bad: ModuleType) -> None:
    with pytest.raises(DBAPIError, match='invalid byte sequence for encoding "UTF8": 0x00'):
        await post(bad, NUL)


@pytest.mark.usefixtures("postgres_database")
async def test_bad_fails_on_postgresql_for_half_a_surrogate_pair(bad: ModuleType) -> None:
    with pytest.raises(DBAPIError, match="surrogates not allowed"):
        await post(bad, SURROGATE)


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_stores_nul_in_sqlite_and_fails_only_for_the_surrogate(bad: ModuleType) -> None:
    assert (await post(bad, NUL)).status_code == 201
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        await post(bad, SURROGATE)


@pytest.mark.usefixtures("postgres_database")
async def test_good_answers_422_for_both_and_stores_the_rest(good: ModuleType) -> None:
    for body, message in ((NUL, "NUL"), (SURROGATE, "half of a surrogate pair")):
        response = await post(good, body)
        assert response.status_code == 422
        assert response.json()["detail"][0]["msg"] == f"Value error, must not contain {message}"
    assert (await post(good, rb'{"text": "\ud83d\ude00"}')).status_code == 201


@pytest.mark.usefixtures("postgres_database")
async def test_good_needs_its_handler_as_the_422_of_fastapi_cannot_be_encoded(
    good: ModuleType,
) -> None:
    class Short(BaseModel):
        text: str = Field(max_length=100)

    class Number(BaseModel):
        text: int

    @good.app.post("/shorts")
    async def create_short(data: Short) -> None:
        pass

    @good.app.post("/numbers")
    async def create_number(data: Number) -> None:
        pass

    good.app.exception_handler(RequestValidationError)(request_validation_exception_handler)
    for path in ("/notes", "/shorts", "/numbers"):
        with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
            await post(good, SURROGATE, path)
