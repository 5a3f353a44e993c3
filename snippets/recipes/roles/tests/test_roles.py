"""Roles: what each may do, at once, and that no route was forgotten."""

from collections.abc import Iterator

import pytest
from httpx import AsyncClient, Response
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.permissions import PERMISSIONS, ROLES
from app.main import app
from app.models import User
from clients import ADA, headers_of, sign_up

EVE = "eve@example.com"
BOB = "bob@example.com"
PRODUCTS = "/api/v1/products"
# Without a permission, on purpose: they are for everybody, or for everybody's own.
OPEN = {
    "GET /healthz",
    "GET /api/v1/products",
    "GET /api/v1/products/own",
    "GET /api/v1/products/{product_id}",
    "DELETE /api/v1/products/{product_id}",
    "PATCH /api/v1/products/{product_id}",
    "POST /api/v1/auth/login",
    "POST /api/v1/products",
    "POST /api/v1/users",
    "GET /api/v1/users/own/permissions",
    "GET /api/v1/users/{user_id}",
    # of other recipes
    "GET /api/v1/answers/{answer_id}",
    "GET /api/v1/catalogue",
    "GET /api/v1/events",
    "GET /api/v1/files/{file_id}",
    "GET /api/v1/notes",
    "GET /api/v1/products/{product_id}/stock",
    "GET /api/v1/profile",
    "GET /api/v1/uploads/{upload_id}",
    "GET /livez",
    "GET /readyz",
    "PATCH /api/v1/profile",
    "POST /api/v1/answers",
    "POST /api/v1/auth/link",
    "POST /api/v1/auth/logout",
    "POST /api/v1/auth/oidc",
    "POST /api/v1/auth/oidc/login",
    "POST /api/v1/auth/password",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/reset",
    "POST /api/v1/auth/session",
    "POST /api/v1/auth/verify",
    "POST /api/v1/files",
    "POST /api/v1/files/{file_id}/complete",
    "POST /api/v1/notes",
    "POST /api/v1/uploads",
}


async def give(session: AsyncSession, email: str, **values: object) -> None:
    """Change an account, as an operator does."""
    await session.execute(update(User).where(User.email == email).values(values))
    await session.commit()


async def put_role(client: AsyncClient, user_id: int, role: object, email: str) -> Response:
    """Give somebody a role, as somebody."""
    url = f"/api/v1/users/{user_id}/role"
    return await client.put(url, json={"role": role}, headers=await headers_of(client, email))


def permissions_by_route() -> Iterator[tuple[str, list[str]]]:
    """Yield each route of the OpenAPI document with the permissions that it asks for."""
    for path, operations in app.openapi()["paths"].items():
        for method, operation in operations.items():
            schemes = [scheme for each in operation.get("security", []) for scheme in each.values()]
            yield f"{method.upper()} {path}", [scope for scopes in schemes for scope in scopes]


def test_each_route_asks_for_a_permission_or_is_open_on_purpose() -> None:
    forgotten = {route for route, asked in permissions_by_route() if not asked} - OPEN
    assert forgotten == set(), "add require(...) to the endpoint, or the route to OPEN"
    asked = {permission for _, permissions in permissions_by_route() for permission in permissions}
    assert asked <= PERMISSIONS


def test_no_role_has_a_permission_that_there_is_not() -> None:
    assert set().union(*ROLES.values()) <= PERMISSIONS


async def test_a_role_works_at_once_and_ends_at_once(
    client: AsyncClient, session: AsyncSession
) -> None:
    """Over one token, which says nothing of roles."""
    await sign_up(client)
    eve = await sign_up(client, EVE)
    ada, headers = await headers_of(client), await headers_of(client, EVE)
    lamp = await client.post(PRODUCTS, json={"name": "Lamp", "price": 1}, headers=ada)
    url = f"{PRODUCTS}/{lamp.json()['id']}"
    assert (await client.get(url, headers=headers)).status_code == 404
    await give(session, ADA["email"], is_admin=True)
    assert (await put_role(client, eve["id"], "support", ADA["email"])).status_code == 204
    assert (await client.get(url, headers=headers)).status_code == 200
    assert (await put_role(client, eve["id"], None, ADA["email"])).status_code == 204
    assert (await client.get(url, headers=headers)).status_code == 404


@pytest.mark.parametrize(
    ("values", "permissions"),
    [
        ({}, []),
        ({"role": "support"}, ["products:manage"]),
        ({"role": "of an older version"}, []),
        ({"is_admin": True}, ["products:manage", "roles:change"]),
    ],
)
async def test_each_is_told_what_they_may_do(
    client: AsyncClient, session: AsyncSession, values: dict[str, object], permissions: list[str]
) -> None:
    await sign_up(client)
    if values:
        await give(session, ADA["email"], **values)
    answer = await client.get("/api/v1/users/own/permissions", headers=await headers_of(client))
    assert answer.json() == {"permissions": permissions}


async def test_who_may_not_change_roles_is_refused(
    client: AsyncClient, session: AsyncSession
) -> None:
    account = await sign_up(client)
    for role in (None, "support"):
        await give(session, ADA["email"], role=role)
        for wanted in (role, "manager"):
            answer = await put_role(client, account["id"], wanted, ADA["email"])
            assert answer.status_code == 403
    assert (await client.put(f"/api/v1/users/{account['id']}/role")).status_code == 401


async def test_nobody_gives_or_takes_what_they_may_not_do(
    client: AsyncClient, session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, eve, bob = [await sign_up(client, email) for email in (ADA["email"], EVE, BOB)]
    monkeypatch.setitem(ROLES, "lead", frozenset({"roles:change"}))
    await give(session, EVE, role="lead")
    await give(session, ADA["email"], is_admin=True)
    assert (await put_role(client, bob["id"], "manager", EVE)).status_code == 403
    assert (await put_role(client, eve["id"], "manager", EVE)).status_code == 403
    assert (await put_role(client, ada["id"], None, EVE)).status_code == 403
    assert (await put_role(client, eve["id"], None, EVE)).status_code == 204


@pytest.mark.parametrize("role", ["admin", "", 1, ["manager"]])
async def test_an_unknown_role_is_refused(
    client: AsyncClient, session: AsyncSession, role: object
) -> None:
    account = await sign_up(client)
    await give(session, ADA["email"], is_admin=True)
    assert (await put_role(client, account["id"], role, ADA["email"])).status_code == 422


async def test_a_role_for_nobody_is_not_found(client: AsyncClient, session: AsyncSession) -> None:
    await sign_up(client)
    await give(session, ADA["email"], is_admin=True)
    assert (await put_role(client, 2_147_483_647, "support", ADA["email"])).status_code == 404
