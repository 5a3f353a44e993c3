"""The subject of an access token."""

import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()


def get_subject(token: Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="/login"))]) -> str:
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
