"""What most tests do first: sign up and log in."""

from typing import Any

from httpx import AsyncClient

ADA = {"email": "ada@example.com", "full_name": "Ada", "password": "correct horse"}


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
