"""The caller, by a token."""

import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

SECRET = os.environ["JWT_SECRET"]
OPTIONS = {"require": ["exp", "sub"]}
app = FastAPI()
oauth2_scheme = OAuth2PasswordBearer("login")


@app.get("/me")
async def read_me(token: Annotated[str, Depends(oauth2_scheme)]) -> dict[str, str]:
    """Return the caller."""
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"], options=OPTIONS)
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
    return {"subject": claims["sub"]}
