"""What most tests do first: start the app, sign up, log in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient

from app.core.config import get_settings
from app.main import app
from patience import patient

ADA = {"email": "ada@example.com", "full_name": "Ada", "password": "correct horse"}


@asynccontextmanager
async def client_on(
    database_url: str, monkeypatch: pytest.MonkeyPatch, **variables: str
) -> AsyncIterator[AsyncClient]:
    """Start the app on this database; yield a client of it."""
    for name, value in {"APP_DATABASE_URL": database_url, **variables}.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    async with LifespanManager(app, startup_timeout=patient(30)) as manager:
        transport = ASGITransport(manager.app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
    get_settings.cache_clear()


async def sign_up(client: AsyncClient, email: str = ADA["email"]) -> dict[str, Any]:
    """Create an account; return it as the service does."""
    response = await client.post("/api/v1/users", json=ADA | {"email": email})
    assert response.status_code == 201, response.text
    account: dict[str, Any] = response.json()
    return account


async def headers_of(client: AsyncClient, email: str = ADA["email"]) -> dict[str, str]:
    """Log in; return the headers that say so."""
    form = {"username": email, "password": ADA["password"]}
    response = await client.post("/api/v1/auth/login", data=form)
    assert response.status_code == 200, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}"}
