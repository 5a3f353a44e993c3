"""New tokens for a client that shows its refresh token."""

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import uuid4

import jwt
from fastapi import Body, Depends, FastAPI, HTTPException

KEY = os.environ["JWT_SECRET"]
app = FastAPI()


def claims_of(token: Annotated[str, Body(embed=True)]) -> dict[str, Any]:
    """Return the claims of the refresh token that a client sends."""
    options = {"require": ["exp", "sub", "jti"]}
    try:
        return jwt.decode(token, KEY, algorithms=["HS256"], audience="refresh", options=options)
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None


def signed(user: str, audience: str, lifetime: timedelta, token_id: str) -> str:
    """Return a token for a user."""
    expires = datetime.now(UTC) + lifetime
    claims = {"sub": user, "aud": audience, "exp": expires, "jti": token_id}
    return jwt.encode(claims, KEY, "HS256")


def tokens_for(user: str, token_id: str) -> dict[str, str]:
    """Return an access token, and a refresh token for the next one."""
    return {
        "access_token": signed(user, "access", timedelta(minutes=15), uuid4().hex),
        "refresh_token": signed(user, "refresh", timedelta(days=30), token_id),
    }


ClaimsDep = Annotated[dict[str, Any], Depends(claims_of)]


@app.post("/token/refresh")
async def refresh(claims: ClaimsDep) -> dict[str, str]:
    """Return new tokens for a refresh token."""
    return tokens_for(claims["sub"], uuid4().hex)
