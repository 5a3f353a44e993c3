"""Proof of unverified-email-linked, with a provider as small as one can be."""

from collections.abc import AsyncIterator
from types import ModuleType
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI, Form
from fastapi.security import HTTPBearer

pytestmark = pytest.mark.usefixtures("sqlite_database")
PROFILES = {
    "owner": {"sub": "1", "email": "owner@example.com", "email_verified": True},
    "owner_by_text": {"sub": "1", "email": "owner@example.com", "email_verified": "true"},
    "stranger": {"sub": "2", "email": "owner@example.com", "email_verified": False},
    "stranger_by_text": {"sub": "3", "email": "owner@example.com", "email_verified": "false"},
    "silent": {"sub": "4", "email": "owner@example.com"},
}
provider = FastAPI()


@provider.post("/token")
def exchange(code: Annotated[str, Form()]) -> dict[str, str]:
    """Exchange the code of who has logged in at the provider."""
    return {"access_token": code, "token_type": "Bearer"}


@provider.get("/userinfo")
def show(bearer: Annotated[Any, Depends(HTTPBearer())]) -> dict[str, Any]:
    """Show a profile, in which everybody writes the address that they like."""
    return PROFILES[bearer.credentials]


async def get_provider() -> AsyncIterator[httpx.AsyncClient]:
    """Open a client of it."""
    transport = httpx.ASGITransport(provider)
    async with httpx.AsyncClient(transport=transport, base_url="http://provider") as client:
        yield client


async def logins(module: ModuleType) -> dict[str, int]:
    """Log in with each profile; return the statuses."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(module.User(id=7, email="owner@example.com"))
    module.app.dependency_overrides[module.get_provider] = get_provider
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answers = {who: await client.post("/login", params={"code": who}) for who in PROFILES}
    assert answers["owner"].json() == {"user": 7}
    return {who: answer.status_code for who, answer in answers.items()}


async def test_bad_opens_the_account_of_an_address_that_anybody_typed(bad: ModuleType) -> None:
    assert set((await logins(bad)).values()) == {200}


async def test_good_opens_it_for_the_owner_alone(good: ModuleType) -> None:
    statuses = await logins(good)
    assert [who for who, status in statuses.items() if status == 200] == ["owner", "owner_by_text"]
    assert sorted(set(statuses.values())) == [200, 403]


async def test_good_is_no_if_alone(good: ModuleType) -> None:
    claims = PROFILES["stranger_by_text"]
    assert claims["email_verified"]
    assert (await logins(good))["stranger_by_text"] == 403
