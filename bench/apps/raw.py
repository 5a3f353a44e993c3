"""The floor: the same queries through asyncpg behind Starlette, answers written by hand."""

import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypedDict

import asyncpg
import jwt
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

SECRET = os.environ["APP_JWT_SECRET"]
USER = "SELECT id, email, full_name, created_at FROM users WHERE id = $1"
PRODUCTS = """
SELECT products.id, name, price, products.created_at, owner_id, full_name
FROM products JOIN users ON users.id = owner_id ORDER BY products.id DESC LIMIT $1 OFFSET $2
"""
INSERT = "INSERT INTO products (name, price, owner_id, created_at) VALUES ($1, $2, $3, $4)"


class State(TypedDict):
    """What requests find in `request.state`."""

    pool: asyncpg.Pool


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[State]:
    """Connect to the same database, with as many connections."""
    url = os.environ["APP_DATABASE_URL"].replace("+asyncpg", "")
    async with asyncpg.create_pool(url, min_size=1, max_size=5) as pool:
        yield {"pool": pool}


async def caller(request: Request) -> asyncpg.Record:
    """Return the row of the caller."""
    token = request.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    return await request.state.pool.fetchrow(USER, int(claims["sub"]))


async def healthz(request: Request) -> JSONResponse:
    """Ask the database."""
    await request.state.pool.execute("SELECT 1")
    return JSONResponse({"status": "ok"})


async def get_user(request: Request) -> JSONResponse:
    """Look up oneself."""
    user = await caller(request)
    return JSONResponse(dict(user) | {"created_at": user["created_at"].isoformat()})


async def list_products(request: Request) -> JSONResponse:
    """List products, newest first."""
    rows = await request.state.pool.fetch(PRODUCTS, int(request.query_params["limit"]), 0)
    return JSONResponse([
        {
            "id": row["id"],
            "name": row["name"],
            "price": str(row["price"]),
            "owner": {"id": row["owner_id"], "full_name": row["full_name"]},
            "created_at": row["created_at"].isoformat(),
        }
        for row in rows
    ])  # fmt: skip


async def create_product(request: Request) -> JSONResponse:
    """Create a product."""
    owner, data, now = await caller(request), json.loads(await request.body()), datetime.now(UTC)
    price = Decimal(str(data["price"]))
    number = await request.state.pool.fetchval(
        f"{INSERT} RETURNING id", data["name"], price, owner["id"], now
    )
    return JSONResponse(
        {
            "id": number,
            "name": data["name"],
            "price": f"{price:.2f}",
            "owner": {"id": owner["id"], "full_name": owner["full_name"]},
            "created_at": now.isoformat(),
        },
        201,
    )


app = Starlette(
    routes=[
        Route("/healthz", healthz),
        Route("/api/v1/users/{user_id}", get_user),
        Route("/api/v1/products", list_products),
        Route("/api/v1/products", create_product, methods=["POST"]),
    ],
    lifespan=lifespan,
)
