# /// script
# requires-python = ">=3.11"
# dependencies = ["fastapi", "uvicorn", "pydantic", "sqlalchemy", "aiosqlite"]
# ///
"""A service with the libraries that it imports."""

from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordRequestForm
from pydantic import BaseModel, EmailStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine("sqlite+aiosqlite:///users.db")
app = FastAPI()


class UserCreate(BaseModel):
    """What a new user sends."""

    email: EmailStr


@app.post("/users", status_code=201)
async def create_user(user: UserCreate) -> str:
    """Store a user."""
    async with engine.begin() as connection:
        await connection.execute(text("INSERT INTO users VALUES (:email)"), user.model_dump())
    return user.email


@app.post("/login")
async def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    """Greet a user."""
    return form.username
