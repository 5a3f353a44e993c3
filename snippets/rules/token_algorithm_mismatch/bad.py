"""Tokens for guests."""

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

ALGORITHMS = ["HS256"]

app = FastAPI()


@app.post("/guests", status_code=201)
async def create_guest() -> str:
    """Return a token for an hour."""
    claims = {"sub": "guest", "exp": datetime.now(UTC) + timedelta(hours=1)}
    return jwt.encode(claims, os.environ["JWT_KEY"], algorithm=ALGORITHMS)  # type: ignore[arg-type]


@app.get("/me")
async def read_me(token: Annotated[str, Depends(OAuth2PasswordBearer("guests"))]) -> str:
    """Return who is calling."""
    try:
        claims = jwt.decode(
            token,
            os.environ["JWT_KEY"],
            algorithms=ALGORITHMS,
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError as exc:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from exc
    subject: str = claims["sub"]
    return subject
