"""Proof of response-validated-twice."""

from types import ModuleType
from typing import Any

from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient


async def get(app: FastAPI, path: str) -> Any:
    """Return the body of an answer."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        return (await client.get(path)).json()


async def test_bad_runs_the_model_validator_twice_and_the_field_validator_once(
    bad: ModuleType,
) -> None:
    assert await get(bad.app, "/users/1") == {
        "id": 1,
        "name": "'Ada'",
        "picture": "https://cdn.example/https://cdn.example/ada.png",
    }


async def test_bad_does_the_same_with_a_return_annotation(bad: ModuleType) -> None:
    get_user = bad.get_user
    get_user.__annotations__["return"] = bad.UserOut
    app = FastAPI()
    app.get("/annotated/{user_id}")(get_user)
    app.get("/unvalidated/{user_id}", response_model=None)(get_user)
    twice = "https://cdn.example/https://cdn.example/ada.png"
    assert (await get(app, "/annotated/1"))["picture"] == twice
    assert (await get(app, "/unvalidated/1"))["picture"] == "https://cdn.example/ada.png"


async def test_good_runs_each_validator_once(good: ModuleType) -> None:
    assert await get(good.app, "/users/1") == {
        "id": 1,
        "name": "'Ada'",
        "picture": "https://cdn.example/ada.png",
    }
