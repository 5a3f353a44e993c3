"""Accounts of a running service."""

import httpx

ADA = {"email": "ada@example.com", "full_name": "Ada", "password": "correct horse"}


async def new_user(client: httpx.AsyncClient) -> dict[str, str]:
    """Sign up and log in; return the headers that say so."""
    (await client.post("/api/v1/users", json=ADA)).raise_for_status()
    form = {"username": ADA["email"], "password": ADA["password"]}
    answer = await client.post("/api/v1/auth/login", data=form)
    return {"Authorization": f"Bearer {answer.raise_for_status().json()['access_token']}"}


async def new_user_at(url: str) -> dict[str, str]:
    """Sign up and log in at the service of a URL; return the headers that say so."""
    async with httpx.AsyncClient(base_url=url) as client:
        return await new_user(client)
