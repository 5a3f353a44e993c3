import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pwdlib import PasswordHash

SECRET = os.environ.get("JWT_SECRET", "s3cret-0f-invoices-change-me-please")
oauth2 = OAuth2PasswordBearer(tokenUrl="token")
hasher = PasswordHash.recommended()
UNKNOWN = hasher.hash("nobody has this password")


def make_token(customer_id: int) -> str:
    expires = datetime.now(UTC) + timedelta(minutes=30)
    return jwt.encode({"sub": str(customer_id), "exp": expires}, SECRET, "HS256")


def current_customer(token: Annotated[str, Depends(oauth2)]) -> int:
    try:
        claims = jwt.decode(token, SECRET, ["HS256"], options={"require": ["exp", "sub"]})
        return int(claims["sub"])
    except (jwt.InvalidTokenError, ValueError):
        raise HTTPException(401, "log in again") from None


CustomerId = Annotated[int, Depends(current_customer)]
