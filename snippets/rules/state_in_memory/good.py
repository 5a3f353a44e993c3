"""Login attempts counted in the database."""

import os

from fastapi import FastAPI, HTTPException
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

MAX_ATTEMPTS = 3

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
app = FastAPI()


async def count_attempt(user: str) -> int:
    """Count one more attempt of the user; return how many there were."""
    statement = text(
        "INSERT INTO attempts (name, number) VALUES (:name, 1) "
        "ON CONFLICT (name) DO UPDATE SET number = attempts.number + 1 RETURNING number"
    )
    async with engine.begin() as connection:
        result = await connection.execute(statement, {"name": user})
        return result.scalar_one()


@app.post("/login/{user}")
async def login(user: str) -> dict[str, str]:
    """Refuse whoever tries too often."""
    if await count_attempt(user) > MAX_ATTEMPTS:
        raise HTTPException(429, "Too many attempts")
    return {"status": "wrong password"}
