"""Tokens whose expiry is a local time."""

import os
from datetime import datetime, timedelta
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()


@app.post("/guests")
async def admit_guest() -> dict[str, str]:
    """Return a token for a quarter of an hour."""
    claims = {"sub": "guest", "exp": datetime.now() + timedelta(minutes=15)}
    token = jwt.encode(claims, os.environ["JWT_SECRET"], "HS256")
    return {"access_token": token, "token_type": "bearer"}


def get_subject(token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/guests"))]) -> str:
    """Return who is calling; answer 401 to every other token."""
    try:
        claims = jwt.decode(
            token,
            os.environ["JWT_SECRET"],
            algorithms=["HS256"],
            options={"require": ["exp", "sub"]},
        )
    except jwt.InvalidTokenError as exc:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from exc
    subject: str = claims["sub"]
    return subject


@app.get("/me")
async def read_me(subject: Annotated[str, Depends(get_subject)]) -> str:
    """Return who is calling."""
    return subject
