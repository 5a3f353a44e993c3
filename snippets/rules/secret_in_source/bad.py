"""The caller, by a token that the service signed."""

import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

SECRET = os.getenv("JWT_SECRET", "change-me-in-production-please!!")
app = FastAPI()
oauth2_scheme = OAuth2PasswordBearer("login")


@app.get("/me")
async def read_me(token: Annotated[str, Depends(oauth2_scheme)]) -> str:
    """Return the caller."""
    options = {"require": ["exp", "sub"]}
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], options=options)
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    return str(claims["sub"])
