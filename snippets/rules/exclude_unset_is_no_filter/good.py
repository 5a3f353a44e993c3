"""A new user, with its defaults and without the hash."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class UserOut(BaseModel):
    """What a client gets."""

    id: int
    is_active: bool = True
    nickname: str | None = None


@app.post("/users", response_model=UserOut)
async def create_user() -> Any:
    """Create a user."""
    return {"id": 1, "password_hash": "argon2id"}
